/** A suspended tab keeps its locks; after this long it is passed over. Longer than one send with its ack takes. */
const LOCK_WAIT_MS = 10_000;

/**
 * Runs `work` while no other tab of this site runs its own under this name. An optimisation: without Web Locks (plain
 * http, Node), or when the lock stays taken, `work` runs all the same.
 */
export async function exclusively<Result>(
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) return work();
  let isRunning = false;
  const start = () => {
    isRunning = true;
    return work();
  };
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, start);
  } catch (error) {
    if (isRunning) throw error;
    return work();
  }
}
