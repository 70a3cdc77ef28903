import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Server } from 'socket.io';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from '../../limits.ts';
import { createLogger } from '../../logger.ts';
import { hasRedis, startRedis, type TestRedis } from '../../testing/start-redis.ts';
import { openTcpLink } from '../../testing/tcp-link.ts';
import type { Cluster } from '../cluster.ts';
import { createRedisCluster } from './redis-cluster.ts';

/** The proportions of the real ones, twenty times as fast. */
const LIMITS = {
  ...defaultLimits,
  presenceGraceMs: 750,
  presenceTtlMs: 1_500,
  presenceRefreshMs: 500,
  heartbeatMs: 50,
  redisCommandMs: 200,
  redisConnectMs: 1_000,
};

const WORKSPACE = 'ws_1';

/** For what happens soon, on a machine that may have much to do. */
const PATIENCE = { timeout: 10_000 };

const KEY_IDS = { current: ['a'], all: ['a'] };
const rate = { points: 3, durationMs: 60_000 };
let redis: TestRedis;
let installations = 0;
const nodes = new Set<Cluster>();
const unhandled: unknown[] = [];
const keep = (error: unknown) => unhandled.push(error);

describe.runIf(hasRedis())('the Redis engine', { timeout: 30_000 }, () => {
  beforeAll(async () => {
    process.on('unhandledRejection', keep);
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all([...nodes].map((node) => node.close()));
    nodes.clear();
    if (unhandled.length > 0) throw new Error('a rejection was not handled', { cause: unhandled });
  });
  afterAll(async () => {
    process.off('unhandledRejection', keep);
    await redis.close();
  });

  const newPrefix = () => `faults-${installations++}`;

  async function join(prefix: string, url = redis.url, limits: Partial<typeof LIMITS> = {}) {
    const logged: string[] = [];
    const logger = createLogger('debug', { write: (line) => logged.push(line) });
    const node = await createRedisCluster({
      url,
      prefix,
      keyIds: KEY_IDS,
      limits: { ...LIMITS, ...limits },
      logger,
    });
    nodes.add(node);
    const told: string[] = [];
    node.presence.onChange((_workspace, id, status) => told.push(`${id} ${status}`));
    return { ...node, told, logged };
  }

  const statusOf = async (node: Cluster, id: string) =>
    (await node.presence.statusOf(WORKSPACE, [id]))[0];
  const isDegraded = (node: Cluster, is: boolean) =>
    vi.waitFor(() => expect(node.isDegraded()).toBe(is), PATIENCE);

  /** Takes points until there are none. */
  async function drink(node: Cluster, key: string): Promise<number> {
    let taken = 0;
    while ((await node.limiter.take('sends', key, rate)).retryAfterMs === undefined) taken++;
    return taken;
  }

  it('goes on by itself when Redis is killed, and joins again when it is back, empty', async () => {
    const prefix = newPrefix();
    const [here, there] = [await join(prefix), await join(prefix)];
    const heard: boolean[] = [];
    here.onDegraded((is) => heard.push(is));
    here.presence.join(WORKSPACE, 'ag_here');
    there.presence.join(WORKSPACE, 'ag_there');
    await vi.waitFor(() => expect(here.told).toContain('ag_there online'), PATIENCE);

    await redis.kill();
    await isDegraded(here, true);
    expect(await statusOf(here, 'ag_here')).toBe('online');
    // Not offline: nobody can tell.
    expect(await statusOf(here, 'ag_there')).toBe('unknown');
    expect(await drink(here, 'vi_1')).toBe(rate.points);
    here.revocations.revoke('se_lost');
    await wait(300);
    // One line for the outage, and at most a few that say why.
    expect(here.logged.filter((line) => line.includes('"error"'))).toHaveLength(1);
    expect(here.logged.length).toBeLessThan(6);

    await redis.restart();
    await isDegraded(here, false);
    await isDegraded(there, false);
    await vi.waitFor(async () => expect(await statusOf(here, 'ag_there')).toBe('online'), PATIENCE);
    expect(heard).toEqual([true, false]);
    expect(await drink(here, 'vi_2')).toBe(rate.points);
    expect(await drink(there, 'vi_2')).toBe(0);
    const revoked: string[] = [];
    there.revocations.onRevoked((id) => revoked.push(id));
    here.revocations.revoke('se_1');
    await vi.waitFor(() => expect(revoked).toEqual(['se_1']), PATIENCE);
    expect(here.figures()).toMatchObject({ outages: 1, presenceEntries: 1 });
    expect(here.figures().limitsDecidedAlone).toBe(rate.points + 1);
  });

  it('notices a link that only looks alive, and one that works again', async () => {
    const link = await openTcpLink(redis.port);
    const node = await join(newPrefix(), `redis://127.0.0.1:${link.port}`);
    link.freeze();
    const since = performance.now();
    await isDegraded(node, true);
    // Three missed beats, and what a busy machine adds to them.
    expect(performance.now() - since).toBeLessThan(LIMITS.heartbeatMs * 40);
    expect(await drink(node, 'vi_1')).toBe(rate.points);
    link.thaw();
    await isDegraded(node, false);
    await node.close();
    await link.close();
  });

  it('goes on by itself beside a Redis that takes nothing any more, and says why', async () => {
    const node = await join(newPrefix());
    // As after a failover: what was the primary answers, hears and tells, but writes nothing.
    await redis.command('REPLICAOF', '127.0.0.1', '1');
    await isDegraded(node, true);
    expect(node.logged.filter((line) => line.includes('"error"'))).toHaveLength(1);
    expect(node.logged.join('')).toContain('READONLY');
    expect(await drink(node, 'vi_1')).toBe(rate.points);
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await isDegraded(node, false);
  });

  it('starts beside a Redis that falls silent in the middle of it', async () => {
    const { url, close } = await openSilentPart(redis.port, 'subscribe\r\n$');
    const node = await join(newPrefix(), url, { redisConnectMs: 300 });
    expect(node.isDegraded()).toBe(true);
    await node.close();
    await close();
  });

  it('keeps little for a link that takes nothing, and drops the rest', async () => {
    const link = await openTcpLink(redis.port);
    const slow = { heartbeatMs: 60_000, redisQueuedBytes: 1_000_000 };
    const node = await join(newPrefix(), `redis://127.0.0.1:${link.port}`, slow);
    link.freeze();
    for (let sent = 0; sent < 2_000; sent++) node.revocations.revoke('x'.repeat(1_000));
    expect(node.figures().droppedPublishes).toBeGreaterThan(1_000);
    expect(node.figures().droppedPublishes).toBeLessThan(2_000);
    await node.close();
    await link.close();
  });

  it('starts without Redis, and joins when there is one', async () => {
    const prefix = newPrefix();
    await redis.kill();
    const node = await join(prefix, redis.url, { redisConnectMs: 200 });
    expect(node.isDegraded()).toBe(true);
    expect(node.logged.filter((line) => line.includes('out of reach'))).toHaveLength(1);
    node.presence.join(WORKSPACE, 'ag_1');
    await redis.restart();
    await isDegraded(node, false);
    const other = await join(prefix);
    await vi.waitFor(async () => expect(await statusOf(other, 'ag_1')).toBe('online'), PATIENCE);
  });

  it('subscribes again, however often its subscription is killed', async () => {
    const prefix = newPrefix();
    const [here, there] = [await join(prefix), await join(prefix)];
    for (let round = 0; round < 5; round++) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await isDegraded(there, false);
      const revoked: string[] = [];
      const stop = there.revocations.onRevoked((id) => revoked.push(id));
      await vi.waitFor(() => {
        here.revocations.revoke(`se_${round}`);
        expect(revoked).toContain(`se_${round}`);
      }, PATIENCE);
      stop();
    }
  });

  it('tells of those on a node that died, once, when their time is over', async () => {
    const prefix = newPrefix();
    const link = await openTcpLink(redis.port);
    const dying = await join(prefix, `redis://127.0.0.1:${link.port}`);
    const here = await join(prefix);
    here.presence.join(WORKSPACE, 'ag_here');
    dying.presence.join(WORKSPACE, 'ag_both');
    here.presence.join(WORKSPACE, 'ag_both');
    dying.presence.join(WORKSPACE, 'ag_dying');
    await vi.waitFor(() => expect(here.told).toContain('ag_dying online'), PATIENCE);
    // To the others a node that is cut off for good is a dead one.
    await link.close();
    const since = performance.now();
    await vi.waitFor(() => expect(here.told).toContain('ag_dying offline'), PATIENCE);
    expect(performance.now() - since).toBeGreaterThan(
      LIMITS.presenceTtlMs - LIMITS.presenceRefreshMs - 50,
    );
    expect(await statusOf(here, 'ag_both')).toBe('online');
    await wait(LIMITS.presenceRefreshMs);
    expect(here.told.filter((told) => told.startsWith('ag_dying'))).toHaveLength(2);
    expect(here.told).not.toContain('ag_both offline');
  });

  it('says nothing of a cut that is shorter than an entry lives', async () => {
    const prefix = newPrefix();
    const link = await openTcpLink(redis.port);
    const cut = await join(prefix, `redis://127.0.0.1:${link.port}`);
    const here = await join(prefix);
    here.presence.join(WORKSPACE, 'ag_here');
    cut.presence.join(WORKSPACE, 'ag_cut');
    await vi.waitFor(() => expect(here.told).toContain('ag_cut online'), PATIENCE);
    link.freeze();
    await isDegraded(cut, true);
    link.thaw();
    await isDegraded(cut, false);
    await wait(LIMITS.presenceTtlMs);
    expect(here.told.filter((told) => told.startsWith('ag_cut'))).toEqual(['ag_cut online']);
    await cut.close();
    await link.close();
  });

  it('takes those on a node that closes out after their grace time', async () => {
    const prefix = newPrefix();
    const [closing, here] = [await join(prefix), await join(prefix)];
    here.presence.join(WORKSPACE, 'ag_here');
    closing.presence.join(WORKSPACE, 'ag_closing');
    await vi.waitFor(() => expect(here.told).toContain('ag_closing online'), PATIENCE);
    await closing.close();
    const patience = LIMITS.presenceGraceMs + LIMITS.presenceRefreshMs + 500;
    await vi.waitFor(() => expect(here.told).toContain('ag_closing offline'), {
      timeout: patience,
    });
  });

  it('survives whatever somebody else writes into its channels', async () => {
    const prefix = newPrefix();
    const node = await join(prefix);
    node.presence.join(WORKSPACE, 'ag_1');
    await vi.waitFor(() => expect(node.told).toEqual(['ag_1 online']), PATIENCE);
    for (const junk of ['x', '{}', '[]', 'null', '["ws_1","ag_1","gone"]', '[1,2,3]']) {
      await redis.command('PUBLISH', `${prefix}:presence`, junk);
    }
    await redis.command('PUBLISH', `${prefix}:revocations`, 'x');
    await vi.waitFor(() => expect(node.figures().malformedMessages).toBe(7), PATIENCE);
    expect(node.told).toEqual(['ag_1 online']);
  });

  it('survives what somebody else writes into the channels of rooms', async () => {
    const prefix = newPrefix();
    const node = await join(prefix);
    const io = new Server();
    io.adapter(node.adapter);
    for (const junk of ['x', '[]', 'null']) {
      await redis.command('PUBLISH', `${prefix}:rooms#/#`, junk);
    }
    await vi.waitFor(() => expect(node.figures().malformedMessages).toBeGreaterThan(0), PATIENCE);
    expect(node.isDegraded()).toBe(false);
    await io.of('/').adapter.close();
  });

  it('keeps deployments with other prefixes apart', async () => {
    const [here, stranger] = [await join(newPrefix()), await join(newPrefix())];
    const revoked: string[] = [];
    stranger.revocations.onRevoked((id) => revoked.push(id));
    here.presence.join(WORKSPACE, 'ag_1');
    await vi.waitFor(() => expect(here.told).toEqual(['ag_1 online']), PATIENCE);
    here.revocations.revoke('se_1');
    expect(await statusOf(stranger, 'ag_1')).toBe('offline');
    expect(await drink(here, 'vi_1')).toBe(rate.points);
    expect(await drink(stranger, 'vi_1')).toBe(rate.points);
    expect([stranger.told, revoked]).toEqual([[], []]);
  });

  it('refuses to start with a password that Redis refuses, and never repeats it', async () => {
    const guarded = await startRedis(['--requirepass', 'the-right-one']).catch(() => undefined);
    if (!guarded) throw new Error('redis-server did not start');
    const { host } = new URL(guarded.url);
    const logged: string[] = [];
    const logger = createLogger('trace', { write: (line) => logged.push(line) });
    const start = (url: string) =>
      createRedisCluster({
        url,
        prefix: 'x',
        keyIds: KEY_IDS,
        limits: { ...LIMITS, redisConnectMs: 1_000 },
        logger,
      });
    const wrong = await start(`redis://:the-wrong-one@${host}`).catch(String);
    expect(wrong).toMatch(/refuses the password.*in REDIS_URL/);
    const none = await start(guarded.url).catch(String);
    expect(none).toMatch(/asks for a password/);
    expect(`${JSON.stringify(wrong)}${logged.join('')}`).not.toContain('the-wrong-one');
    nodes.add(await start(`redis://:the-right-one@${host}`));
    expect(logged.join('')).not.toContain('the-right-one');
    await guarded.close();
  });

  it('refuses to start on a Redis that is too old', async () => {
    const server = createServer((near) => {
      const far = connect(redis.port, '127.0.0.1');
      near.pipe(far);
      far.on('data', (data: Buffer) => {
        near.write(
          data.toString('latin1').replace(/redis_version:\d/, 'redis_version:5'),
          'latin1',
        );
      });
      near.on('close', () => far.destroy()).on('error', () => {});
      far.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const patient = { redisConnectMs: 10_000 };
    const refused = join(newPrefix(), `redis://127.0.0.1:${port}`, patient);
    await expect(refused).rejects.toThrow(/needs Redis 6\.2 or newer\. \(Redis 5/);
    server.close();
  });
});

/** A way to Redis on which each connection that asks for `word` gets no answer any more. */
async function openSilentPart(toPort: number, word: string) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    let isSilent = false;
    near.on('data', (data: Buffer) => {
      isSilent ||= data.toString('latin1').toLowerCase().includes(word);
      if (!isSilent) far.write(data);
    });
    far.pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
