import type { Agent, AgentRole } from '@alcove/protocol';

/** The roles that an agent may give to others. The server has the last word; this only hides what it would refuse. */
export function grantableRoles(self: Agent): readonly AgentRole[] {
  if (self.role === 'owner') return ['owner', 'admin', 'agent'];
  return self.role === 'admin' ? ['admin', 'agent'] : [];
}

/** Whether an agent may change a colleague: never oneself, and owners only by owners. */
export function mayChange(self: Agent, other: Agent): boolean {
  return self.id !== other.id && grantableRoles(self).includes(other.role);
}
