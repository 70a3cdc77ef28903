import { setTimeout as wait } from 'node:timers/promises';

/** So often is tried what another process may get ahead of. */
export const MOST_TRIES = 8;

const SHORTEST_PAUSE_MS = 2;
export const LONGEST_PAUSE_MS = 20;

/** Waits a moment, at random, so that those who met do not meet again. */
export async function pause(): Promise<void> {
  await wait(SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
}
