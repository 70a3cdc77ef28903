import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { BackupContents } from '../backup.ts';
import { openForReading, preparer } from './connection.ts';
import { catchingUp } from './tables/catch-up.ts';
import { createPlacing } from './tables/placing.ts';
import { verify } from './verify.ts';

/** Where the data is. */
export interface DataFiles {
  file: string;
  /** Its files travel along: without them nobody's session can be told from a forged one. */
  keysDir: string;
}

/**
 * Pages copied at a time, 4 MB. After each the copy waits for the disk, so that a server's commits never queue behind all
 * of it.
 */
const PAGES_PER_STEP = 1000;

/** @see backUpStorage */
export async function backUpFile(
  data: DataFiles,
  target: string,
  { now, mayReplace }: { now: string; mayReplace: boolean },
): Promise<BackupContents> {
  if (!existsSync(data.file)) throw new Error(`There is no data in ${dirname(data.file)} yet.`);
  const path = resolve(target);
  if (!mayReplace) refuseToReplace(path);
  const partial = `${path}.partial-${process.pid}`;
  createPrivately(partial, path);
  try {
    await copyDatabase(data.file, partial);
    const contents = complete(partial, readFiles(data.keysDir), now);
    publish(partial, path, mayReplace);
    return contents;
  } finally {
    rmSync(partial, { force: true });
  }
}

function refuseToReplace(path: string): void {
  if (!existsSync(path)) return;
  throw new Error(`${path} is there already. Choose another name, or add --force to replace it.`);
}

function createPrivately(partial: string, path: string): void {
  try {
    closeSync(openSync(partial, 'wx', 0o600));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'its folder does not exist.' : 'this user may not write there.';
    throw new Error(`${path} cannot be written: ${reason}`, { cause });
  }
}

/**
 * Copies one moment of a database, however long it takes and whoever writes meanwhile: the source is held in one read
 * transaction, else each write of another connection would make SQLite begin again.
 */
async function copyDatabase(file: string, partial: string): Promise<void> {
  const source = openForReading(file);
  const written = openSync(partial, 'r+');
  try {
    source.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    const progress = () => fdatasyncSync(written);
    await backup(source, partial, { rate: PAGES_PER_STEP, progress });
  } finally {
    closeSync(written);
    source.close();
  }
}

/** Adds what travels along, and looks whether everything arrived. */
function complete(partial: string, files: Map<string, string>, now: string): BackupContents {
  const connection = new DatabaseSync(partial, { enableForeignKeyConstraints: true });
  try {
    // A copy says that it is in WAL mode as its source was: a backup is one file.
    connection.exec(`
      PRAGMA journal_mode = DELETE;
      PRAGMA synchronous = FULL;
      BEGIN;
      CREATE TABLE backup (created_at TEXT NOT NULL) STRICT;
      CREATE TABLE backup_files (name TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL) STRICT;
    `);
    connection.prepare('INSERT INTO backup VALUES (?)').run(now);
    const insert = connection.prepare('INSERT INTO backup_files VALUES (?, ?)');
    for (const [name, content] of files) insert.run(name, content);
    catchUp(connection);
    connection.exec('COMMIT');
    return verify(connection);
  } finally {
    connection.close();
  }
}

/** A running server may be late with putting things in their place. A file that was not upgraded yet has nothing late. */
function catchUp(connection: DatabaseSync): void {
  const table = "SELECT 1 FROM sqlite_schema WHERE name = 'late_events'";
  if (connection.prepare(table).get() === undefined) return;
  const prepare = preparer(connection);
  catchingUp(prepare, createPlacing(prepare))();
}

function readFiles(folder: string): Map<string, string> {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.json'))
    : [];
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Gives the finished file its name, and makes sure that it keeps it over a power cut. */
function publish(partial: string, path: string, mayReplace: boolean): void {
  if (!mayReplace) refuseToReplace(path);
  renameSync(partial, path);
  syncFolder(dirname(path));
}

/** Waits until the names in a folder are on the disk. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
