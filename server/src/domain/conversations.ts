import type { Appended, AssignConversation, Assignee, ChangeStatus } from '@alcove/protocol';
import type { Access } from './access.ts';
import { checkAssignee } from './assignees.ts';
import type { Act } from './conversation-log.ts';
import type { Decide } from './decisions.ts';
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
  access: Access;
  decide: Decide;
  roster: Roster;
}

export function createConversations(options: ConversationsOptions): Conversations {
  const { access, roster, decide } = options;

  return {
    async assign(caller, { conversationId, clientEventId, assignee }) {
      if (assignee) await checkAssignee(roster, caller.principal.workspaceId, assignee);
      const act: Act = { type: 'conversation.assigned', clientEventId, assignee };
      const scope = await access.scopeOf(caller.principal, conversationId);
      return decide(caller, scope, act, (row) =>
        isSame(row.assignee, assignee)
          ? `This conversation ${assignee ? 'already has this' : 'has no'} assignee.`
          : undefined,
      );
    },

    async resolve(caller, { conversationId, clientEventId }) {
      const act: Act = { type: 'conversation.status_changed', clientEventId, status: 'resolved' };
      const scope = await access.scopeOf(caller.principal, conversationId);
      return decide(caller, scope, act, ({ status }) =>
        status === 'resolved' ? 'This conversation is already resolved.' : undefined,
      );
    },

    async reopen(caller, { conversationId, clientEventId }) {
      const act: Act = { type: 'conversation.status_changed', clientEventId, status: 'open' };
      const scope = await access.scopeOf(caller.principal, conversationId);
      return decide(caller, scope, act, ({ status }) =>
        status === 'open' ? 'This conversation is already open.' : undefined,
      );
    },
  };
}

function isSame(one: Assignee | null, other: Assignee | null): boolean {
  return one?.agentId === other?.agentId && one?.teamId === other?.teamId;
}
