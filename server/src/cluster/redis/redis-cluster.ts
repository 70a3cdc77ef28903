import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Cluster, KeyIds } from '../cluster.ts';
import { openRedisClients } from './clients.ts';
import { createFanOut } from './fan-out.ts';
import { createHints } from './hints.ts';
import { createKeyCheck, FOREIGN_KEYS } from './key-check.ts';
import { createRedisLimiter } from './limiter.ts';
import { createLink } from './link.ts';
import { createRedisPresence } from './presence.ts';
import { createRedisRevocations } from './revocations.ts';
import { watchRights } from './rights.ts';
import { refusalOf, watchVersion } from './server-check.ts';

/** Times are milliseconds. */
export interface RedisClusterLimits {
  presenceGraceMs: number;
  presenceTtlMs: number;
  presenceRefreshMs: number;
  heartbeatMs: number;
  missedHeartbeats: number;
  redisCommandMs: number;
  redisConnectMs: number;
  redisQueuedBytes: number;
}

export interface RedisClusterOptions {
  /** `redis:` or `rediss:`, with the password if there is one. */
  url: string;
  /** Every key and channel begins with it: deployments that share a Redis must differ in it. */
  prefix: string;
  /** Of the keys that this node signs with: all nodes need the same. */
  keyIds: KeyIds;
  limits: RedisClusterLimits;
  logger: Logger;
}

/**
 * A node among others that share a Redis. Without Redis it goes on by itself, and joins when there is one.
 *
 * @throws Error in words for the operator when Redis answers but cannot be used: a wrong password, a user with too few rights,
 * a version that is too old; or when the other nodes have other keys.
 */
export async function createRedisCluster(options: RedisClusterOptions): Promise<Cluster> {
  const { prefix, keyIds, limits, logger } = options;
  const { clients, hints, link, node, refusal } = connect(options);
  const onUp = (listener: () => void) => link.onChange((isDown) => !isDown && listener());
  const times = { ttlMs: limits.presenceTtlMs, refreshMs: limits.presenceRefreshMs };
  const shared = { ...clients, ...times, hints, prefix, node, isDown: link.isDown };
  let limitsDecidedAlone = 0;
  const limiter = createRedisLimiter({ ...shared, onAlone: () => limitsDecidedAlone++ });
  const presence = createRedisPresence({ ...shared, graceMs: limits.presenceGraceMs });
  onUp(presence.refresh);
  const keyCheck = createKeyCheck({ ...shared, onUp, keyIds, logger });

  async function close() {
    await Promise.all([presence.close(), keyCheck.close()]);
    link.close();
    clients.close();
  }

  await link.settle(limits.redisConnectMs);
  const problem = (await refusal()) ?? ((await keyCheck.look()) ? FOREIGN_KEYS : undefined);
  if (problem) {
    await close();
    throw new Error(problem);
  }
  keyCheck.watch();
  return {
    adapter: createFanOut(shared),
    presence,
    limiter,
    revocations: createRedisRevocations(shared),
    isDegraded: link.isDown,
    onDegraded: link.onChange,
    figures: () => ({
      ...hints.figures(),
      presenceEntries: presence.size(),
      limitsDecidedAlone,
      outages: link.outages(),
      areKeysForeign: keyCheck.areForeign(),
    }),
    close,
  };
}

/** The connections, and everything that watches over them. */
function connect({ url, prefix, limits, logger }: RedisClusterOptions) {
  const node = randomBytes(9).toString('base64url');
  /** What an operator has to change first. */
  let refused: string | undefined;
  const hear = (reason: string) => {
    const refusal = refusalOf(reason);
    refused ??= refusal;
    link.hear(refusal ?? reason);
  };
  const clients = openRedisClients({
    url,
    commandMs: limits.redisCommandMs,
    connectMs: limits.redisConnectMs,
    onError: hear,
  });
  const hints = createHints({ ...clients, maxQueuedBytes: limits.redisQueuedBytes });
  const link = createLink({
    clients,
    hints,
    channel: `${prefix}:beat:${node}`,
    beatMs: limits.heartbeatMs,
    missedBeats: limits.missedHeartbeats,
    connectMs: limits.redisConnectMs,
    logger,
  });
  watchVersion(clients.store, hear);
  const tried = watchRights(clients, prefix, hear);
  return {
    clients,
    hints,
    link,
    node,
    async refusal() {
      await tried();
      return refused;
    },
  };
}
