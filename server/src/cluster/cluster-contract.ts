import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cluster } from './cluster.ts';

/** What the contract asks an engine to be set up with. Short, where an engine must really wait. */
export interface ClusterUnderTest {
  /** A fresh cluster whose grace time against flapping is `presenceGraceMs`. */
  create(options: { presenceGraceMs: number }): Promise<Cluster>;
}

const GRACE_MS = 60;
const WORKSPACE = 'ws_one';

/** Everything that may be expected of any engine of `Cluster`. */
export function describeClusterContract(name: string, engine: ClusterUnderTest): void {
  describe(`${name} keeps the cluster contract`, () => {
    let cluster: Cluster;
    let changes: [workspaceId: string, participantId: string, status: string][];

    beforeEach(async () => {
      cluster = await engine.create({ presenceGraceMs: GRACE_MS });
      changes = [];
      cluster.presence.onChange((...change) => changes.push(change));
    });

    afterEach(() => cluster.close());

    const statusOf = (id: string, workspaceId = WORKSPACE) =>
      cluster.presence.statusOf(workspaceId, [id]).then(([status]) => status);

    describe('presence', () => {
      it('answers one status for each id, in the order asked', async () => {
        cluster.presence.join(WORKSPACE, 'ag_here');
        expect(await cluster.presence.statusOf(WORKSPACE, ['ag_away', 'ag_here'])).toEqual([
          'offline',
          'online',
        ]);
        expect(await cluster.presence.statusOf(WORKSPACE, [])).toEqual([]);
      });

      it('tells the first socket and the last one, and nothing in between', async () => {
        const leaveFirst = cluster.presence.join(WORKSPACE, 'ag_1');
        const leaveSecond = cluster.presence.join(WORKSPACE, 'ag_1');
        leaveFirst();
        expect(await statusOf('ag_1')).toBe('online');
        leaveSecond();
        await vi.waitFor(() => expect(changes).toHaveLength(2));
        expect(changes).toEqual([
          [WORKSPACE, 'ag_1', 'online'],
          [WORKSPACE, 'ag_1', 'offline'],
        ]);
        expect(await statusOf('ag_1')).toBe('offline');
      });

      it('says nothing of somebody who is back within the grace time', async () => {
        cluster.presence.join(WORKSPACE, 'ag_1')();
        expect(await statusOf('ag_1')).toBe('online');
        const leave = cluster.presence.join(WORKSPACE, 'ag_1');
        // Another participant's end, later than that of the flapping one, shows that the time is over.
        cluster.presence.join(WORKSPACE, 'ag_2')();
        await vi.waitFor(() => expect(changes.at(-1)).toEqual([WORKSPACE, 'ag_2', 'offline']));
        expect(changes.filter(([, id]) => id === 'ag_1')).toEqual([[WORKSPACE, 'ag_1', 'online']]);
        leave();
      });

      it('counts a socket out once, however often its end is reported', async () => {
        const leave = cluster.presence.join(WORKSPACE, 'ag_1');
        cluster.presence.join(WORKSPACE, 'ag_1');
        leave();
        leave();
        cluster.presence.join(WORKSPACE, 'ag_2')();
        await vi.waitFor(() => expect(changes.at(-1)).toEqual([WORKSPACE, 'ag_2', 'offline']));
        expect(await statusOf('ag_1')).toBe('online');
      });

      it('keeps workspaces apart', async () => {
        cluster.presence.join(WORKSPACE, 'team');
        expect(await statusOf('team', 'ws_two')).toBe('offline');
        expect(changes).toEqual([[WORKSPACE, 'team', 'online']]);
      });

      it('tells a listener nothing more once it was stopped', async () => {
        const heard: string[] = [];
        const stop = cluster.presence.onChange((_workspaceId, id) => heard.push(id));
        cluster.presence.join(WORKSPACE, 'ag_1');
        await vi.waitFor(() => expect(heard).toEqual(['ag_1']));
        stop();
        cluster.presence.join(WORKSPACE, 'ag_2');
        await vi.waitFor(() => expect(changes).toHaveLength(2));
        expect(heard).toEqual(['ag_1']);
      });
    });

    describe('limiter', () => {
      const rate = { points: 3, durationMs: 150 };
      const take = (key: string, name = 'sends') => cluster.limiter.take(name, key, rate);

      it('gives as many points as the rate has, then says how long to wait', async () => {
        for (let taken = 0; taken < rate.points; taken++) expect(await take('vi_1')).toEqual({});
        const { retryAfterMs } = await take('vi_1');
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(retryAfterMs).toBeLessThanOrEqual(rate.durationMs);
      });

      it('gives points again after the time that it said', async () => {
        for (let taken = 0; taken < rate.points; taken++) await take('vi_1');
        const { retryAfterMs = 0 } = await take('vi_1');
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs + 20));
        expect(await take('vi_1')).toEqual({});
      });

      it('counts each name and each key by itself', async () => {
        for (let taken = 0; taken <= rate.points; taken++) await take('vi_1');
        expect(await take('vi_2')).toEqual({});
        expect(await take('vi_1', 'commands')).toEqual({});
      });

      it('takes keys as they are', async () => {
        for (const key of ['__proto__', 'constructor', '', 'a/b', 'ü']) {
          expect(await take(key)).toEqual({});
        }
      });
    });

    describe('revocations', () => {
      it('reach every listener until it is stopped', async () => {
        const heard: string[] = [];
        const stop = cluster.revocations.onRevoked((sessionId) => heard.push(`first ${sessionId}`));
        cluster.revocations.onRevoked((sessionId) => heard.push(`second ${sessionId}`));
        cluster.revocations.revoke('se_1');
        await vi.waitFor(() => expect(heard.toSorted()).toEqual(['first se_1', 'second se_1']));
        stop();
        cluster.revocations.revoke('se_2');
        await vi.waitFor(() => expect(heard).toContain('second se_2'));
        expect(heard).not.toContain('first se_2');
      });
    });

    it('is not degraded while everything works', () => {
      expect(cluster.isDegraded()).toBe(false);
    });
  });
}
