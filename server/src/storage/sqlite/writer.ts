import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createCheckpointer } from './checkpointer.ts';
import { WriteQueue } from './write-queue.ts';

/** What the writing thread is started with. */
export interface WriterOptions {
  file: string;
  /** Whether commits wait for the disk. */
  isDurable: boolean;
}

/** The writing thread, kept alive. */
export interface Writer {
  readonly run: WriteQueue['run'];
  /** Whether readers of conversations have to ask for them first, by `placeLate`. */
  anyLate(): boolean;
  /** @see Storage.onGroup */
  onGroup(listener: (writes: number) => void): void;
  /** Finishes what was accepted and ends the thread. */
  close(): Promise<void>;
}

/** Sent to the thread to end it; everything else is a group of writes. */
export const CLOSE = 'close';

/** The thread's first word: the file is open and has the newest schema. Answers follow. */
export const READY = 'ready';

/** Before a thread that ended is replaced: one that cannot start must not spin. */
const RESTART_DELAY_MS = 1000;

/**
 * Starts the writing thread. One that ends unexpectedly is replaced; until then writes reject with
 * `StoreUnavailableError`, also those that it was asked before.
 *
 * @throws Error when the first thread cannot open the file.
 */
export async function startWriter(options: WriterOptions): Promise<Writer> {
  const queue = new WriteQueue();
  let restart: NodeJS.Timeout | undefined;
  let isClosing = false;

  const start = async (): Promise<Worker> => {
    const worker = await startThread(options);
    queue.connect(worker);
    worker.once('exit', () => {
      queue.disconnect(new Error(isClosing ? 'the store is closed' : 'the writing thread ended'));
      startAgainLater();
    });
    return worker;
  };
  const startAgainLater = (): void => {
    if (isClosing) return;
    restart = setTimeout(() => {
      current = start();
      current.catch(startAgainLater);
    }, RESTART_DELAY_MS);
  };

  let current = start();
  await current;
  // What need not survive a power cut is in a small file that is soon forgotten.
  const checkpointer = options.isDurable ? createCheckpointer(options.file) : undefined;
  return {
    run(name, ...parameters) {
      checkpointer?.noteWrite();
      return queue.run(name, ...parameters);
    },
    anyLate: () => queue.anyLate,
    onGroup(listener) {
      queue.onGroup = listener;
    },
    async close() {
      isClosing = true;
      clearTimeout(restart);
      const worker = await current.catch(() => null);
      await queue.drained();
      // Before the writer: the last connection to go copies the whole log into the file.
      await checkpointer?.close();
      if (worker === null || hasExited(worker)) return;
      worker.postMessage(CLOSE);
      await once(worker, 'exit');
    },
  };
}

function hasExited(worker: Worker): boolean {
  return worker.threadId === -1;
}

async function startThread(options: WriterOptions): Promise<Worker> {
  // The source runs as it is in development: the thread's file has the same ending as this one.
  const file = new URL(`./writer-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: options });
  await new Promise((resolve, reject) => {
    // Not its first message: under `node --watch` the runtime speaks over the same channel.
    worker.on('message', (message: unknown) => message === READY && resolve(undefined));
    // Stays: an error without a listener would end the process. The exit that follows it is what counts.
    worker.on('error', reject);
    worker.once('exit', () => reject(new Error('the writing thread ended while it started')));
  });
  return worker;
}
