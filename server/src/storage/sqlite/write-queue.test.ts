import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { beforeEach, expect, it } from 'vitest';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import type { WriteAnswer } from './group-commit.ts';
import type { WriterMessage } from './write-queue.ts';
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

it('sends in one piece what one turn brings, in order, without waiting for answers', async () => {
  queue.connect(thread.worker);
  const ask = (...families: string[]) =>
    families.map((family) => queue.run('revokeFamily', family, 'now'));
  const answers = ask('1', '2', '3');
  await nextTurn();
  answers.push(...ask('4', '5'));
  await nextTurn();
  const sent = thread.groups.map((group) => group.map(([, family]) => family));
  expect(sent).toEqual([
    ['1', '2', '3'],
    ['4', '5'],
  ]);
  thread.answer();
  thread.answer();
  await Promise.all(answers);
});

it('sends many in slices, and tells each of its own answer, though these come all at once', async () => {
  queue.connect(thread.worker);
  const told: unknown[] = [];
  const ask = (count: number) =>
    Array.from({ length: count }, () => queue.run('touch').then((result) => told.push(result)));
  const asked = ask(20);
  await nextTurn();
  expect(thread.groups.map((group) => group.length)).toEqual([8, 8, 4]);
  asked.push(...ask(3));
  await nextTurn();
  asked.push(...ask(30));
  const done = (result: number): WriteAnswer => ({ outcome: 'done', result });
  thread.answer(Array.from({ length: 50 }, (_, n) => done(n)));
  thread.answer([50, 51, 52].map(done));
  await new Promise((resolve) => process.nextTick(resolve));
  expect(told.length, 'some are passed on while the network has not heard of others').toBe(32);
  await Promise.all(asked);
  expect(told).toEqual(Array.from({ length: 53 }, (_, n) => n));
});

it('still tells of answers that came before the thread was gone', async () => {
  queue.connect(thread.worker);
  const asked = Promise.allSettled(Array.from({ length: 60 }, () => queue.run('touch')));
  await nextTurn();
  thread.answer(Array.from({ length: 50 }, () => ({ outcome: 'done', result: null })));
  queue.disconnect(new Error('gone'));
  const statuses = (await asked).map(({ status }) => status);
  expect(statuses).toEqual([...Array(50).fill('fulfilled'), ...Array(10).fill('rejected')]);
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

it('says how many writes shared a wait for the disk', async () => {
  const groups: number[] = [];
  queue.onGroup = (writes) => groups.push(writes);
  queue.connect(thread.worker);
  const answers = ['1', '2', '3'].map((family) => queue.run('revokeFamily', family, 'now'));
  await nextTurn();
  const done = { outcome: 'done', result: null } as const;
  thread.answer([done, done]);
  // What the thread did of its own accord is no group.
  thread.answer([]);
  thread.answer([done]);
  await Promise.all(answers);
  expect(groups).toEqual([2, 1]);
});

it('gives up what was asked of a thread that is gone, and works with the next one', async () => {
  await expect(queue.run('touch')).rejects.toThrow(StoreUnavailableError);
  queue.connect(thread.worker);
  const sent = queue.run('touch');
  await nextTurn();
  const asked = Promise.allSettled([sent, queue.run('touch')]);
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

it('refuses at once when too much is under way', async () => {
  queue.connect(thread.worker);
  const ask = () => Array.from({ length: 5_000 }, () => queue.run('touch'));
  const sent = ask();
  await nextTurn();
  const accepted = Promise.allSettled([...sent, ...ask()]);
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
      const said: WriterMessage = { answers: answers ?? done, anyLate: false };
      emitter.emit('message', JSON.stringify(said));
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
