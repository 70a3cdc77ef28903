import {
  type ConversationRow,
  type Heads,
  type HeadsResult,
  type History,
  type HistoryResult,
  type Sync,
  type SyncResult,
  WIRE_LIMITS,
} from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import { type Access, type ConversationScope, conversationNotFound } from './access.ts';
import { presentCursors, presentEvent } from './present.ts';
import type { Principal } from './principal.ts';
import type { Roster } from './roster.ts';

/** Reads logs, each as its reader's audience sees it. */
export interface LogReader {
  /** @throws DomainError `not_found` */
  sync(principal: Principal, query: Sync): Promise<SyncResult>;
  /** @throws DomainError `not_found` */
  history(principal: Principal, query: History): Promise<HistoryResult>;
  heads(principal: Principal, query: Heads): Promise<HeadsResult>;
}

export function createLogReader(options: {
  storage: Storage;
  access: Access;
  roster: Roster;
}): LogReader {
  const { storage, access, roster } = options;

  /** What both ways of reading answer: events of one audience, its head and its cursors. */
  async function read(
    principal: Principal,
    scope: ConversationScope,
    page: { after?: number; before?: number; limit: number },
  ): Promise<HistoryResult> {
    const audience = principal.kind === 'visitor' ? 'visitor' : 'agents';
    const { conversationId } = scope;
    const { conversations } = storage.forWorkspace(scope.workspaceId);
    const [events, row, cursors, agents] = await Promise.all([
      conversations.readEvents({ conversationId, audience, ...page }),
      conversations.get(conversationId),
      conversations.cursorsOf([conversationId]),
      roster.agents(scope.workspaceId),
    ]);
    if (!row) throw conversationNotFound();
    return {
      events: events.map((event) => presentEvent(audience, event, agents)),
      // Read at the same time, the events may be ahead of the row.
      head: Math.max(headFor(principal, row), events.at(-1)?.seq ?? 0),
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
      return { heads: Object.fromEntries(allowed.map((row) => [row.id, headFor(principal, row)])) };
    },
  };
}

/** The newest `seq` in the principal's audience. */
function headFor(principal: Principal, row: ConversationRow): number {
  return principal.kind === 'visitor' ? row.visitorSeq : row.appliedSeq;
}
