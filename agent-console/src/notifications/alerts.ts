import type { InboxRow } from '@alcove/protocol';
import type { Attention } from './attention.ts';
import type { Chime } from './chime.ts';

export interface AlertsOptions {
  chime: Pick<Chime, 'ring'>;
  attention: Pick<Attention, 'of'>;
  /** One of an agent's tabs makes the noise. */
  isLeader(): boolean;
  isMuted(): boolean;
  mayNotify(): boolean;
  notify(row: InboxRow): void;
}

/** Draws the agent to a new message, once over all tabs, as far as it needs that. */
export type Alerts = (row: InboxRow, agentId: string) => Promise<void>;

/**
 * Builds the alerts. A conversation that somebody else has is silent, and so is one that the agent is looking at; the
 * desktop is used only while no tab is in sight.
 */
export function createAlerts(options: AlertsOptions): Alerts {
  const { chime, attention, isLeader, isMuted, mayNotify, notify } = options;
  return async (row, agentId) => {
    const assigneeId = row.assignee?.agentId;
    if (!isLeader() || (assigneeId !== undefined && assigneeId !== agentId)) return;
    const { isPresent, isReading } = await attention.of(row.id);
    if (isReading) return;
    if (!isMuted()) chime.ring();
    if (!isPresent && mayNotify()) notify(row);
  };
}
