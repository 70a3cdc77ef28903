import type { Rate } from '../../cluster/cluster.ts';
import { createLine } from '../line.ts';

/** Lets handshakes in no faster than the node can take them, and spreads those who have to come back. */
export interface Admission {
  /** `undefined`: come in. Otherwise how many milliseconds later a place is free. */
  ask(): number | undefined;
}

/** Of a second's handshakes so many may come at the same moment: `rate` is never exceeded by more. */
const BURST_SHARE = 0.1;

interface AdmissionOptions {
  rate: Rate;
  /** Nobody is sent away for longer. */
  longestWaitMs: number;
  /** Milliseconds of a clock that never jumps. */
  now?: () => number;
  random?: () => number;
}

/**
 * A leaky bucket, and a line in front of it: each handshake that is refused gets the next free place in the line, so that
 * a thousand clients who lost the server together come back one after the other instead of together again.
 */
export function createAdmission(options: AdmissionOptions): Admission {
  const { rate, longestWaitMs, now = () => performance.now(), random } = options;
  const spacingMs = rate.durationMs / rate.points;
  const slackMs = Math.max(spacingMs, rate.durationMs * BURST_SHARE);
  const line = createLine({ longestWaitMs, looseMs: slackMs, now, random });
  let bucketIsEmptyAt = 0;

  return {
    ask() {
      const at = now();
      const fullMs = Math.max(bucketIsEmptyAt - at, 0);
      if (fullMs + spacingMs > slackMs) return line.takePlace(spacingMs);
      bucketIsEmptyAt = at + fullMs + spacingMs;
      return undefined;
    },
  };
}
