import type { AgentRole, UpdateAgent } from '@alcove/protocol';
import type { AgentRecord, Storage } from '../storage/storage.ts';
import { DomainError } from './domain-error.ts';
import type { Roster } from './roster.ts';
import type { Sessions } from './sessions.ts';

/** On whose behalf a workspace is changed: an agent, or, without an `agentId`, the operator at the command line. */
export interface Authority {
  workspaceId: string;
  role: AgentRole;
  agentId?: string;
}

/** The operator may do in a workspace what its owner may. */
export function operatorOf(workspaceId: string): Authority {
  return { workspaceId, role: 'owner' };
}

/** @throws DomainError `forbidden` unless owner or admin. */
export function requireManager({ role }: Authority): void {
  if (role === 'agent') {
    throw new DomainError('forbidden', 'Only owners and admins may do this. Ask one of them.');
  }
}

/** The people who answer in a workspace. */
export interface Agents {
  /** Oldest first. */
  list(workspaceId: string): Promise<AgentRecord[]>;
  /**
   * Changes a name, a role, or whether somebody may come in. Whoever is shut out is signed out at once.
   *
   * @throws DomainError `forbidden` when the role of the one who asks does not allow it; `conflict` when it would leave
   * the workspace without an owner; `not_found`.
   */
  update(by: Authority, agentId: string, change: UpdateAgent): Promise<AgentRecord>;
}

/** @see Agents */
export function createAgents({
  storage,
  sessions,
  roster,
}: {
  storage: Storage;
  sessions: Sessions;
  roster: Pick<Roster, 'forget'>;
}): Agents {
  const update = async (by: Authority, agentId: string, change: UpdateAgent) => {
    const { agents } = storage.forWorkspace(by.workspaceId);
    const agent = await agents.get(agentId);
    if (!agent) throw new DomainError('not_found', 'There is no such person in this workspace.');
    checkRights(by, agent, change);
    if (losesOwner(agent, change)) checkOtherOwner(await agents.list(), agent);

    await agents.update(agentId, change);
    roster.forget(by.workspaceId);
    // Only here: in other workspaces the same account may still be welcome.
    if (change.isDisabled) await sessions.revokeAll(agent.accountId, by.workspaceId);
    return { ...agent, ...change };
  };
  // One at a time for each workspace: two owners who demote each other at once must not both succeed.
  const queues = new Map<string, Promise<unknown>>();
  return {
    list: (workspaceId) => storage.forWorkspace(workspaceId).agents.list(),
    update(by, agentId, change) {
      const previous = queues.get(by.workspaceId) ?? Promise.resolve();
      const result = previous.then(() => update(by, agentId, change));
      const settled = result.catch(() => undefined);
      queues.set(by.workspaceId, settled);
      void settled.then(() => {
        if (queues.get(by.workspaceId) === settled) queues.delete(by.workspaceId);
      });
      return result;
    },
  };
}

function checkRights(by: Authority, agent: AgentRecord, change: UpdateAgent): void {
  const isSelf = by.agentId === agent.id;
  const isOnlyName = change.role === undefined && change.isDisabled === undefined;
  if (isSelf && isOnlyName) return;

  requireManager(by);
  if (isSelf && change.isDisabled) {
    throw new DomainError('forbidden', 'Nobody can switch off their own access. Ask a colleague.');
  }
  const touchesOwner = agent.role === 'owner' || change.role === 'owner';
  if (touchesOwner && by.role !== 'owner') {
    throw new DomainError('forbidden', 'Only an owner may make, change or switch off an owner.');
  }
}

function losesOwner(agent: AgentRecord, change: UpdateAgent): boolean {
  const isOwner = agent.role === 'owner' && !agent.isDisabled;
  const staysOwner = (change.role ?? 'owner') === 'owner' && !change.isDisabled;
  return isOwner && !staysOwner;
}

function checkOtherOwner(agents: readonly AgentRecord[], agent: AgentRecord): void {
  const isOther = ({ id, role, isDisabled }: AgentRecord) =>
    id !== agent.id && role === 'owner' && !isDisabled;
  if (agents.some(isOther)) return;
  throw new DomainError(
    'conflict',
    'This is the only owner of the workspace. Make somebody else an owner first.',
  );
}
