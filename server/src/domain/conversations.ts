import {
  type Appended,
  type AssignConversation,
  type Assignee,
  type ChangeStatus,
  type ConversationRow,
  WIRE_LIMITS,
  type Heads,
  type HeadsResult,
  type History,
  type HistoryResult,
  type Sync,
  type SyncResult,
} from '@alcove/protocol';
import type { Limits } from '../limits.ts';
import type { ConversationStorage, Storage } from '../storage/storage.ts';
import { type Access, type ConversationScope, conversationNotFound } from './access.ts';
import { checkAssignee } from './assignees.ts';
import type { Act, ConversationLog } from './conversation-log.ts';
import { DomainError } from './domain-error.ts';
import { presentCursors, presentEvent } from './present.ts';
import type { AgentPrincipal, Caller, Principal } from './principal.ts';
import type { Roster } from './roster.ts';

/** Reading conversations, and deciding about them. */
export interface Conversations {
  /** @throws DomainError `not_found` */
  sync(principal: Principal, query: Sync): Promise<SyncResult>;
  /** @throws DomainError `not_found` */
  history(principal: Principal, query: History): Promise<HistoryResult>;
  heads(principal: Principal, query: Heads): Promise<HeadsResult>;
  /** @throws DomainError `not_found`, `invalid`, `conflict`, `id_conflict` or `busy`. */
  assign(caller: Caller<AgentPrincipal>, command: AssignConversation): Promise<Appended>;
  /** @throws DomainError `not_found`, `conflict`, `id_conflict` or `busy`. */
  resolve(caller: Caller<AgentPrincipal>, command: ChangeStatus): Promise<Appended>;
  /** @throws DomainError `not_found`, `conflict`, `id_conflict` or `busy`. */
  reopen(caller: Caller<AgentPrincipal>, command: ChangeStatus): Promise<Appended>;
}

export function createConversations(options: {
  storage: Storage;
  access: Access;
  log: ConversationLog;
  roster: Roster;
  limits: Limits;
}): Conversations {
  const { storage, access, log, roster, limits } = options;
  const reader = createReader({ storage, access, roster });

  /**
   * A decision rests on the row as it was read; if another event came first, it is read and decided again. `refusalOf` says
   * why there is nothing left to decide.
   */
  async function decide(
    caller: Caller<AgentPrincipal>,
    conversationId: string,
    act: Act,
    refusalOf: (row: ConversationRow) => string | undefined,
  ): Promise<Appended> {
    const scope = await access.scopeOf(caller.principal, conversationId);
    for (let attempt = 0; attempt < limits.staleTries; attempt++) {
      const row = await rowOf(storage, scope);
      const refusal = refusalOf(row);
      // With nothing left to decide, a `seq` that the log is past makes sure that nothing is written, while an earlier
      // try of this very act still gets its answer.
      const appended = await log.append(caller, scope, act, refusal ? 0 : row.appliedSeq);
      if (appended !== 'stale') return appended;
      if (refusal) throw new DomainError('conflict', refusal);
    }
    throw new DomainError('busy', 'Too much is happening in this conversation. Please try again.', {
      retryAfterMs: 200,
    });
  }

  return {
    ...reader,

    async assign(caller, { conversationId, clientEventId, assignee }) {
      if (assignee) await checkAssignee(roster, caller.principal.workspaceId, assignee);
      const act: Act = { type: 'conversation.assigned', clientEventId, assignee };
      return decide(caller, conversationId, act, (row) =>
        isSame(row.assignee, assignee)
          ? assignee
            ? 'This conversation already has this assignee.'
            : 'This conversation has no assignee.'
          : undefined,
      );
    },

    resolve(caller, { conversationId, clientEventId }) {
      const act: Act = { type: 'conversation.status_changed', clientEventId, status: 'resolved' };
      return decide(caller, conversationId, act, ({ status }) =>
        status === 'resolved' ? 'This conversation is already resolved.' : undefined,
      );
    },

    reopen(caller, { conversationId, clientEventId }) {
      const act: Act = { type: 'conversation.status_changed', clientEventId, status: 'open' };
      return decide(caller, conversationId, act, ({ status }) =>
        status === 'open' ? 'This conversation is already open.' : undefined,
      );
    },
  };
}

function createReader(options: {
  storage: Storage;
  access: Access;
  roster: Roster;
}): Pick<Conversations, 'sync' | 'history' | 'heads'> {
  const { storage, access, roster } = options;

  /** What both ways of reading answer: events of one audience, its head and its cursors. */
  async function read(
    principal: Principal,
    scope: ConversationScope,
    page: { after?: number; before?: number; limit: number },
  ): Promise<HistoryResult> {
    const audience = audienceOf(principal);
    const { conversations } = storage.forWorkspace(scope.workspaceId);
    const { conversationId } = scope;
    const [events, head, cursors, agents] = await Promise.all([
      conversations.readEvents({ conversationId, audience, ...page }),
      headOf(principal, conversations, scope),
      conversations.cursorsOf([conversationId]),
      roster.agents(scope.workspaceId),
    ]);
    return {
      events: events.map((event) => presentEvent(audience, event, agents)),
      // Read at the same time, the events may be ahead of the row.
      head: Math.max(head, events.at(-1)?.seq ?? 0),
      cursors: presentCursors(audience, cursors.get(conversationId) ?? [], agents),
    };
  }

  return {
    async sync(principal, { conversationId, since, limit = WIRE_LIMITS.pageSize }) {
      const scope = await access.scopeOf(principal, conversationId);
      const above = await read(principal, scope, { after: since, limit });
      // A reader ahead of the log has seen what the store has lost, for example to a restored backup.
      if (since > above.head || above.head - since > WIRE_LIMITS.resetGap) {
        return { ...(await read(principal, scope, { limit })), more: false, reset: true };
      }
      return { ...above, more: (above.events.at(-1)?.seq ?? since) < above.head };
    },

    async history(principal, { conversationId, before, limit = WIRE_LIMITS.pageSize }) {
      const scope = await access.scopeOf(principal, conversationId);
      return read(principal, scope, { before, limit });
    },

    async heads(principal, { conversationIds }) {
      const { conversations } = storage.forWorkspace(principal.workspaceId);
      const rows = await conversations.getMany(conversationIds);
      const allowed = rows.filter((row) => access.allows(principal, row));
      return { heads: Object.fromEntries(allowed.map((row) => [row.id, seenBy(principal, row)])) };
    },
  };
}

async function headOf(
  principal: Principal,
  conversations: ConversationStorage,
  scope: ConversationScope,
): Promise<number> {
  const row = await conversations.get(scope.conversationId);
  if (!row) throw conversationNotFound();
  return seenBy(principal, row);
}

async function rowOf(storage: Storage, scope: ConversationScope): Promise<ConversationRow> {
  const row = await storage.forWorkspace(scope.workspaceId).conversations.get(scope.conversationId);
  // Before its first event a conversation is listed nowhere, and there is nothing to decide about.
  if (!row || row.appliedSeq === 0) throw conversationNotFound();
  return row;
}

/** The newest `seq` in the principal's audience. */
function seenBy(principal: Principal, row: ConversationRow): number {
  return principal.kind === 'visitor' ? row.visitorSeq : row.appliedSeq;
}

function audienceOf(principal: Principal) {
  return principal.kind === 'visitor' ? 'visitor' : 'agents';
}

function isSame(one: Assignee | null, other: Assignee | null): boolean {
  return one?.agentId === other?.agentId && one?.teamId === other?.teamId;
}
