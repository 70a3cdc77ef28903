import { DomainError } from '../domain/domain-error.ts';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import { StoreUnavailableError } from '../storage/store-unavailable-error.ts';
import type { Faults } from './faults.ts';
import { inTime } from './in-time.ts';

/** What a balancer may hear. */
export type Readiness = 'ready' | 'draining' | 'store_unavailable';

interface ReadinessOptions {
  storage: Storage;
  limits: Limits;
  faults: Faults;
  isDraining: () => boolean;
}

/**
 * Makes the function that tells whether the server wants requests. Anybody may ask, and each look at the store writes to its
 * disk: those who ask at the same time share one. What a look finds is told like what a command finds: on a server that
 * nobody uses just now it is the only sign of a store that is gone.
 */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const { storage, limits, faults, isDraining } = options;
  let looking: Promise<Readiness> | undefined;

  async function look(): Promise<Readiness> {
    try {
      // A store that hangs is as good as none, and whoever asks gives up before it does.
      await inTime(storage.check(), limits.commandDeadlineMs);
      faults.storeWorks();
      return 'ready';
    } catch (error) {
      const isLate = error instanceof DomainError;
      faults.failed(isLate ? new StoreUnavailableError('check', error) : error, {});
      return 'store_unavailable';
    }
  }

  return async () => {
    if (isDraining()) return 'draining';
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}
