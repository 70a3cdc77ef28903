import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describeUnwritable, makePrivateFolder } from '../../private-folder.ts';
import type { Storage } from '../storage.ts';
import { openForReading, preparer } from './connection.ts';
import { lockProcess } from './process-lock.ts';
import { createSqliteStorage } from './sqlite-storage.ts';
import { createReads } from './tables/reads.ts';
import { startWriter } from './writer.ts';

/** Where the data is. */
export interface SqliteStorageOptions {
  /** Path of the database file; its folder is made when it is missing. `:memory:` is forgotten by `close`. */
  file: string;
}

/**
 * Opens the embedded store: one thread writes, the calling thread reads.
 *
 * @throws Error in words for the operator: the folder is in use by another process or cannot be written, the data is
 * newer than this version, or Node.js is too old.
 */
export async function openSqliteStorage({ file }: SqliteStorageOptions): Promise<Storage> {
  if (file !== ':memory:') return await openFile(resolve(file), true);
  // A real file, so that there is one way of working: two threads cannot share SQLite's own in-memory databases in WAL.
  const folder = mkdtempSync(join(tmpdir(), 'alcove-'));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  try {
    const storage = await openFile(join(folder, 'alcove.db'), false);
    return { ...storage, close: () => storage.close().finally(forget) };
  } catch (error) {
    forget();
    throw error;
  }
}

async function openFile(file: string, isDurable: boolean): Promise<Storage> {
  createPrivately(file);
  const lock = lockProcess(file);
  try {
    const writer = await startWriter({ file, isDurable });
    const { connection, reads, readsOfAll } = await prepareReading(file).catch(
      async (error: unknown) => {
        await writer.close();
        throw error;
      },
    );
    return createSqliteStorage({
      reads,
      readsOfAll,
      write: writer.run,
      anyLate: writer.anyLate,
      onGroup: writer.onGroup,
      async close() {
        // The reader first: the last connection to go copies the log into the file, and a reader may not write.
        connection.close();
        await writer.close();
        lock.release();
      },
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function prepareReading(file: string) {
  const connection = openForReading(file);
  try {
    const prepare = preparer(connection);
    const [reads, readsOfAll] = [createReads(prepare), createReads(prepare, 'all_events')];
    return { connection, reads, readsOfAll };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The data holds conversations and password hashes: nobody but its owner reads it, whatever the umask says. */
function createPrivately(file: string): void {
  try {
    makePrivateFolder(dirname(file));
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    // SQLite opens what it may not write for reading only, and says so much later.
    accessSync(file, constants.W_OK);
  } catch (error) {
    const place = {
      path: dirname(file),
      subject: `The database ${file}`,
      choice: 'choose another place (--database-url)',
    };
    throw new Error(describeUnwritable(place, error), { cause: error });
  }
}
