import { mongo } from 'mongoose';

/** The server's codes by which a fault stands in the way, not a mistake in what was asked. */
const UNAVAILABLE_CODES: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  13, // Unauthorized: the user's rights were changed meanwhile
  18, // AuthenticationFailed: so was its password
  24, // LockTimeout
  50, // MaxTimeMSExpired
  64, // WriteConcernFailed: written, and not yet on a majority
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  8000, // AtlasError: a wrong password, most often
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);

/** What the driver throws when it has no connection, or loses it. */
const UNAVAILABLE_ERRORS = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoClientClosedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoExpiredSessionError,
  mongo.MongoOperationTimeoutError,
] as const;

/** Node's own, which the driver passes on as they are where a connection breaks at the very moment of writing. */
const SOCKET_CODES: ReadonlySet<unknown> = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** A connection from the pool took too long, or a member left the set; the driver does not export the classes. */
const UNAVAILABLE_NAMES: ReadonlySet<string> = new Set([
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoWaitQueueTimeoutError',
]);

/**
 * Whether the database cannot answer now. Then nothing is known of a write that was asked for: it may be stored, or will
 * be in a moment.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (UNAVAILABLE_ERRORS.some((kind) => error instanceof kind)) return true;
  if (UNAVAILABLE_NAMES.has(error.name)) return true;
  if ('code' in error && SOCKET_CODES.has(error.code)) return true;
  // A write concern that was not met comes with a code of its own.
  if (error instanceof mongo.MongoWriteConcernError) return true;
  return error instanceof mongo.MongoServerError && UNAVAILABLE_CODES.has(Number(error.code));
}

/** Whether a unique index, or an `_id`, is taken. Which one, servers tell differently, so nobody relies on it. */
export function isTaken(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === 11_000;
}
