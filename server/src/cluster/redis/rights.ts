import { setTimeout as wait } from 'node:timers/promises';
import type { RedisClients } from './clients.ts';
import { roomChannels } from './fan-out.ts';

/** A trial that is not answered by then is over. */
const TRIAL_MS = 1_000;

/** What the scripts and the limits of a node do to keys, each command once. Nothing of it stays. */
function trialsOn(key: string): (readonly (string | number)[])[] {
  const [set, counter] = [`${key}:set`, `${key}:counter`];
  return [
    ['ping'],
    ['eval', "return redis.call('TIME')", 0],
    // There is no such script, and who may ask is told so.
    ['evalsha', '0'.repeat(40), 0],
    ['zadd', set, 0, 'a'],
    ['zlexcount', set, '[a', '[a'],
    ['zrange', set, 0, -1],
    ['zrangebyscore', set, '-inf', '+inf'],
    ['zremrangebyscore', set, '-inf', '+inf'],
    ['zrem', set, 'a'],
    ['set', counter, 0, 'PX', 1000, 'NX'],
    ['incrby', counter, 1],
    ['pttl', counter],
    ['pexpire', counter, 1],
    ['publish', key, ''],
  ];
}

/**
 * Tries, on each new connection, everything that a node will ever ask of Redis. A user that may not do one of these things would
 * else leave the node alone for good, and nobody would know why.
 *
 * @param report Told what Redis said to the first refusal.
 * @returns whether the trials that run are over.
 */
export function watchRights(
  { store, subscriber }: Pick<RedisClients, 'store' | 'subscriber'>,
  prefix: string,
  report: (reason: string) => void,
): () => Promise<void> {
  const key = `${prefix}:trial`;
  const trials = new Set<Promise<void>>();

  function start(trial: () => Promise<unknown>) {
    // The subscriber waits for an answer for ever: nobody who starts may wait with it.
    const impatience = wait(TRIAL_MS, undefined, { ref: false });
    const running = Promise.race([trial(), impatience]).then(nothing, (error: Error) => {
      // Whatever else goes wrong shows by itself.
      if (error.message.startsWith('NOPERM')) report(error.message);
    });
    trials.add(running);
    void running.then(() => trials.delete(running));
  }

  store.on('ready', () => {
    for (const [name = '', ...parameters] of trialsOn(key)) {
      start(() => store.call(String(name), ...parameters));
    }
  });
  subscriber.on('ready', () => {
    start(async () => {
      await subscriber.subscribe(key);
      await subscriber.unsubscribe(key);
      // The pattern itself, since its like would need another right; it stays.
      await subscriber.psubscribe(roomChannels(prefix));
    });
  });
  return async () => void (await Promise.all(trials));
}

function nothing(): void {}
