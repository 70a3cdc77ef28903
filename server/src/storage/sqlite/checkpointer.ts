import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Copies the write-ahead log into the file beside the writer, which would have to stand still for it: tens of
 * milliseconds in which nobody gets an ack.
 */
export interface Checkpointer {
  /** One more write is on its way into the log. */
  noteWrite(): void;
  close(): Promise<void>;
}

/** Sent to the thread to end it; everything else asks it to look how long the log is. */
export const CLOSE = 'close';

/** Writes between two looks: each adds a few pages to the log, and a look costs microseconds. */
const WRITES_PER_LOOK = 128;

/**
 * Makes the checkpointer of a file; its thread starts when there is something to look at. What it does not do, because
 * it lags behind or has ended, the writer does by itself when the log has grown long: see `CHECKPOINT_PAGES`.
 */
export function createCheckpointer(file: string): Checkpointer {
  let thread: Thread | undefined;
  let writes = 0;

  return {
    noteWrite() {
      writes += 1;
      if (writes < WRITES_PER_LOOK || thread?.isBusy) return;
      writes = 0;
      thread ??= startThread(file);
      thread.isBusy = true;
      thread.worker.postMessage('look');
    },
    async close() {
      thread?.worker.postMessage(CLOSE);
      await thread?.ended;
    },
  };
}

interface Thread {
  worker: Worker;
  isBusy: boolean;
  ended: Promise<void>;
}

function startThread(file: string): Thread {
  // The source runs as it is in development: the thread's file has the same ending as this one.
  const program = new URL(`./checkpointer-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(program, { workerData: file });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const thread = { worker, isBusy: false, ended };
  worker.on('message', () => {
    thread.isBusy = false;
  });
  // An error without a listener would end the process; the exit that follows is what counts.
  worker.on('error', () => {});
  return thread;
}
