import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { defineRow, type Findings } from '../row.ts';

interface Parameters {
  runs: number;
}

const ROOT = join(import.meta.dirname, '../../..');

/** The client against a model of everything that can happen, in every order. */
export const a14 = defineRow<Parameters>({
  name: 'A14',
  does: 'fast-check: 2,000 runs of up to 60 steps (send, resend, cut, reload, edit, delete, read, clock jumps, lost frames), in which a scheduler decides what arrives next. No counter-example. `npm test` makes 60 runs with the SDK’s own tests.',
  quick: { runs: 0 },
  full: { runs: 2000 },
  fullSeconds: 240,
  async run(stage, { runs }): Promise<Findings> {
    // `npm test` has made its runs with the SDK's own tests.
    if (stage.isQuick) return { figures: {}, failures: [] };
    const child = spawn('npx', ['vitest', 'run', '--project', 'sdk', 'delivery-model'], {
      cwd: ROOT,
      // Its words go beside the result, which is one line.
      stdio: ['ignore', 2, 2],
      env: {
        ...process.env,
        ALCOVE_MODEL_RUNS: String(runs),
        ALCOVE_MODEL_SEED: String(stage.random.seed),
      },
    });
    const [code] = (await once(child, 'close')) as [number | null];
    const failures =
      code === 0 ? [] : ['there is a counter-example: its seed and path stand above'];
    return { figures: { runs, stepsAtMost: 60 }, failures };
  },
});
