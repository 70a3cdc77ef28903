import { sqliteFileOf } from './open-storage.ts';

/** What a backup holds. */
export interface BackupContents {
  /** When it was made, ISO 8601. */
  createdAt: string;
  workspaces: number;
  conversations: number;
  events: number;
}

/** What is backed up: the database, and a folder of small files that it is of no use without. */
export interface BackedUp {
  databaseUrl: string;
  keysDir: string;
}

/**
 * Writes a verified copy of the data as it is at this moment to `target`, a new file or one that may be replaced. The
 * server may go on writing meanwhile. Nobody ever sees a half-written file under that name.
 *
 * @throws Error in words for the operator.
 */
export async function backUp(
  data: BackedUp,
  target: string,
  options: { now: string; mayReplace: boolean },
): Promise<BackupContents> {
  const engine = await import('./sqlite/backup.ts');
  return await engine.backUpFile({ ...data, file: fileOf(data) }, target, options);
}

/**
 * Puts a backup in the place of the data. It is verified first; what was there before is kept aside under the names in
 * `replaced`. No server may be using the data.
 *
 * @throws Error in words for the operator; the data is then as it was.
 */
export async function restore(
  data: BackedUp,
  source: string,
  options: { now: string },
): Promise<BackupContents & { replaced: string[] }> {
  const engine = await import('./sqlite/restore.ts');
  return engine.restoreFile({ ...data, file: fileOf(data) }, source, options);
}

function fileOf({ databaseUrl }: BackedUp): string {
  const file = sqliteFileOf(databaseUrl);
  if (file === ':memory:')
    throw new Error('Data in memory ends with its server: there is no file to copy.');
  return file;
}
