import {
  chmodSync,
  copyFileSync,
  constants,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makePrivateFolder } from '../../private-folder.ts';
import type { BackupContents, Restored } from '../backup.ts';
import { type DataFiles, syncFolder } from './backup.ts';
import { openForWriting } from './connection.ts';
import { lockProcess } from './process-lock.ts';
import { migrate } from './schema.ts';
import { verify } from './verify.ts';

/** @see restoreStorage */
export function restoreFile(data: DataFiles, source: string, { now }: { now: string }): Restored {
  const path = resolve(source);
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`);
  makePrivateFolder(dirname(data.file));
  const lock = lockProcess(data.file);
  const incoming: DataFiles = {
    file: `${data.file}.incoming`,
    keysDir: `${data.keysDir}.incoming`,
  };
  try {
    removeAll(incoming);
    const contents = unpack(path, incoming);
    return { ...contents, replaced: exchange(data, incoming, now) };
  } finally {
    removeAll(incoming);
    lock.release();
  }
}

function removeAll({ file, keysDir }: DataFiles): void {
  for (const name of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) {
    rmSync(name, { force: true });
  }
  rmSync(keysDir, { recursive: true, force: true });
}

/** Makes data of a backup, beside the data that is there. */
function unpack(path: string, incoming: DataFiles): BackupContents {
  copyFileSync(path, incoming.file, constants.COPYFILE_EXCL);
  chmodSync(incoming.file, 0o600);
  const contents = check(path, incoming.file);
  // What an older version backed up becomes what this one reads.
  const connection = openForWriting(incoming.file, true);
  try {
    migrate(connection);
    mkdirSync(incoming.keysDir, { mode: 0o700 });
    writeFiles(connection, incoming.keysDir);
    // A life of its own: what the server counted after the backup was made, it will count again, for other things.
    connection.exec(`
      UPDATE store SET generation = lower(hex(randomblob(8)));
      DROP TABLE backup_files;
      DROP TABLE backup;
    `);
  } finally {
    connection.close();
  }
  return contents;
}

function writeFiles(connection: DatabaseSync, folder: string): void {
  for (const row of connection.prepare('SELECT name, content FROM backup_files').all()) {
    // A file that was tampered with must not choose where it is unpacked.
    const name = basename(String(row['name']));
    writeFileSync(join(folder, name), String(row['content']), { mode: 0o600, flush: true });
  }
}

function check(path: string, copy: string): BackupContents {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(copy, { readOnly: true });
    return verify(connection);
  } catch (cause) {
    throw new Error(
      `${path} cannot be restored: ${(cause as Error).message.replace(/\.?$/, '.')} Nothing was changed.`,
      { cause },
    );
  } finally {
    connection?.close();
  }
}

/** Puts `incoming` in the place of `data`, and answers where that is now. */
function exchange(data: DataFiles, incoming: DataFiles, now: string): string[] {
  // To the millisecond: the data of two restores in a row must not share a name.
  const mark = `.replaced-${now.replaceAll(/[-:.]/g, '')}`;
  const replaced: string[] = [];
  const setAside = (name: string, aside: string) => {
    // A log that is empty has nothing to keep.
    if (!existsSync(name) || statSync(name).size === 0) return rmSync(name, { force: true });
    renameSync(name, aside);
    replaced.push(aside);
  };
  // The log goes with its database: SQLite finds it by the name.
  setAside(`${data.file}-wal`, `${data.file}${mark}-wal`);
  rmSync(`${data.file}-shm`, { force: true });
  setAside(data.file, `${data.file}${mark}`);
  setAside(data.keysDir, `${data.keysDir}${mark}`);
  renameSync(incoming.file, data.file);
  renameSync(incoming.keysDir, data.keysDir);
  for (const folder of new Set([dirname(data.file), dirname(data.keysDir)])) syncFolder(folder);
  return replaced;
}
