/** The store cannot answer now: busy beyond its patience, disk full, read-only, or out of reach. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';

  constructor(operation: string, cause: unknown) {
    super(`the store is unavailable (${operation})`, { cause });
  }
}
