import { StoreUnavailableError } from '../store-unavailable-error.ts';
import { endWithin, LONGEST_END_MS } from './driver-stalls.ts';
import { isUnavailable } from './store-error.ts';

/** What every call of the store passes. */
export interface Guard {
  /** @throws StoreUnavailableError when the database cannot answer, at once while it has been so for long. */
  run<Result>(operation: string, act: () => Promise<Result>): Promise<Result>;
  /** Refuses from now on, and resolves when what was accepted is done, or nobody waits for it any more. */
  close(): Promise<void>;
}

export interface GuardOptions {
  /** Resolves when the database answers again. Asked while calls are refused. */
  probe: () => Promise<unknown>;
  /** Nothing has worked for so long: then nobody needs to wait to hear it. */
  patienceMs?: number;
  probeEveryMs?: number;
}

/** A failover takes a while, and what waits for it may still be answered in time. */
const PATIENCE_MS = 2000;

const PROBE_EVERY_MS = 500;

/** Each single question of a call ends within 6 s. */
const LONGEST_CALL_MS = 30_000;

/** Longer than a probe takes that finds no server. */
const LONGEST_PROBE_MS = 5000;

/** Counts what is under way, speaks of faults as the storage interface does, and is the breaker for long ones. */
export function createGuard(options: GuardOptions): Guard {
  const breaker = createBreaker(options);
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  return {
    async run(operation, act) {
      const cause = isClosed ? new Error('the store is closed') : breaker.reason();
      if (cause !== undefined) throw new StoreUnavailableError(operation, cause);
      const startedAt = performance.now();
      const work = endWithin(LONGEST_CALL_MS, act());
      underWay.add(work);
      try {
        const result = await work;
        breaker.worked();
        return result;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        breaker.failed(error, startedAt);
        throw new StoreUnavailableError(operation, error);
      } finally {
        underWay.delete(work);
      }
    },
    async close() {
      isClosed = true;
      await endWithin(LONGEST_END_MS, Promise.allSettled(underWay)).catch(() => undefined);
      breaker.close();
    },
  };
}

function createBreaker({
  probe,
  patienceMs = PATIENCE_MS,
  probeEveryMs = PROBE_EVERY_MS,
}: GuardOptions) {
  let workedAt = 0;
  let failingSince: number | undefined;
  let cause: unknown;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const worked = () => {
    workedAt = performance.now();
    failingSince = undefined;
    cause = undefined;
  };
  const probeLater = () => {
    if (isClosed || cause === undefined) return;
    // One look at a time, also where the breaker opens again while one is under way.
    clearTimeout(timer);
    timer = setTimeout(() => {
      endWithin(LONGEST_PROBE_MS, probe()).then(worked, probeLater);
    }, probeEveryMs).unref();
  };
  return {
    /** Why calls are refused; `undefined` while they are not. */
    reason: () => cause,
    worked,
    failed(error: unknown, startedAt: number): void {
      // A call that waited in vain tells of all the time since it began, unless another one worked meanwhile.
      if (startedAt > workedAt) failingSince = Math.min(failingSince ?? Infinity, startedAt);
      else failingSince ??= performance.now();
      const isLong = performance.now() - failingSince >= patienceMs;
      if (!isLong || cause !== undefined) return;
      cause = error;
      probeLater();
    },
    close(): void {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
