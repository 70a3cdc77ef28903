import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Keeps other processes off a database file. */
export interface ProcessLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the exclusive lock beside `file`, at `<file>.lock`.
 *
 * Two servers on one file would hide each other's events from their clients. The lock is one that the operating system
 * holds for a process, taken through SQLite since Node.js has no call for it: it is gone the moment the process is, even
 * after `kill -9`. The database itself stays open to backups and other readers.
 *
 * @throws Error naming the folder when another process has it.
 */
export function lockProcess(file: string): ProcessLock {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    // Nothing is ever written: the journal stays in memory, so that no second file lies about.
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(
      `Another Alcove server is using the data in ${dirname(file)}. Stop it first, or give this one a folder of its own.`,
      { cause: error },
    );
  }
  return { release: () => lock.close() };
}
