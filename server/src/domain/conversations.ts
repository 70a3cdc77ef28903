import type {
  Appended,
  AssignConversation,
  Assignee,
  ChangeStatus,
  ConversationRow,
} from '@alcove/protocol';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import { type Access, type ConversationScope, conversationNotFound } from './access.ts';
import { checkAssignee } from './assignees.ts';
import type { Act, ConversationLog } from './conversation-log.ts';
import { DomainError } from './domain-error.ts';
import type { AgentPrincipal, Caller } from './principal.ts';
import type { Roster } from './roster.ts';

/** What agents decide about conversations. */
export interface Conversations {
  /** @throws DomainError `not_found`, `invalid`, `conflict`, `id_conflict` or `busy`. */
  assign(caller: Caller<AgentPrincipal>, command: AssignConversation): Promise<Appended>;
  /** @throws DomainError `not_found`, `conflict`, `id_conflict` or `busy`. */
  resolve(caller: Caller<AgentPrincipal>, command: ChangeStatus): Promise<Appended>;
  /** @throws DomainError `not_found`, `conflict`, `id_conflict` or `busy`. */
  reopen(caller: Caller<AgentPrincipal>, command: ChangeStatus): Promise<Appended>;
}

interface ConversationsOptions {
  storage: Storage;
  access: Access;
  log: ConversationLog;
  roster: Roster;
  limits: Limits;
}

export function createConversations(options: ConversationsOptions): Conversations {
  const decide = createDecisions(options);

  return {
    async assign(caller, { conversationId, clientEventId, assignee }) {
      if (assignee) await checkAssignee(options.roster, caller.principal.workspaceId, assignee);
      const act: Act = { type: 'conversation.assigned', clientEventId, assignee };
      return decide(caller, conversationId, act, (row) =>
        isSame(row.assignee, assignee)
          ? `This conversation ${assignee ? 'already has this' : 'has no'} assignee.`
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

/**
 * A decision rests on the row as it was read; if another event came first, it is read and decided again. `refusalOf` says
 * why there is nothing left to decide.
 */
function createDecisions({ storage, access, log, limits }: ConversationsOptions) {
  return async function decide(
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
  };
}

async function rowOf(storage: Storage, scope: ConversationScope): Promise<ConversationRow> {
  const row = await storage.forWorkspace(scope.workspaceId).conversations.get(scope.conversationId);
  // Before its first event a conversation is listed nowhere, and there is nothing to decide about.
  if (!row || row.appliedSeq === 0) throw conversationNotFound();
  return row;
}

function isSame(one: Assignee | null, other: Assignee | null): boolean {
  return one?.agentId === other?.agentId && one?.teamId === other?.teamId;
}
