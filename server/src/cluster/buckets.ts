import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter, Rate } from './cluster.ts';

/** What counts the acts of one name at one rate. Rejects with a `RateLimiterRes` when a key has no point left. */
export interface Bucket {
  consume(key: string): Promise<RateLimiterRes>;
}

const GRANTED = {};

/** A limiter of buckets, each made when it is first needed. */
export function createLimiter(createBucket: (name: string, rate: Rate) => Bucket): Limiter {
  const buckets = new Map<string, (Rate & { bucket: Bucket })[]>();

  /** Every message passes here. A name has one rate, seldom a few. */
  function bucketOf(name: string, { points, durationMs }: Rate): Bucket {
    const named = buckets.get(name) ?? [];
    const known = named.find((one) => one.points === points && one.durationMs === durationMs);
    if (known) return known.bucket;
    const bucket = createBucket(name, { points, durationMs });
    buckets.set(name, [...named, { points, durationMs, bucket }]);
    return bucket;
  }

  return {
    async take(name, key, rate) {
      try {
        await bucketOf(name, rate).consume(key);
        return GRANTED;
      } catch (rejection) {
        // An empty bucket is rejected with its state, everything else with an error.
        if (rejection instanceof RateLimiterRes) return { retryAfterMs: rejection.msBeforeNext };
        throw rejection;
      }
    },
  };
}
