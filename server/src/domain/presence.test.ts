import type { PresenceStatus } from '@alcove/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSingleNodeCluster } from '../cluster/single-node.ts';
import { createPresence } from './presence.ts';
import type { AgentPrincipal } from './principal.ts';

const agent: AgentPrincipal = {
  kind: 'agent',
  workspaceId: 'ws_1',
  agentId: 'ag_1',
  accountId: 'ac_1',
  role: 'agent',
  sessionId: 'se_1',
  expiresAt: 0,
};

describe('somebody who has no connection and asks again and again', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function start() {
    const cluster = createSingleNodeCluster({ presenceGraceMs: 1_000 });
    const told: string[] = [];
    const publisher = {
      presence: (_workspace: string, audience: string, _actor: object, status: string) =>
        void told.push(`${audience}: ${status}`),
    };
    const presence = createPresence({
      cluster,
      publisher: { ...SILENT, ...publisher },
      limits: { attendanceMs: 20_000 },
    });
    onTestFinished(async () => {
      presence.close();
      await cluster.close();
    });
    const isThere = async () => [
      await presence.isTeamOnline('ws_1'),
      (await presence.statusOfAgents('ws_1', ['ag_1'])).get('ag_1') === 'online',
    ];
    return { presence, told, isThere };
  }

  it('is there from the first question on, and so is the team', async () => {
    const { presence, told, isThere } = start();
    expect(await isThere()).toEqual([false, false]);
    presence.attend(agent);
    expect(await isThere()).toEqual([true, true]);
    expect(told).toEqual(['agents: online', 'visitor: online']);
  });

  it('stays as long as the questions go on, and is gone a while after the last', async () => {
    const { presence, told, isThere } = start();
    for (let times = 0; times < 10; times++) {
      presence.attend(agent);
      vi.advanceTimersByTime(15_000);
    }
    expect(await isThere()).toEqual([true, true]);
    expect(told).toHaveLength(2);
    vi.advanceTimersByTime(6_000);
    expect(await isThere()).toEqual([false, false]);
    presence.attend(agent);
    expect(await isThere()).toEqual([true, true]);
  });

  it('stays when a connection comes and goes meanwhile', async () => {
    const { presence, isThere } = start();
    presence.attend(agent);
    presence.connect(agent)();
    vi.advanceTimersByTime(15_000);
    expect(await isThere()).toEqual([true, true]);
  });
});

it('says of nobody that they are gone while that cannot be told, and sends no visitor away', async () => {
  const cluster = createSingleNodeCluster({ presenceGraceMs: 0 });
  const statusOf = async (_workspace: string, ids: readonly string[]) =>
    ids.map((id): PresenceStatus => (id.endsWith('_1') ? 'online' : 'unknown'));
  const presence = createPresence({
    cluster: { ...cluster, presence: { ...cluster.presence, statusOf } },
    publisher: { ...SILENT, presence() {} },
    limits: { attendanceMs: 20_000 },
  });
  const known = { ag_1: 'online', ag_2: 'unknown' };
  const agents = await presence.statusOfAgents('ws_1', ['ag_1', 'ag_2']);
  expect(Object.fromEntries(agents)).toEqual(known);
  const visitors = await presence.statusOfVisitors('ws_1', ['vi_1', 'vi_2']);
  expect([...visitors.values()]).toEqual(['online', 'unknown']);
  expect(await presence.isTeamOnline('ws_1')).toBe(true);
});

const SILENT = { event() {}, cursor() {}, typing() {}, contact() {} };
