import { expect, it, vi } from 'vitest';
import { describeClusterContract } from './cluster-contract.ts';
import { createSingleNodeCluster } from './single-node.ts';

describeClusterContract('the single-node engine', {
  create: async (options) => [createSingleNodeCluster(options)],
});

it('keeps somebody online for exactly the grace time', async () => {
  vi.useFakeTimers();
  try {
    const cluster = createSingleNodeCluster({ presenceGraceMs: 15_000 });
    const heard: string[] = [];
    cluster.presence.onChange((_workspaceId, id, status) => heard.push(`${id} ${status}`));
    cluster.presence.join('ws_1', 'ag_1')();
    vi.advanceTimersByTime(14_999);
    expect(heard).toEqual(['ag_1 online']);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(['ag_1 online', 'ag_1 offline']);
    await cluster.close();
  } finally {
    vi.useRealTimers();
  }
});
