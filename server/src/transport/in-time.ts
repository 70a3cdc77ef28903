import type { Refusal } from '@alcove/protocol';
import { DomainError, refuse } from '../domain/domain-error.ts';

/**
 * Rejects with `busy` in the place of work that takes too long. The work goes on: only a repetition with the same id can
 * tell its outcome.
 */
export function inTime<Result>(work: Promise<Result>, deadlineMs: number): Promise<Result> {
  // Every command passes here: one promise and one timer, where a race would be five promises.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooBusy()), deadlineMs);
    const settle =
      <Value>(outcome: (value: Value) => void) =>
      (value: Value) => {
        clearTimeout(timer);
        outcome(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}

const BUSY = 'The server is busy. Please try again in a moment.';

/** What cannot be done now, to be repeated after `retryAfterMs`. */
export function tooBusy(retryAfterMs: number = aboutASecond()): DomainError {
  return new DomainError('busy', BUSY, { retryAfterMs });
}

/** The same as an answer, for those who refuse thousands a second. */
export function busyRefusal(retryAfterMs: number): Refusal {
  return refuse('busy', BUSY, retryAfterMs);
}

/** Between one and two seconds: many who are refused together do not come back together. */
export function aboutASecond(): number {
  return Math.round(1000 * (1 + Math.random()));
}
