import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openForWriting } from './connection.ts';
import type { WriteCall } from './group-commit.ts';
import { createGroupCommit } from './group-commit.ts';
import { migrate } from './schema.ts';
import { PATIENCE_MS } from './tables/live-conversations.ts';
import type { WriterMessage } from './write-queue.ts';
import type { WriterOptions } from './writer.ts';
import { CLOSE, READY } from './writer.ts';

// The thread that writes. node:sqlite is synchronous: here a slow disk keeps nobody but the writes.

/**
 * Writes in one transaction, as far as they have come in pieces. A healthy disk never lets so many gather; on one that takes
 * half a second for each commit all that a node accepts at a time still fits into two groups, and is answered in time.
 */
const GROUP_SIZE = 256;

const { file, isDurable }: WriterOptions = workerData;
const connection = openForWriting(file, isDurable);
migrate(connection);
const groups = createGroupCommit(connection);
let placing: NodeJS.Timeout | undefined;

parentPort?.on('message', (message: string) => {
  if (message === CLOSE) {
    clearTimeout(placing);
    // As the last connection it copies the log into the file.
    connection.close();
    parentPort?.close();
    return;
  }
  commit(gather(JSON.parse(message)));
});
parentPort?.postMessage(READY);
// Whatever ends this thread: Node.js can crash as a whole when a thread ends with a connection open.
process.once('uncaughtExceptionMonitor', () => connection.close());

function commit(calls: WriteCall[]): void {
  const answers = groups.run(calls);
  const anyLate = groups.anyLate();
  parentPort?.postMessage(JSON.stringify({ answers, anyLate } satisfies WriterMessage));
  // What is late goes to its place when no other write comes, too.
  if (anyLate) placing ??= setTimeout(placeLate, PATIENCE_MS);
}

function placeLate(): void {
  placing = undefined;
  commit([]);
}

/** Adds what has come since to the calls: it shares their wait for the disk. */
function gather(calls: WriteCall[]): WriteCall[] {
  while (parentPort && calls.length < GROUP_SIZE) {
    const next = receiveMessageOnPort(parentPort);
    if (next === undefined) break;
    calls.push(...JSON.parse(next.message));
  }
  return calls;
}
