import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHeartbeat } from './heartbeat.ts';

const BEAT_MS = 500;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A node whose beats come back when the test says so: the first, the second... */
function start() {
  const said: string[] = [];
  const writes: PromiseWithResolvers<void>[] = [];
  let hear: (message: string) => void = () => {};
  const ready = { status: 'ready' };
  const set = () => {
    const write = Promise.withResolvers<void>();
    writes.push(write);
    return write.promise;
  };
  const store = { ...ready, set };
  const clients = { publisher: ready, subscriber: { once() {} }, store };
  const onBeat = vi.fn<() => void>();
  const onSilence = vi.fn<() => void>();
  const onRefusal = vi.fn<(reason: string) => void>();
  const heartbeat = startHeartbeat({
    clients: clients as unknown as Parameters<typeof startHeartbeat>[0]['clients'],
    hints: {
      publish: (_channel, message) => void said.push(String(message)),
      subscribe: (_channel, listener) => {
        hear = listener;
      },
    },
    channel: 'beat',
    beatMs: BEAT_MS,
    missedBeats: 3,
    onBeat,
    onSilence,
    onRefusal,
  });
  return {
    ...heartbeat,
    onBeat,
    onSilence,
    onRefusal,
    fail: (index: number, error: Error) => writes[index]?.reject(error),
    beat: () => vi.advanceTimersByTimeAsync(BEAT_MS),
    async comesBack(index: number, ways: ('hint' | 'answer')[] = ['hint', 'answer']) {
      if (ways.includes('hint')) hear(said[index] ?? 'never said');
      if (ways.includes('answer')) writes[index]?.resolve();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

test('is proof only when both ways work', async () => {
  const heart = start();
  await heart.beat();
  await heart.comesBack(0, ['hint']);
  expect(heart.onBeat).not.toHaveBeenCalled();
  await heart.comesBack(0, ['answer']);
  expect(heart.onBeat).toHaveBeenCalledTimes(1);
});

test('proves nothing by what was said before a reset', async () => {
  const heart = start();
  await heart.beat();
  heart.reset();
  await heart.comesBack(0);
  expect(heart.onBeat).not.toHaveBeenCalled();
  await heart.beat();
  await heart.comesBack(1);
  expect(heart.onBeat).toHaveBeenCalledTimes(1);
});

test('is a silence when one way says nothing for three beats, and again for as long as it lasts', async () => {
  const heart = start();
  await heart.beat();
  await heart.comesBack(0);
  for (let beat = 1; beat <= 3; beat++) {
    await heart.beat();
    await heart.comesBack(beat, ['hint']);
  }
  expect(heart.onSilence).not.toHaveBeenCalled();
  await heart.beat();
  expect(heart.onSilence).toHaveBeenCalledTimes(1);
  // What comes back of the beat that follows a silence counts.
  await heart.comesBack(4);
  expect(heart.onBeat).toHaveBeenCalledTimes(2);
  for (let beat = 0; beat < 7; beat++) await heart.beat();
  expect(heart.onSilence).toHaveBeenCalledTimes(3);
});

test('tells why Redis refuses to write, and nothing of connections that fail', async () => {
  const heart = start();
  await heart.beat();
  await heart.beat();
  const refusal = Object.assign(new Error('READONLY no'), { name: 'ReplyError' });
  heart.fail(0, refusal);
  heart.fail(1, new Error('Command timed out'));
  await heart.beat();
  expect(heart.onRefusal.mock.calls).toEqual([['READONLY no']]);
});
