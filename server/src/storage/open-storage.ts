import type { BackedUp, BackupContents, Restored } from './backup.ts';
import type { Deployment } from './deployment.ts';
import type { Moved, MoveProgress } from './move-store.ts';
import type { Storage } from './storage.ts';

const SQLITE = 'sqlite:';
const MONGODB = /^mongodb(\+srv)?:\/\//;
const FORMS =
  '"sqlite:<path of a file>", for example sqlite:./data/alcove.db, or mongodb://<host>/<database>';

export interface OpenOptions {
  /**
   * Whether indexes that are missing in MongoDB are built, and older data is brought up to date there. Else that is
   * refused. A file of SQLite is always brought up to date: it has no other user.
   */
  mayPrepare?: boolean;
}

/**
 * Opens the store that an address names.
 *
 * @throws Error in words for the operator. What is secret in the address is not repeated.
 */
export async function openStorage(
  databaseUrl: string,
  { mayPrepare = true }: OpenOptions = {},
): Promise<Storage> {
  // Loaded when asked for: an installation needs one engine only.
  if (isMongo(databaseUrl)) {
    const { openMongoStorage } = await import('./mongo/open-mongo-storage.ts');
    return await openMongoStorage({ url: databaseUrl, mayPrepare });
  }
  const file = sqliteFileOf(databaseUrl);
  const { openSqliteStorage } = await import('./sqlite/open-sqlite-storage.ts');
  return await openSqliteStorage({ file });
}

/**
 * Brings the data up to date for this version, as a start does, and builds the indexes that are missing.
 *
 * @throws Error in words for the operator.
 */
export async function prepareStorage(databaseUrl: string): Promise<void> {
  if (isMongo(databaseUrl)) {
    const { prepareMongo } = await import('./mongo/open-mongo-storage.ts');
    return await prepareMongo(databaseUrl);
  }
  const storage = await openStorage(databaseUrl);
  await storage.close();
}

/**
 * Whether the engine can work here; on MongoDB also what the database lacks for this version, in words. Nothing is
 * changed.
 *
 * @throws Error in words for the operator when the engine cannot work.
 */
export async function examineStorage(databaseUrl: string): Promise<string[]> {
  if (isMongo(databaseUrl)) {
    const { examineMongo } = await import('./mongo/open-mongo-storage.ts');
    return await examineMongo(databaseUrl);
  }
  // A store of its own: the one of the address may be in use, or is made by the first start.
  const storage = await openStorage('sqlite::memory:');
  await storage.close();
  return [];
}

/** What kind of server holds the data; nothing where it is a file. @throws Error in words for the operator. */
export async function examineDeployment(databaseUrl: string): Promise<Deployment | undefined> {
  if (!isMongo(databaseUrl)) return undefined;
  const { examineDeployment: examine } = await import('./mongo/open-mongo-storage.ts');
  return await examine(databaseUrl);
}

/**
 * Moves everything that a SQLite file holds into an empty MongoDB. No server may be using either. May be stopped and run
 * again: it goes on.
 *
 * @throws Error in words for the operator; the file is as it was.
 */
export async function migrateStorage(
  { from, to }: { from: string; to: string },
  options: { now: string; onProgress: (progress: MoveProgress) => void },
): Promise<Moved> {
  if (!isMongo(to) || isMongo(from)) {
    throw new Error(
      'Data can be moved from SQLite to MongoDB: --from sqlite:... --to mongodb://...',
    );
  }
  const [{ moveStore }, { readSqliteContents }, { writeMongoContents }] = await Promise.all([
    import('./move-store.ts'),
    import('./sqlite/read-contents.ts'),
    import('./mongo/write-contents.ts'),
  ]);
  const source = await readSqliteContents(lastingFileOf(from));
  try {
    const target = await writeMongoContents(to);
    try {
      return await moveStore(source, target, options);
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
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

function isMongo(databaseUrl: string): boolean {
  return MONGODB.test(databaseUrl);
}

function lastingFileOf(databaseUrl: string): string {
  if (isMongo(databaseUrl)) {
    throw new Error(
      'This command copies SQLite files. MongoDB has its own tools for it: mongodump and mongorestore, see docs/operations.md. The folder with the keys is copied beside.',
    );
  }
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
  throw new Error(`The database address is of an unknown kind. Write ${FORMS}.`);
}
