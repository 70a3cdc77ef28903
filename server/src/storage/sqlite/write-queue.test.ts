import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { beforeEach, expect, it } from 'vitest';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import type { WriteAnswer } from './group-commit.ts';
import { WriteQueue } from './write-queue.ts';

let queue: WriteQueue;
let thread: ReturnType<typeof createThread>;

beforeEach(() => {
  queue = new WriteQueue();
  thread = createThread();
});

it('sends a lone write at once', async () => {
  queue.connect(thread.worker);
  const answer = queue.run('consumeInvitation', 'hash', 'now');
  await nextTurn();
  expect(thread.groups).toEqual([[['consumeInvitation', 'hash', 'now']]]);
  thread.answer([{ outcome: 'done', result: true }]);
  expect(await answer).toBe(true);
});

it('gathers what waits into groups of at most 256, in order, and two of them on the way', async () => {
  queue.connect(thread.worker);
  const answers = Array.from({ length: 800 }, (_, n) =>
    queue.run('revokeFamily', String(n), 'now'),
  );
  await nextTurn();
  await nextTurn();
  expect(thread.groups.map((group) => group.length)).toEqual([256, 256]);
  while (thread.answered < thread.groups.length) {
    thread.answer();
    await nextTurn();
  }
  await Promise.all(answers);
  expect(thread.groups.map((group) => group.length)).toEqual([256, 256, 256, 32]);
  const order = thread.groups.flat().map(([, family]) => Number(family));
  expect(order).toEqual(Array.from({ length: 800 }, (_, n) => n));
});

it('hands each write its own answer', async () => {
  queue.connect(thread.worker);
  const settled = Promise.allSettled([queue.run('touch'), queue.run('touch'), queue.run('touch')]);
  await nextTurn();
  thread.answer([
    { outcome: 'unavailable', message: 'disk full' },
    { outcome: 'failed', message: 'no such thing' },
    { outcome: 'done', result: null },
  ]);
  const [first, second, third] = await settled;
  expect(first).toMatchObject({ reason: expect.any(StoreUnavailableError) });
  expect(second).toMatchObject({ reason: { message: 'storage could not touch: no such thing' } });
  expect(second).not.toMatchObject({ reason: expect.any(StoreUnavailableError) });
  expect(third).toMatchObject({ status: 'fulfilled' });
});

it('gives up what was asked of a thread that is gone, and works with the next one', async () => {
  await expect(queue.run('touch')).rejects.toThrow(StoreUnavailableError);
  queue.connect(thread.worker);
  const asked = Promise.allSettled(Array.from({ length: 800 }, () => queue.run('touch')));
  await nextTurn();
  queue.disconnect(new Error('gone'));
  for (const result of await asked) {
    expect(result).toMatchObject({ reason: expect.any(StoreUnavailableError) });
  }
  await expect(queue.run('touch')).rejects.toThrow(StoreUnavailableError);
  await queue.drained();

  const next = createThread();
  queue.connect(next.worker);
  const answer = queue.run('touch');
  await nextTurn();
  next.answer();
  await answer;
  expect(next.groups).toEqual([[['touch']]]);
});

it('refuses at once when too much is waiting', async () => {
  queue.connect(thread.worker);
  const accepted = Promise.allSettled(Array.from({ length: 10_000 }, () => queue.run('touch')));
  await expect(queue.run('touch')).rejects.toThrow(StoreUnavailableError);
  queue.disconnect(new Error('gone'));
  await accepted;
});

it('is drained when everything was answered', async () => {
  queue.connect(thread.worker);
  await queue.drained();
  const answer = queue.run('touch');
  let isDrained = false;
  const drained = queue.drained().then(() => (isDrained = true));
  await nextTurn();
  expect(isDrained).toBe(false);
  thread.answer();
  await drained;
  await answer;
});

/** A thread that keeps what it is sent and answers when it is told. */
function createThread() {
  const groups: unknown[][][] = [];
  const emitter = new EventEmitter();
  const postMessage = (message: string) => void groups.push(JSON.parse(message));
  return {
    worker: Object.assign(emitter, { postMessage }) as unknown as Worker,
    groups,
    answered: 0,
    answer(answers?: WriteAnswer[]) {
      const group = groups[this.answered] ?? [];
      this.answered += 1;
      const done = group.map((): WriteAnswer => ({ outcome: 'done', result: null }));
      emitter.emit('message', JSON.stringify(answers ?? done));
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
