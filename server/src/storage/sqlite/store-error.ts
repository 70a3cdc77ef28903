import { StoreUnavailableError } from '../store-unavailable-error.ts';

/** SQLite's result codes by which the disk or another program stands in the way, not a mistake in what was asked. */
const UNAVAILABLE_CODES: ReadonlySet<number> = new Set([
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  9, // INTERRUPT
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  26, // NOTADB
]);

/** Whether `error` says that SQLite cannot work now. */
export function isUnavailable(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  // The low byte is the kind of failure; the rest tells which call met it.
  return UNAVAILABLE_CODES.has(code & 0xff);
}

/** `error` as the storage interface has it. */
export function toStoreError(operation: string, error: unknown): unknown {
  return isUnavailable(error) ? new StoreUnavailableError(operation, error) : error;
}
