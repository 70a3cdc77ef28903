import { afterAll, beforeAll, describe } from 'vitest';
import { pino } from 'pino';
import { defaultLimits } from '../../limits.ts';
import { hasRedis, startRedis, type TestRedis } from '../../testing/start-redis.ts';
import { describeClusterContract } from '../cluster-contract.ts';
import { createRedisCluster } from './redis-cluster.ts';

let redis: TestRedis;
let installations = 0;

describe.runIf(hasRedis())('with Redis', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  describeClusterContract('the Redis engine', {
    async create(limits) {
      const prefix = `test-${installations++}`;
      const join = () =>
        createRedisCluster({
          url: redis.url,
          prefix,
          keyIds: { current: ['a'], all: ['a'] },
          limits: { ...defaultLimits, ...limits },
          logger: pino({ level: 'silent' }),
        });
      return Promise.all([join(), join()]);
    },
  });
});
