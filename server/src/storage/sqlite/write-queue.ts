import type { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import type { WriteAnswer } from './group-commit.ts';
import type { Caller } from './operations.ts';
import type { Writes } from './tables/writes.ts';

/**
 * Writes in one transaction, at most. A healthy disk never lets so many gather; on one that takes half a second for each
 * commit all that a node accepts at a time still fits into two groups, and is answered in time.
 */
const GROUP_SIZE = 256;

/** The thread has its next group at hand while this one reads the answers to the last. */
const GROUPS_IN_FLIGHT = 2;

/** Writes that may wait: about a second of work. Beyond it refusing at once is kinder than answering too late. */
const WAITING_LIMIT = 10_000;

interface Item {
  name: string;
  /** The `WriteCall` as JSON. */
  call: string;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * All writes of a store, in the order in which they were asked for.
 *
 * Groups form by themselves: what is asked for while others are being written becomes the next group. So a lone write
 * never waits for company, and a busy store shares each wait for the disk.
 */
export class WriteQueue {
  #waiting: Item[] = [];
  #groups: Item[][] = [];
  #thread: Worker | null = null;
  /** Why there is no thread. */
  #absence = new Error('the writing thread has not started');
  #isScheduled = false;
  #onDrained: (() => void)[] = [];

  /** Resolves when the write survives a power loss. */
  readonly run: Caller<Writes> = (name, ...parameters) =>
    new Promise((resolve, reject) => {
      if (this.#thread === null) return reject(new StoreUnavailableError(name, this.#absence));
      if (this.#waiting.length >= WAITING_LIMIT) {
        return reject(new StoreUnavailableError(name, new Error('too many writes are waiting')));
      }
      const call = JSON.stringify([name, ...parameters]);
      this.#waiting.push({ name, call, resolve: resolve as Item['resolve'], reject });
      this.#schedule();
    });

  /** From now on this thread writes. */
  connect(thread: Worker): void {
    this.#thread = thread;
    thread.on('message', (message: unknown) => {
      // Under `node --watch` the runtime reports the thread's files over the same channel, as objects.
      if (typeof message === 'string') this.#settle(JSON.parse(message));
    });
  }

  /** The thread is gone: what it was asked is unknown, and nothing is accepted before the next `connect`. */
  disconnect(cause: Error): void {
    const unanswered = [...this.#groups.flat(), ...this.#waiting];
    this.#thread = null;
    this.#absence = cause;
    this.#groups = [];
    this.#waiting = [];
    for (const item of unanswered) item.reject(new StoreUnavailableError(item.name, cause));
    this.#noteDrained();
  }

  /** Resolves when nothing waits and nothing is being written. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained.push(resolve);
      this.#noteDrained();
    });
  }

  #schedule(): void {
    const isFull = this.#groups.length >= GROUPS_IN_FLIGHT;
    if (this.#isScheduled || isFull || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    // At the end of this turn of the event loop: what many sockets bring in one turn goes together.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#thread === null || this.#waiting.length === 0) return;
    const group = this.#waiting.splice(0, GROUP_SIZE);
    this.#groups.push(group);
    this.#thread.postMessage(`[${group.map((item) => item.call).join(',')}]`);
    this.#schedule();
  }

  #settle(answers: WriteAnswer[]): void {
    const group = this.#groups.shift() ?? [];
    for (const [index, item] of group.entries()) settleItem(item, answers[index]);
    this.#schedule();
    this.#noteDrained();
  }

  #noteDrained(): void {
    if (this.#waiting.length > 0 || this.#groups.length > 0) return;
    for (const resolve of this.#onDrained.splice(0)) resolve();
  }
}

function settleItem(item: Item, answer: WriteAnswer | undefined): void {
  if (answer?.outcome === 'done') return item.resolve(answer.result);
  const cause = new Error(answer?.message);
  item.reject(
    answer?.outcome === 'failed'
      ? new Error(`storage could not ${item.name}: ${answer.message}`, { cause })
      : new StoreUnavailableError(item.name, cause),
  );
}
