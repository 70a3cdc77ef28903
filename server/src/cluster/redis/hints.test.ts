import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { createHints } from './hints.ts';

it('counts what has left no longer as waiting, however it ended', async () => {
  let isRefusing = false;
  const publish = async () => {
    if (isRefusing) throw new Error('the connection is closed');
    return 1;
  };
  const hints = createHints({
    publisher: { status: 'ready', publish } as unknown as Redis,
    subscriber: { on() {} } as unknown as Redis,
    maxQueuedBytes: 2_000,
  });
  for (const refuses of [false, true, false]) {
    isRefusing = refuses;
    for (let sent = 0; sent < 10; sent++) {
      hints.publish('a channel', 'x'.repeat(500));
      await Promise.resolve().then(() => Promise.resolve());
    }
  }
  // Those that were refused, and no other.
  expect(hints.figures().droppedPublishes).toBe(10);
});
