import { setTimeout as wait } from 'node:timers/promises';

/** So often is tried what another process may get ahead of. */
export const MOST_TRIES = 8;

const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 20;

/**
 * Waits a moment, at random, so that those who met do not meet again. Longer after several tries: on a replica set, what
 * the other one wrote is seen only once a majority has it.
 */
export async function pause(tries: number): Promise<void> {
  const range = LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS;
  await wait(SHORTEST_PAUSE_MS + Math.random() * range * Math.max(1, tries - 2));
}
