import { ChatError, unreachable } from './chat-error.ts';

/** Full jitter: spreads many clients evenly however long the outage, which exponential backoff alone does not. */
export function backoffMs(attempt: number): number {
  return Math.random() * Math.min(30_000, 500 * 2 ** attempt);
}

/** Whether sending the same again cannot help. `unauthenticated` can: the session is renewed meanwhile. */
export function isFinal(error: unknown): error is ChatError {
  return error instanceof ChatError && !error.isRetryable && error.code !== 'unauthenticated';
}

/** The waits between tries; owns their timers. */
export interface Retry {
  /** Waits before the next try: as long as the server asked for, else a backoff that `wake` cuts short. */
  wait(attempt: number, error: unknown): Promise<void>;
  /**
   * Repeats `work` until it succeeds.
   *
   * @throws ChatError when a refusal is final, or the client was closed.
   */
  untilDone<Result>(work: () => Promise<Result>): Promise<Result>;
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
    wait,
    async untilDone(work) {
      for (let attempt = 0; ; attempt++) {
        if (isClosed) throw unreachable();
        try {
          return await work();
        } catch (error) {
          if (isFinal(error)) throw error;
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
