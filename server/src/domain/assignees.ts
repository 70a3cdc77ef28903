import type { Assignee } from '@alcove/protocol';
import { DomainError } from './domain-error.ts';
import type { Roster } from './roster.ts';

/**
 * Makes sure that somebody will really see to it.
 *
 * @throws DomainError `invalid` for a stranger, `conflict` for an agent who is disabled.
 */
export async function checkAssignee(
  roster: Roster,
  workspaceId: string,
  assignee: Assignee,
): Promise<void> {
  if (assignee.teamId !== undefined || assignee.agentId === undefined) {
    throw new DomainError('invalid', 'This workspace has no teams: assign to an agent.');
  }
  const { agentId } = assignee;
  const agent = (await roster.agents(workspaceId, agentId)).get(agentId);
  if (!agent) {
    throw new DomainError('invalid', 'There is no such agent in this workspace.');
  }
  if (agent.isDisabled) {
    throw new DomainError('conflict', `${agent.name} is disabled and cannot take conversations.`);
  }
}
