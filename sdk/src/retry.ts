import { ChatError, unreachable } from './chat-error.ts';

/** Full jitter: spreads many clients evenly however long the outage, which exponential backoff alone does not. */
export function backoffMs(attempt: number): number {
  return Math.random() * Math.min(30_000, 500 * 2 ** attempt);
}

/** Whether sending the same again cannot help. `unauthenticated` can: the session is renewed meanwhile. */
export function isFinal(error: unknown): error is ChatError {
  return error instanceof ChatError && !error.isRetryable && error.code !== 'unauthenticated';
}

/** After so many faults at one act of a person, more of the same is of no use: they are told. */
export const MAX_FAULTS = 5;

/** The server was reached, and failed. */
export function isFault(error: unknown): error is ChatError {
  return error instanceof ChatError && error.code === 'internal';
}

/** The waits between tries; owns their timers. */
export interface Retry {
  readonly isClosed: boolean;
  /** Waits before the next try: as long as the server asked for, else a backoff that `wake` cuts short. */
  wait(attempt: number, error: unknown): Promise<void>;
  /**
   * Repeats `work` until it succeeds.
   *
   * @param maxFaults how often the server may answer that it failed at this very work: that need not pass, as an outage does.
   * @throws ChatError when a refusal is final, or the client was closed.
   */
  untilDone<Result>(work: () => Promise<Result>, maxFaults?: number): Promise<Result>;
  /** Something changed (a connection, a page in view): try now. */
  wake(): void;
  close(): void;
}

export function createRetry(): Retry {
  const waiting = new Map<() => void, boolean>();
  let isClosed = false;

  const wait = (attempt: number, error: unknown) =>
    new Promise<void>((resolve) => {
      const askedMs = error instanceof ChatError ? error.retryAfterMs : undefined;
      const done = () => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, askedMs ?? backoffMs(attempt));
      waiting.set(done, askedMs === undefined);
      if (isClosed) done();
    });

  return {
    get isClosed() {
      return isClosed;
    },
    wait,
    async untilDone(work, maxFaults = Infinity) {
      let faults = 0;
      for (let attempt = 0; ; attempt++) {
        if (isClosed) throw unreachable();
        try {
          return await work();
        } catch (error) {
          if (isFinal(error) || (isFault(error) && ++faults >= maxFaults)) throw error;
          await wait(attempt, error);
        }
      }
    },
    wake() {
      for (const [done, mayBeCut] of waiting) if (mayBeCut) done();
    },
    close() {
      isClosed = true;
      for (const done of waiting.keys()) done();
    },
  };
}
