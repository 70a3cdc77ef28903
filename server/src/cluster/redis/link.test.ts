import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../logger.ts';
import type { RedisClients } from './clients.ts';
import { createLink } from './link.ts';

const BEAT_MS = 500;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('is up again only when all connections have been heard since one of them closed', async () => {
  const subscriber = Object.assign(new EventEmitter(), { status: 'ready' });
  const publisher = Object.assign(new EventEmitter(), { status: 'ready' });
  const set = async () => 'OK';
  const store = Object.assign(new EventEmitter(), { status: 'ready', set });
  let hear: (message: string) => void = () => {};
  const link = createLink({
    clients: {
      publisher,
      subscriber,
      store,
      reconnect() {},
      close() {},
    } as unknown as RedisClients,
    hints: {
      publish: (_channel, message) => {
        if (subscriber.status === 'ready') hear(String(message));
      },
      subscribe: (_channel, listener) => {
        hear = listener;
      },
    },
    channel: 'beat',
    beatMs: BEAT_MS,
    missedBeats: 3,
    connectMs: 3_000,
    logger: createLogger('info', { write() {} }),
  });
  await vi.advanceTimersByTimeAsync(BEAT_MS);
  expect(link.isDown()).toBe(false);
  subscriber.status = 'reconnecting';
  subscriber.emit('close');
  expect(link.isDown()).toBe(true);
  await vi.advanceTimersByTimeAsync(2 * BEAT_MS);
  expect(link.isDown()).toBe(true);
  subscriber.status = 'ready';
  await vi.advanceTimersByTimeAsync(BEAT_MS);
  expect(link.isDown()).toBe(false);
  link.close();
});
