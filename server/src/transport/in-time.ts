import { DomainError } from '../domain/domain-error.ts';

/**
 * Rejects with `busy` in the place of work that takes too long. The work goes on: only a repetition with the same id can
 * tell its outcome.
 */
export async function inTime<Result>(work: Promise<Result>, deadlineMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooBusy()), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The refusal of what cannot be done now, to be repeated after `retryAfterMs`. */
export function tooBusy(retryAfterMs: number = aboutASecond()): DomainError {
  return new DomainError('busy', 'The server is busy. Please try again in a moment.', {
    retryAfterMs,
  });
}

/** Between one and two seconds: many who are refused together do not come back together. */
export function aboutASecond(): number {
  return Math.round(1000 * (1 + Math.random()));
}
