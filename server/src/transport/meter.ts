/** Counts who comes in, for `/metrics`. */
export interface Meter {
  /** Somebody knocked at a door: `ok`, or the code of the refusal. */
  handshake(door: string, outcome: string): void;
}

/** For a server that nobody measures. */
export const silentMeter: Meter = { handshake() {} };
