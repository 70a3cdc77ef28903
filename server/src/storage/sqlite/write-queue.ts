import type { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import type { WriteAnswer } from './group-commit.ts';
import type { Caller } from './operations.ts';
import type { Writes } from './tables/writes.ts';

/** Writes that may be under way: about a second of work. Beyond it refusing at once is kinder than answering too late. */
const LIMIT = 10_000;

/** So many go over to the thread at once: it begins with the first while the network still brings the others. */
const SENT_AT_ONCE = 8;

/** So many answers are passed on in one turn of the event loop: the network gets the first ones while the others follow. */
const TOLD_AT_ONCE = 32;

/** What the thread says after each group. */
export interface WriterMessage {
  /** To the writes of the group, in order. */
  answers: WriteAnswer[];
  /** Whether something that was acknowledged may not be where it is read. */
  anyLate: boolean;
}

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
 * They go to the thread as they come; it is the thread that makes groups of what has come while it wrote the last one. So a
 * lone write never waits for company, and a busy store shares each wait for the disk.
 */
export class WriteQueue {
  #waiting: Item[] = [];
  /** Answered in this order. */
  #sent: Item[] = [];
  /** That nobody was told of yet. */
  #answers: WriteAnswer[] = [];
  #thread: Worker | null = null;
  /** Why there is no thread. */
  #absence = new Error('the writing thread has not started');
  #isScheduled = false;
  #onDrained: (() => void)[] = [];
  // A thread that starts finds out when it is asked.
  #anyLate = true;

  /** Told after each group how many writes it had. */
  onGroup: (writes: number) => void = () => {};

  /** Whether readers of conversations have to ask for them first, by `placeLate`. */
  get anyLate(): boolean {
    return this.#anyLate;
  }

  /** Resolves when the write survives a power loss. */
  readonly run: Caller<Writes> = (name, ...parameters) =>
    new Promise((resolve, reject) => {
      if (this.#thread === null) return reject(new StoreUnavailableError(name, this.#absence));
      if (this.#waiting.length + this.#sent.length >= LIMIT) {
        return reject(new StoreUnavailableError(name, new Error('too many writes are waiting')));
      }
      const call = JSON.stringify([name, ...parameters]);
      this.#waiting.push({ name, call, resolve: resolve as Item['resolve'], reject });
      if (this.#waiting.length >= SENT_AT_ONCE) this.#send();
      else this.#schedule();
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
    this.#tell(this.#answers.length);
    const unanswered = [...this.#sent, ...this.#waiting];
    this.#thread = null;
    this.#absence = cause;
    this.#anyLate = true;
    this.#sent = [];
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
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // At the end of this turn of the event loop: what many sockets bring in one turn goes together.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#thread === null || this.#waiting.length === 0) return;
    this.#thread.postMessage(`[${this.#waiting.map((item) => item.call).join(',')}]`);
    this.#sent.push(...this.#waiting);
    this.#waiting = [];
  }

  #settle({ answers, anyLate }: WriterMessage): void {
    this.#anyLate = anyLate;
    if (answers.length === 0) return;
    this.onGroup(answers.length);
    this.#answers.push(...answers);
    // Otherwise earlier ones are being told of, and these come after them.
    if (this.#answers.length === answers.length) this.#tellSlice();
  }

  #tellSlice(): void {
    this.#tell(TOLD_AT_ONCE);
    if (this.#answers.length > 0) setImmediate(() => this.#tellSlice());
    this.#noteDrained();
  }

  #tell(count: number): void {
    const answers = this.#answers.splice(0, count);
    const items = this.#sent.splice(0, answers.length);
    for (const [index, item] of items.entries()) settleItem(item, answers[index]);
  }

  #noteDrained(): void {
    if (this.#waiting.length > 0 || this.#sent.length > 0) return;
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
