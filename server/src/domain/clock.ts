/** Where the time comes from, so that tests can set it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A time as it is stored and sent. */
export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
