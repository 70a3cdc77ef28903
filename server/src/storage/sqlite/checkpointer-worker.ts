import { parentPort, workerData } from 'node:worker_threads';
import { CLOSE } from './checkpointer.ts';
import { CHECKPOINT_PAGES, openForCheckpoints } from './connection.ts';

// The thread that copies the log into the file.

/** So many at a time, 8 MB at most: commits wait longer while the disk takes them. */
const COPIED_PAGES = 2_000;

/** From here on nothing is put off: what is left when the log is full, the writer copies, and stands still for it. */
const NEARLY_FULL_PAGES = CHECKPOINT_PAGES - COPIED_PAGES;

const connection = openForCheckpoints(workerData);
const look = connection.prepare('PRAGMA wal_checkpoint(NOOP)');
// Takes no lock that the writer needs, and leaves what is being read or written for the next time.
const copy = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', (message: string) => {
  if (message === CLOSE) {
    connection.close();
    parentPort?.close();
    return;
  }
  try {
    const { log, checkpointed } = look.get() ?? {};
    const isNearlyFull = Number(log) >= NEARLY_FULL_PAGES;
    if (Number(log) - Number(checkpointed) >= (isNearlyFull ? 1 : COPIED_PAGES)) copy.get();
  } catch {
    // The writer tells about a disk that fails; here it is tried again after more writes.
  }
  parentPort?.postMessage('done');
});
