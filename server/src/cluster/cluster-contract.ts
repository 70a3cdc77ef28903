import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cluster } from './cluster.ts';

/** What the contract asks an engine to be set up with. Short, where an engine must really wait. */
export interface ClusterUnderTest {
  /**
   * The nodes of a fresh installation, whose grace time against flapping is `presenceGraceMs`: one, or several. What happens
   * on the first is expected on the last.
   */
  create(options: { presenceGraceMs: number }): Promise<readonly [Cluster, ...Cluster[]]>;
}

const GRACE_MS = 300;

/** For what happens soon, on a machine that may have much to do. */
const PATIENCE = { timeout: 4_000 };
const WORKSPACE = 'ws_one';

/** Everything that may be expected of any engine of `Cluster`. */
export function describeClusterContract(name: string, engine: ClusterUnderTest): void {
  describe(`${name} keeps the cluster contract`, () => {
    let nodes: readonly Cluster[];
    let here: Cluster;
    let there: Cluster;
    /** As heard there. */
    let changes: [workspaceId: string, participantId: string, status: string][];

    beforeEach(async () => {
      const [first, ...others] = await engine.create({ presenceGraceMs: GRACE_MS });
      nodes = [first, ...others];
      here = first;
      there = others.at(-1) ?? first;
      changes = [];
      there.presence.onChange((...change) => changes.push(change));
    });

    afterEach(() => Promise.all(nodes.map((node) => node.close())));

    const statusOf = (id: string, workspaceId = WORKSPACE) =>
      there.presence.statusOf(workspaceId, [id]).then(([status]) => status);
    const isTold = (id: string, status: string) =>
      vi.waitFor(() => expect(changes.at(-1)).toEqual([WORKSPACE, id, status]), PATIENCE);

    describe('publishing', () => {
      it('reaches a connection in the room once, wherever it is, and nobody else', async () => {
        const near = await serve(here);
        const far = here === there ? near : await serve(there);
        const inRoom = await far.connect('room');
        const elsewhere = await far.connect('another room');
        near.io.to('room').emit('said', 'once');
        near.io.to('room').emit('said', 'in order');
        near.io.local.to('another room').emit('said', 'here only');
        near.io.to('another room').emit('said', 'last');
        await vi.waitFor(() => expect(elsewhere.heard).toContain('last'), PATIENCE);
        await vi.waitFor(() => expect(inRoom.heard).toEqual(['once', 'in order']), PATIENCE);
        expect(elsewhere.heard).toEqual(here === there ? ['here only', 'last'] : ['last']);
        await Promise.all([near.close(), far.close()]);
      });
    });

    describe('presence', () => {
      it('answers one status for each id, in the order asked', async () => {
        here.presence.join(WORKSPACE, 'ag_here');
        expect(await here.presence.statusOf(WORKSPACE, ['ag_away', 'ag_here'])).toEqual([
          'offline',
          'online',
        ]);
        expect(await here.presence.statusOf(WORKSPACE, [])).toEqual([]);
        await isTold('ag_here', 'online');
        const ids = ['ag_away', 'ag_here', 'ag_away'];
        expect(await there.presence.statusOf(WORKSPACE, ids)).toEqual([
          'offline',
          'online',
          'offline',
        ]);
      });

      it('tells the first socket and the last one, and nothing in between', async () => {
        const leaveFirst = here.presence.join(WORKSPACE, 'ag_1');
        const leaveSecond = there.presence.join(WORKSPACE, 'ag_1');
        const leaveThird = there.presence.join(WORKSPACE, 'ag_1');
        await isTold('ag_1', 'online');
        leaveSecond();
        leaveFirst();
        expect(await statusOf('ag_1')).toBe('online');
        leaveThird();
        await vi.waitFor(() => expect(changes).toHaveLength(2), PATIENCE);
        expect(changes).toEqual([
          [WORKSPACE, 'ag_1', 'online'],
          [WORKSPACE, 'ag_1', 'offline'],
        ]);
        expect(await statusOf('ag_1')).toBe('offline');
      });

      it('takes nobody for somebody else whose id begins alike', async () => {
        here.presence.join(WORKSPACE, 'ag_10');
        await isTold('ag_10', 'online');
        expect(await statusOf('ag_1')).toBe('offline');
      });

      it('knows of each in a crowd', async () => {
        const crowd = Array.from({ length: 600 }, (_, index) => `vi_${index}`);
        for (const id of crowd) here.presence.join(WORKSPACE, id);
        await vi.waitFor(() => expect(changes).toHaveLength(crowd.length), PATIENCE);
        expect(new Set(await there.presence.statusOf(WORKSPACE, crowd))).toEqual(
          new Set(['online']),
        );
      });

      it('gives a time of grace also to whoever came and went at once', async () => {
        here.presence.join(WORKSPACE, 'ag_1')();
        expect(await here.presence.statusOf(WORKSPACE, ['ag_1'])).toEqual(['online']);
      });

      it('says nothing of somebody who is back within the grace time', async () => {
        here.presence.join(WORKSPACE, 'ag_1')();
        await isTold('ag_1', 'online');
        expect(await statusOf('ag_1')).toBe('online');
        const leave = there.presence.join(WORKSPACE, 'ag_1');
        // Another participant's end, later than that of the flapping one, shows that the time is over.
        here.presence.join(WORKSPACE, 'ag_2')();
        await isTold('ag_2', 'offline');
        expect(changes.filter(([, id]) => id === 'ag_1')).toEqual([[WORKSPACE, 'ag_1', 'online']]);
        leave();
      });

      it('counts a socket out once, however often its end is reported', async () => {
        const leave = here.presence.join(WORKSPACE, 'ag_1');
        here.presence.join(WORKSPACE, 'ag_1');
        leave();
        leave();
        here.presence.join(WORKSPACE, 'ag_2')();
        await isTold('ag_2', 'offline');
        expect(await statusOf('ag_1')).toBe('online');
      });

      it('keeps workspaces apart', async () => {
        here.presence.join(WORKSPACE, 'team');
        await isTold('team', 'online');
        expect(await statusOf('team', 'ws_two')).toBe('offline');
        expect(changes).toHaveLength(1);
      });

      it('tells a listener nothing more once it was stopped', async () => {
        const heard: string[] = [];
        const stop = there.presence.onChange((_workspaceId, id) => heard.push(id));
        here.presence.join(WORKSPACE, 'ag_1');
        await vi.waitFor(() => expect(heard).toEqual(['ag_1']), PATIENCE);
        stop();
        here.presence.join(WORKSPACE, 'ag_2');
        await vi.waitFor(() => expect(changes).toHaveLength(2), PATIENCE);
        expect(heard).toEqual(['ag_1']);
      });
    });

    describe('limiter', () => {
      const rate = { points: 3, durationMs: 150 };
      let turn = 0;
      /** From one node after the other. */
      const take = (key: string, name = 'sends') => {
        const node = turn++ % 2 === 0 ? here : there;
        return node.limiter.take(name, key, rate);
      };

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
        const stop = there.revocations.onRevoked((sessionId) => heard.push(`there ${sessionId}`));
        here.revocations.onRevoked((sessionId) => heard.push(`here ${sessionId}`));
        here.revocations.revoke('se_1');
        // At once on the node itself: its own answer must not be overtaken by a socket that goes on.
        expect(heard).toContain('here se_1');
        await vi.waitFor(
          () => expect(heard.toSorted()).toEqual(['here se_1', 'there se_1']),
          PATIENCE,
        );
        stop();
        here.revocations.revoke('se_2');
        there.revocations.revoke('se_3');
        await vi.waitFor(
          () => expect(heard).toEqual(expect.arrayContaining(['here se_2', 'here se_3'])),
          PATIENCE,
        );
        expect(heard.toSorted()).toEqual(['here se_1', 'here se_2', 'here se_3', 'there se_1']);
      });
    });

    it('is not degraded while everything works', () => {
      expect(nodes.map((node) => node.isDegraded())).toEqual(nodes.map(() => false));
    });

    it('counts who is here', () => {
      const leave = here.presence.join(WORKSPACE, 'ag_1');
      here.presence.join(WORKSPACE, 'ag_1');
      here.presence.join(WORKSPACE, 'ag_2');
      expect(here.figures()).toMatchObject({ presenceEntries: 2, outages: 0 });
      leave();
    });
  });
}

/** A node with connections, each in the room that it asks for. */
async function serve(cluster: Cluster) {
  const httpServer = createServer();
  const io = new Server(httpServer, { transports: ['websocket'] });
  io.adapter(cluster.adapter);
  io.on('connection', (socket) => void socket.join(String(socket.handshake.auth['room'])));
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  return {
    io,
    async connect(room: string) {
      const socket = connect(url, { auth: { room }, transports: ['websocket'], forceNew: true });
      const heard: string[] = [];
      socket.on('said', (words: string) => heard.push(words));
      // The node has subscribed by then: it was asked to before it began to listen.
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      return { heard };
    },
    close: () => io.close(),
  };
}
