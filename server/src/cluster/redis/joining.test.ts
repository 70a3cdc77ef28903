import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTemporaryKeys, generateKey, idsOf, parseKeyRing } from '../../domain/keys.ts';
import { defaultLimits } from '../../limits.ts';
import { createLogger } from '../../logger.ts';
import { hasRedis, startRedis, type TestRedis } from '../../testing/start-redis.ts';
import { openTcpLink } from '../../testing/tcp-link.ts';
import type { Cluster, KeyIds } from '../cluster.ts';
import { createKeyCheck } from './key-check.ts';
import { createRedisCluster } from './redis-cluster.ts';

/** What operations.md gives a user. */
const RIGHTS = /^ACL SETUSER alcove on >password (.*)$/m.exec(
  readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8'),
)?.[1];

const PATIENCE = { timeout: 10_000 };

let redis: TestRedis;
let installations = 0;
const newPrefix = () => `joining-${installations++}`;
const nodes: Cluster[] = [];

describe.runIf(hasRedis())('a node that joins', { timeout: 30_000 }, () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
  });
  afterAll(() => redis.close());

  async function join({ prefix = newPrefix(), url = redis.url, keyIds = newKeyIds() } = {}) {
    const logged: string[] = [];
    const logger = createLogger('info', { write: (line) => logged.push(line) });
    const limits = { ...defaultLimits, presenceRefreshMs: 100, presenceTtlMs: 1_000 };
    const node = await createRedisCluster({ url, prefix, keyIds, limits, logger });
    nodes.push(node);
    return { ...node, logged };
  }

  /** Joins as a user with these rights. */
  async function joinAs(rights = '') {
    const user = newPrefix();
    await redis.command('ACL', 'SETUSER', user, 'on', '>secret', ...rights.split(' '));
    const url = `redis://${user}:secret@${new URL(redis.url).host}`;
    return await join({ prefix: 'alcove', url });
  }

  it('needs no more rights than are asked for', async () => {
    const node = await joinAs(RIGHTS);
    expect(node.isDegraded()).toBe(false);
  });

  it.each([
    ['its keys', 'resetkeys ~other:*'],
    ['its channels', 'resetchannels &other:*'],
    ['the pattern of rooms', 'resetchannels &alcove:*'],
    ['to listen', '-psubscribe'],
    ['to publish', '-publish'],
    ['scripts', '-@scripting'],
    ['sorted sets', '-@sortedset'],
    ['counters', '-@string'],
  ])('is refused when Redis denies its user %s', async (_what, change) => {
    await expect(joinAs(`${RIGHTS} ${change}`)).rejects.toThrow(
      /may not do what Alcove needs.*\(NOPERM/,
    );
  });

  it('is refused beside a node with other keys, until that one has gone', async () => {
    const prefix = newPrefix();
    const first = await join({ prefix });
    const second = join({ prefix });
    await expect(second).rejects.toThrow(/alcove keys export/);
    expect(first.figures().areKeysForeign, 'the refused one leaves no trace').toBe(false);
    await first.close();
    expect((await join({ prefix })).figures().areKeysForeign).toBe(false);
  });

  it('of two that come at once with different keys one stays', async () => {
    const prefix = newPrefix();
    const both = await Promise.allSettled([join({ prefix }), join({ prefix })]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('takes a node that was killed for gone after a while', async () => {
    const prefix = newPrefix();
    const link = await openTcpLink(redis.port);
    await join({ prefix, url: `redis://127.0.0.1:${link.port}` });
    await link.close();
    await expect(join({ prefix })).rejects.toThrow(/other keys/);
    await vi.waitFor(() => join({ prefix }), PATIENCE);
  });

  it('may bring a new key, where each believes what the others sign with', async () => {
    const prefix = newPrefix();
    const { older, both, newer, newerOnly } = rotation();
    await join({ prefix, keyIds: older });
    await join({ prefix, keyIds: both });
    // Signs with the new key, which the first node does not know.
    await expect(join({ prefix, keyIds: newer })).rejects.toThrow(/other keys/);
    await nodes.shift()?.close();
    await join({ prefix, keyIds: newer });
    await expect(join({ prefix, keyIds: newerOnly })).rejects.toThrow(/other keys/);
  });

  it('says so when it finds out later only', async () => {
    const prefix = newPrefix();
    const link = await openTcpLink(redis.port);
    link.freeze();
    const late = await join({ prefix, url: `redis://127.0.0.1:${link.port}` });
    await join({ prefix });
    link.thaw();
    await vi.waitFor(() => expect(late.figures().areKeysForeign).toBe(true), PATIENCE);
    await vi.waitFor(() => expect(late.isDegraded()).toBe(false), PATIENCE);
    expect(late.logged.filter((line) => line.includes('alcove keys export'))).toHaveLength(1);
    await late.close();
    await link.close();
  });

  it('says so once when it looks again before it has heard', async () => {
    const prefix = newPrefix();
    await join({ prefix });
    const store = new Redis(redis.url);
    const logged: string[] = [];
    let lookAgain = () => {};
    const check = createKeyCheck({
      ...{ store, prefix, node: 'late', keyIds: newKeyIds(), ttlMs: 1_000, refreshMs: 60_000 },
      isDown: () => false,
      onUp: (listener) => {
        lookAgain = listener;
      },
      logger: createLogger('info', { write: (line) => logged.push(line) }),
    });
    check.watch();
    lookAgain();
    lookAgain();
    await check.look();
    // Answers come in the order of the questions, and what follows an answer is over before the next turn.
    await store.ping();
    expect(logged).toHaveLength(1);
    await check.close();
    await store.quit();
  });

  it('is not kept out by what somebody else writes', async () => {
    const prefix = newPrefix();
    await redis.command('ZADD', `${prefix}:keys`, '9999999999999', 'no-node|{"all":1}');
    expect((await join({ prefix })).isDegraded()).toBe(false);
  });
});

it('names keys without a trace of them', () => {
  const keys = createTemporaryKeys();
  const ids = idsOf(keys);
  expect(ids).toEqual(idsOf(keys));
  expect(new Set([...ids.all, ...idsOf(createTemporaryKeys()).all]).size).toBe(6);
  for (const { current } of Object.values(keys)) {
    const secret = current.secret.export();
    for (const encoding of ['base64url', 'hex'] as const) {
      expect(ids.all.join(' ')).not.toContain(secret.toString(encoding).slice(0, 8));
    }
  }
});

function newKeyIds(): KeyIds {
  return idsOf(createTemporaryKeys());
}

/** The steps of a change of keys. */
function rotation() {
  const [old, next] = [generateKey(), generateKey()];
  const rest = createTemporaryKeys();
  const ids = (...keys: ReturnType<typeof generateKey>[]) =>
    idsOf({ ...rest, refresh: parseKeyRing(keys) });
  return { older: ids(old), both: ids(old, next), newer: ids(next, old), newerOnly: ids(next) };
}
