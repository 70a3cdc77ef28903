import type { DatabaseSync } from 'node:sqlite';
import type { BackupContents } from '../backup.ts';

/**
 * Reads a backup to its last page: the file is sound, every row that is referred to is there, and every conversation's log
 * is 1 … n without holes, n being what its row says.
 *
 * @throws Error that says what is wrong.
 */
export function verify(connection: DatabaseSync): BackupContents {
  const first = (sql: string) => Object.values(connection.prepare(sql).get() ?? {})[0];
  const isBackup = first("SELECT count(*) FROM sqlite_schema WHERE name = 'backup'") === 1;
  if (!isBackup) throw new Error('it was not made by "alcove backup".');

  const integrity = first('PRAGMA integrity_check');
  if (integrity !== 'ok') throw new Error(`it is damaged (${String(integrity)}).`);
  const orphans = connection.prepare('PRAGMA foreign_key_check').all().length;
  if (orphans > 0) throw new Error(`it is damaged (${orphans} rows refer to nothing).`);
  const torn = Number(first(TORN_LOGS));
  if (torn > 0) throw new Error(`it is damaged (${torn} conversations have holes in their logs).`);

  return {
    createdAt: String(first('SELECT created_at FROM backup')),
    workspaces: Number(first('SELECT count(*) FROM workspaces')),
    conversations: Number(first('SELECT count(*) FROM conversations WHERE applied_seq > 0')),
    events: Number(first('SELECT count(*) FROM events')),
  };
}

/** `seq` is unique and whole: the log is dense when the first is 1 and the last is as high as their number. */
const TORN_LOGS = `
  SELECT count(*) FROM conversations LEFT JOIN (
    SELECT conversation, count(*) AS length, min(seq) AS first, max(seq) AS last FROM events GROUP BY conversation
  ) ON conversation = number
  WHERE applied_seq <> coalesce(length, 0)
    OR (length > 0 AND (first <> 1 OR last <> length))`;
