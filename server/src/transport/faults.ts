import type { Logger } from 'pino';
import { StoreUnavailableError } from '../storage/store-unavailable-error.ts';

/** Takes down what went wrong: an outage of the store in one line when it begins and one when it ends, all else one by one. */
export interface Faults {
  /** A request failed for a reason that nobody expected, or for want of the store. */
  failed(error: unknown, context: object): void;
  /** The store has done something. */
  storeWorks(): void;
  figures(): FaultFigures;
}

/** Counted since the start. */
export interface FaultFigures {
  unexpected: number;
  storeErrors: number;
  isStoreOut: boolean;
}

export function createFaults(logger: Logger): Faults {
  let unexpected = 0;
  let storeErrors = 0;
  let outSince: number | undefined;
  let errorsBefore = 0;

  return {
    failed(error, context) {
      if (!(error instanceof StoreUnavailableError)) {
        unexpected++;
        logger.error({ err: error, ...context }, 'a request failed');
        return;
      }
      storeErrors++;
      if (outSince !== undefined) return;
      outSince = performance.now();
      errorsBefore = storeErrors - 1;
      logger.error({ err: error, ...context }, 'the store is unavailable');
    },
    storeWorks() {
      if (outSince === undefined) return;
      const outageMs = Math.round(performance.now() - outSince);
      outSince = undefined;
      logger.info({ outageMs, refused: storeErrors - errorsBefore }, 'the store is available');
    },
    figures: () => ({ unexpected, storeErrors, isStoreOut: outSince !== undefined }),
  };
}
