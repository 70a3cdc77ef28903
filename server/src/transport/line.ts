/** Those who have to come back later, each at a time of their own. */
export interface Line {
  /**
   * Gives away the next place, `spacingMs` behind the one before. Answers in how many milliseconds that is; beyond the end
   * of the line there are no places, only times.
   */
  takePlace(spacingMs: number): number;
}

/** What a line is made from. */
export interface LineOptions {
  /** Nobody is sent away for much longer. */
  longestWaitMs: number;
  /** Places are only as far apart as clocks and networks are exact: each is up to so much later. */
  looseMs: number;
  /** Milliseconds of a clock that never jumps. */
  now?: () => number;
  random?: () => number;
}

/** Who was refused together comes back one after the other, as fast as there will be room for them. */
export function createLine(options: LineOptions): Line {
  const { longestWaitMs, looseMs, now = () => performance.now(), random = Math.random } = options;
  let endsAt = 0;

  return {
    takePlace(spacingMs) {
      const at = now();
      endsAt = Math.min(Math.max(endsAt, at) + spacingMs, at + longestWaitMs);
      const waitMs = endsAt - at;
      const isInLine = waitMs < longestWaitMs;
      return Math.ceil(isInLine ? waitMs + random() * looseMs : waitMs * (1 - random() / 2));
    },
  };
}
