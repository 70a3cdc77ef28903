import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerChoice } from '../ground.ts';
import type { Stage } from '../stage.ts';

/** The variable of the environment that names the file. */
export const TRIES_VARIABLE = 'ALCOVE_CHAOS_TRIES';

/** Watches how often nodes on one MongoDB tried to get a number in a log. Start them with its `choice`. */
export function countTries({ folder, kind }: Stage): { choice: ServerChoice; most(): number } {
  const file = join(folder, 'tries.txt');
  // SQLite has nobody to get ahead of it.
  if (kind === 'sqlite') return { choice: {}, most: () => 1 };
  const preload = new URL('./count-tries-preload.ts', import.meta.url).href;
  return {
    choice: { execArgv: ['--import', preload], env: { [TRIES_VARIABLE]: file } },
    /** For one number; 1 when nobody ever got ahead. */
    most() {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
      return Math.max(1, ...lines.map(Number));
    },
  };
}
