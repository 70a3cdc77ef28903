import type { Logger } from 'pino';
import type { LonelyNodes } from '../storage/storage.ts';
import type { Cluster, KeyIds } from './cluster.ts';
import { heedOthers } from './heed-others.ts';
import type { RedisFindings } from './redis/examine.ts';
import type { RedisClusterLimits } from './redis/redis-cluster.ts';
import { createSingleNodeCluster } from './single-node.ts';

/**
 * Joins the nodes that share a Redis, or makes a cluster of one where there is none.
 *
 * @throws Error in words for the operator when Redis answers but cannot be used, or the other nodes have other keys.
 */
export async function openCluster(options: {
  redisUrl: string | undefined;
  redisPrefix: string;
  keyIds: KeyIds;
  limits: RedisClusterLimits;
  logger: Logger;
  /** The store's. */
  lonelyNodes?: LonelyNodes;
}): Promise<Cluster> {
  const { redisUrl, redisPrefix, lonelyNodes, limits, ...shared } = options;
  if (redisUrl === undefined) return createSingleNodeCluster(limits);
  // Loaded when asked for: one process alone needs no Redis.
  const { createRedisCluster } = await import('./redis/redis-cluster.ts');
  const cluster = await createRedisCluster({
    ...shared,
    url: redisUrl,
    prefix: redisPrefix,
    limits,
  });
  if (!lonelyNodes) return cluster;
  return heedOthers(cluster, { ...shared, lonelyNodes, everyMs: limits.heartbeatMs });
}

/** What kind of Redis it is. @throws Error in words for the operator when it cannot be used, or is not reached. */
export async function examineRedis(url: string, prefix: string): Promise<RedisFindings> {
  const { examineServer } = await import('./redis/examine.ts');
  return await examineServer({ url, prefix });
}
