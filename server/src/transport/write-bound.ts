import type { Limits } from '../limits.ts';
import { aboutASecond } from './in-time.ts';
import { createLine } from './line.ts';

/** How many writes may be under way, and what becomes of those for whom there is no room. */
export interface WriteBound {
  /** Takes a place, if one is free. */
  enter(): boolean;
  leave(): void;
  /** When somebody who found no place should come back, in milliseconds. */
  retryAfterMs(): number;
  /** How many there are. */
  underWay(): number;
  /** How many found no place since this was asked last. */
  takeRefused(): number;
}

interface WriteBoundOptions {
  limits: Pick<Limits, 'writesInFlight' | 'busyWaitMs'>;
  now?: () => number;
  random?: () => number;
}

/** The pace of writing is measured over so long. */
const MEASURE_MS = 1000;

/**
 * Asked before anything else is done about a write. Refused writes come back no faster than the store gets through with
 * others: if all of them came a second later, the node would spend that second refusing them again.
 */
export function createWriteBound(options: WriteBoundOptions): WriteBound {
  const { limits, now = () => performance.now(), random } = options;
  const line = createLine({ longestWaitMs: limits.busyWaitMs, looseMs: 0, now, random });
  let underWay = 0;
  let refused = 0;
  let measuredFrom = -Infinity;
  let done = 0;
  let spacingMs = 0;

  /** Only while there are refusals: what a calm node writes says nothing of what a busy one can. */
  function measure() {
    const at = now();
    const elapsedMs = at - measuredFrom;
    if (elapsedMs < MEASURE_MS) return;
    spacingMs = elapsedMs < 2 * MEASURE_MS ? elapsedMs / Math.max(1, done) : 0;
    measuredFrom = at;
    done = 0;
  }

  return {
    enter() {
      if (underWay < limits.writesInFlight) {
        underWay++;
        return true;
      }
      refused++;
      return false;
    },
    leave() {
      underWay--;
      done++;
    },
    retryAfterMs() {
      measure();
      return aboutASecond() + line.takePlace(spacingMs);
    },
    underWay: () => underWay,
    takeRefused() {
      const taken = refused;
      refused = 0;
      return taken;
    },
  };
}
