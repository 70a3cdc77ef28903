import type { BackedUp, BackupContents, Restored } from './backup.ts';
import type { Storage } from './storage.ts';

const SQLITE = 'sqlite:';
const FORMS = '"sqlite:<path of a file>", for example sqlite:./data/alcove.db';

/**
 * Opens the store that an address names.
 *
 * @throws Error in words for the operator. The address itself is not repeated: it may hold a password.
 */
export async function openStorage(databaseUrl: string): Promise<Storage> {
  const file = sqliteFileOf(databaseUrl);
  // Loaded when asked for: an installation needs one engine only.
  const { openSqliteStorage } = await import('./sqlite/open-sqlite-storage.ts');
  return await openSqliteStorage({ file });
}

/**
 * Writes a verified copy of the data as it is at this moment to `target`, a new file or one that may be replaced. The
 * server may go on writing meanwhile. Nobody ever sees a half-written file under that name.
 *
 * @throws Error in words for the operator.
 */
export async function backUpStorage(
  { databaseUrl, keysDir }: BackedUp,
  target: string,
  options: { now: string; mayReplace: boolean },
): Promise<BackupContents> {
  const file = lastingFileOf(databaseUrl);
  const { backUpFile } = await import('./sqlite/backup.ts');
  return await backUpFile({ file, keysDir }, target, options);
}

/**
 * Puts a backup in the place of the data. It is verified first; what was there before is kept aside. No server may be
 * using the data.
 *
 * @throws Error in words for the operator; the data is then as it was.
 */
export async function restoreStorage(
  { databaseUrl, keysDir }: BackedUp,
  source: string,
  options: { now: string },
): Promise<Restored> {
  const file = lastingFileOf(databaseUrl);
  const { restoreFile } = await import('./sqlite/restore.ts');
  return restoreFile({ file, keysDir }, source, options);
}

function lastingFileOf(databaseUrl: string): string {
  const file = sqliteFileOf(databaseUrl);
  if (file !== ':memory:') return file;
  throw new Error('Data in memory is gone when its server ends: there is no file to copy.');
}

/** The file that an address names. @throws Error in words for the operator when it is the address of something else. */
function sqliteFileOf(databaseUrl: string): string {
  if (databaseUrl.startsWith(SQLITE)) {
    // Both `sqlite:/srv/alcove.db` and `sqlite:///srv/alcove.db` are written.
    const file = databaseUrl.slice(SQLITE.length).replace(/^\/\/(?=\/)/, '');
    if (file === '' || file.startsWith('//')) {
      throw new Error(`The database address has no path. Write ${FORMS}.`);
    }
    return file;
  }
  if (/^mongodb(\+srv)?:/.test(databaseUrl)) {
    throw new Error(`MongoDB is not part of this version of Alcove yet. Write ${FORMS}.`);
  }
  throw new Error(`The database address is of an unknown kind. Write ${FORMS}.`);
}
