import { parentPort, workerData } from 'node:worker_threads';
import { openForWriting } from './connection.ts';
import type { WriteCall } from './group-commit.ts';
import { createGroupCommit } from './group-commit.ts';
import { migrate } from './schema.ts';
import type { WriterOptions } from './writer.ts';
import { CLOSE, READY } from './writer.ts';

// The thread that writes. node:sqlite is synchronous: here a slow disk keeps nobody but the writes.

const { file, isDurable }: WriterOptions = workerData;
const connection = openForWriting(file, isDurable);
migrate(connection);
const commitGroup = createGroupCommit(connection);

parentPort?.on('message', (message: string) => {
  if (message === CLOSE) {
    // As the last connection it copies the log into the file.
    connection.close();
    parentPort?.close();
    return;
  }
  const calls: WriteCall[] = JSON.parse(message);
  parentPort?.postMessage(JSON.stringify(commitGroup(calls)));
});
parentPort?.postMessage(READY);
