import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { createLimiter } from '../buckets.ts';
import type { Limiter } from '../cluster.ts';

/** The library's own script counts in whole seconds; the duration that this one is told stands for milliseconds. */
const TAKE_SCRIPT = `
redis.call('SET', KEYS[1], 0, 'PX', ARGV[2], 'NX')
return { redis.call('INCRBY', KEYS[1], ARGV[1]), redis.call('PTTL', KEYS[1]) }
`;

/**
 * Counts in Redis, and by itself while Redis does not answer: each node then allows as much as all of them do together.
 *
 * @param options.onAlone Called for each decision that was made without Redis.
 */
export function createRedisLimiter(options: {
  store: Redis;
  /** Keys begin with it. */
  prefix: string;
  isDown(): boolean;
  onAlone(): void;
}): Limiter {
  const { store, prefix, isDown, onAlone } = options;
  return createLimiter((name, { points, durationMs }) => {
    const alone = new CountedMemory({ points, duration: durationMs / 1000 }, onAlone);
    const shared = new RateLimiterRedis({
      storeClient: store,
      keyPrefix: `${prefix}:limit:${name}:${points}/${durationMs}`,
      points,
      duration: durationMs,
      customIncrTtlLuaScript: TAKE_SCRIPT,
      insuranceLimiter: alone,
      rejectIfRedisNotReady: true,
      // An empty bucket need not be asked again before it fills: a flood costs Redis nothing.
      inMemoryBlockOnConsumed: points,
    });
    return { consume: (key) => (isDown() ? alone : shared).consume(key) };
  });
}

class CountedMemory extends RateLimiterMemory {
  readonly #onConsume: () => void;

  constructor(options: { points: number; duration: number }, onConsume: () => void) {
    super(options);
    this.#onConsume = onConsume;
  }

  override consume(key: string | number) {
    this.#onConsume();
    return super.consume(key);
  }
}
