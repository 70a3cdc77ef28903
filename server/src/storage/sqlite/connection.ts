import { DatabaseSync } from 'node:sqlite';
import type { StatementResultingChanges, SQLInputValue } from 'node:sqlite';

/** A prepared statement whose rows are `Row`. Tables are STRICT, so what a column says is what comes back. */
export interface Statement<Row> {
  get(...parameters: Parameter[]): Row | undefined;
  all(...parameters: Parameter[]): Row[];
  run(...parameters: Parameter[]): StatementResultingChanges;
}

type Parameter = SQLInputValue | Record<string, SQLInputValue>;

/** Prepares a statement once, when the tables' functions are made; never per call. */
export type Prepare = <Row = Record<never, never>>(sql: string) => Statement<Row>;

/** 3.51.3 ends a bug by which two connections at one WAL could corrupt the file (3.7.0 to 3.51.2). */
const OLDEST_SQLITE = '3.51.3';

/** How long the writer waits for a lock of another program. Acks are due within 5 s. */
export const WRITER_PATIENCE_MS = 2000;

/** The same, once it has waited so long in vain. */
export const WRITER_IMPATIENCE_MS = 50;

/** Readers hardly ever wait in WAL mode, and while they do the event loop stands still. */
const READER_PATIENCE_MS = 100;

/**
 * Pages in the log before the writer itself copies what the checkpointer has left of it into the file, so that the log can
 * begin anew: 48 MB.
 */
export const CHECKPOINT_PAGES = 12_000;

/** What a burst leaves of the log's file is cut back to this. */
const WAL_BYTES = 64 * 1024 * 1024;

/** Page cache of each connection. SQLite's own 2 MB is less than the inner pages of a million events. */
const CACHE_KIB = 16 * 1024;

/** Opens the one connection that writes. Without `isDurable` commits do not wait for the disk. */
export function openForWriting(file: string, isDurable: boolean): DatabaseSync {
  const connection = new DatabaseSync(file, {
    timeout: WRITER_PATIENCE_MS,
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
  });
  assertVersion(connection);
  const mode = String(connection.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']);
  if (mode !== 'wal') {
    // SQLite answers with the old mode instead of failing, for instance where memory cannot be shared between programs.
    throw new Error(
      `The file system of ${file} does not support SQLite's WAL mode (it stays in "${mode}"). Put the data folder on a local disk.`,
    );
  }
  connection.exec(`
    PRAGMA synchronous = ${isDurable ? 'FULL' : 'OFF'};
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA temp_store = MEMORY;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${WAL_BYTES};
  `);
  return connection;
}

/** Opens the connection that copies the log into the file, and does nothing else. */
export function openForCheckpoints(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { timeout: 0 });
  connection.exec(
    'PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -64;',
  );
  return connection;
}

/** Opens a connection that only reads. It never checkpoints: SQLite does that after a connection's own commits. */
export function openForReading(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { readOnly: true, timeout: READER_PATIENCE_MS });
  connection.exec(`
    PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA temp_store = MEMORY;
  `);
  return connection;
}

/** `Prepare` of one connection. */
export function preparer(connection: DatabaseSync): Prepare {
  return <Row>(sql: string) => connection.prepare(sql) as unknown as Statement<Row>;
}

function assertVersion(connection: DatabaseSync): void {
  const version = String(
    connection.prepare('SELECT sqlite_version() AS version').get()?.['version'],
  );
  if (version.localeCompare(OLDEST_SQLITE, 'en', { numeric: true }) < 0) {
    throw new Error(
      `This Node.js brings SQLite ${version}; ${OLDEST_SQLITE} or newer is needed, since older ones can damage the data. Use Node.js 24.15 or newer from nodejs.org.`,
    );
  }
}
