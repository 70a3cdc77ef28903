import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openForWriting } from './connection.ts';
import type { WriteCall } from './group-commit.ts';
import { createGroupCommit } from './group-commit.ts';
import { migrate } from './schema.ts';
import { ROW_PATIENCE_MS } from './tables/conversation-rows.ts';
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
let writingRows: NodeJS.Timeout | undefined;

parentPort?.on('message', (message: string) => {
  if (message === CLOSE) {
    clearTimeout(writingRows);
    // As the last connection it copies the log into the file.
    connection.close();
    parentPort?.close();
    return;
  }
  commit(gather(JSON.parse(message)));
});
parentPort?.postMessage(READY);

function commit(calls: WriteCall[]): void {
  const answers = groups.run(calls);
  const areRowsBehind = groups.areRowsBehind();
  parentPort?.postMessage(JSON.stringify({ answers, areRowsBehind } satisfies WriterMessage));
  // When no other write comes, rows that wait for company are written all the same.
  if (areRowsBehind) writingRows ??= setTimeout(writeRows, ROW_PATIENCE_MS);
}

function writeRows(): void {
  writingRows = undefined;
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
