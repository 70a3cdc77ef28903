import type { Logger } from 'pino';
import type { Cluster } from './cluster.ts';
import type { RedisClusterLimits } from './redis/redis-cluster.ts';
import { createSingleNodeCluster } from './single-node.ts';

/**
 * Joins the nodes that share a Redis, or makes a cluster of one where there is none.
 *
 * @throws Error in words for the operator when Redis answers but cannot be used.
 */
export async function openCluster(options: {
  redisUrl: string | undefined;
  redisPrefix: string;
  limits: RedisClusterLimits;
  logger: Logger;
}): Promise<Cluster> {
  const { redisUrl, redisPrefix, limits, logger } = options;
  if (redisUrl === undefined) return createSingleNodeCluster(limits);
  // Loaded when asked for: one process alone needs no Redis.
  const { createRedisCluster } = await import('./redis/redis-cluster.ts');
  return createRedisCluster({ url: redisUrl, prefix: redisPrefix, limits, logger });
}
