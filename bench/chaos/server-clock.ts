import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerChoice } from './ground.ts';
import type { Stage } from './stage.ts';

/** The variable of the environment that names the clock's file. */
export const CLOCK_VARIABLE = 'ALCOVE_CHAOS_CLOCK';

/** The clock of a server that knows nothing of it. */
export interface ServerClock {
  /** Start servers with it. */
  choice: ServerChoice;
  /** Seconds that it is fast; negative: slow. Resolves when a server that runs has noticed. */
  set(shiftS: number): Promise<void>;
}

/** How often the server looks, and a little. */
const NOTICED_MS = 200;

/** Makes a clock that is right until it is set. */
export async function createServerClock(stage: Stage): Promise<ServerClock> {
  const file = join(stage.folder, 'clock');
  const preload = new URL('./preload-clock.ts', import.meta.url).href;
  const clock: ServerClock = {
    choice: { execArgv: ['--import', preload], env: { [CLOCK_VARIABLE]: file } },
    async set(shiftS) {
      // At once: nobody reads half a number.
      writeFileSync(`${file}.new`, String(shiftS * 1000));
      renameSync(`${file}.new`, file);
      await sleep(NOTICED_MS);
    },
  };
  await clock.set(0);
  return clock;
}
