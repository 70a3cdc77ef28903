import { emptyConversation, type InboxRow } from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import { createAlerts } from './alerts.ts';

const SELF = 'ag_1';

describe('alerts', () => {
  it('rings and notifies for a new message that nobody has, while no tab is in sight', async () => {
    expect(await alertsOf({})).toEqual(['sound', 'notice']);
  });

  it('only rings while a tab is in sight', async () => {
    expect(await alertsOf({ isPresent: true })).toEqual(['sound']);
  });

  it('is silent about the conversation that the agent looks at, in whichever tab', async () => {
    expect(await alertsOf({ isPresent: true, isReading: true })).toEqual([]);
  });

  it('leaves it to another tab', async () => {
    expect(await alertsOf({ isLeader: false })).toEqual([]);
  });

  it('notifies without a sound when muted, and rings alone without permission', async () => {
    expect(await alertsOf({ isMuted: true })).toEqual(['notice']);
    expect(await alertsOf({ mayNotify: false })).toEqual(['sound']);
  });

  it('is for what is one’s own or nobody’s', async () => {
    expect(await alertsOf({ assigneeId: SELF })).toEqual(['sound', 'notice']);
    expect(await alertsOf({ assigneeId: 'ag_2' })).toEqual([]);
  });
});

interface Circumstances {
  isLeader?: boolean;
  isMuted?: boolean;
  mayNotify?: boolean;
  isPresent?: boolean;
  isReading?: boolean;
  assigneeId?: string;
}

async function alertsOf({
  isLeader = true,
  isMuted = false,
  mayNotify = true,
  isPresent = false,
  isReading = false,
  assigneeId,
}: Circumstances): Promise<string[]> {
  const drawn: string[] = [];
  const alert = createAlerts({
    chime: { ring: () => drawn.push('sound') },
    attention: { of: async () => ({ isPresent, isReading }) },
    isLeader: () => isLeader,
    isMuted: () => isMuted,
    mayNotify: () => mayNotify,
    notify: () => drawn.push('notice'),
  });
  await alert(row(assigneeId), SELF);
  return drawn;
}

function row(assigneeId: string | undefined): InboxRow {
  const at = '2026-03-01T00:00:00.000Z';
  return {
    ...emptyConversation({ id: 'cv_1', visitorId: 'vi_1', contactId: 'co_1', createdAt: at }),
    assignee: assigneeId === undefined ? null : { agentId: assigneeId },
    contact: { id: 'co_1', name: null, email: null },
    isVisitorOnline: true,
    unread: 1,
  };
}
