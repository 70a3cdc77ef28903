import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { heading, root, runTool } from './run-tool.ts';

/** How many tests of a stage passed and failed. A stage that is no test run counts nothing, or one failure. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** One step of `npm run check` and `npm test`. */
export interface Stage {
  readonly title: string;
  run(): Promise<Count>;
}

/** A stage that is right when its command exits with 0. */
export function toolStage(title: string, command: string, args: readonly string[]): Stage {
  return {
    title,
    run: async () => ({ passed: 0, failed: (await runTool(command, args)) === 0 ? 0 : 1 }),
  };
}

/** Everything that is checked without a build and without a browser; under a minute in all. */
export const checkStages: readonly Stage[] = [
  toolStage('Types', 'tsc', ['-b']),
  toolStage('Lint', 'oxlint', []),
  toolStage('Format', 'biome', ['format']),
  vitestStage('Architecture', ['--project', 'scripts']),
  vitestStage('Unit and contract tests', ['--project', '!scripts', '--project', '!chaos']),
];

/** The delivery guarantee under faults, in short forms; the full ones run by `npm run chaos`. */
export const chaosStage: Stage = vitestStage('Delivery under faults', ['--project', 'chaos']);

/** The browser tests, on real servers that run the built packages. */
export const browserStage: Stage = {
  title: 'Browser tests',
  async run() {
    const report = join(root, 'e2e/results/report.json');
    const code = await runReporting(report, 'playwright', [
      'test',
      '--config',
      'e2e/playwright.config.ts',
    ]);
    return countOf(code, report, (json) => {
      const { stats } = json as { stats: { expected: number; unexpected: number; flaky: number } };
      return { passed: stats.expected, failed: stats.unexpected + stats.flaky };
    });
  },
};

/**
 * Runs stages one after the other and stops at the first that fails. The last line it prints is `N passed, M failed`.
 *
 * @returns the exit code for the process.
 */
export async function runStages(stages: readonly Stage[]): Promise<number> {
  let passed = 0;
  for (const [index, stage] of stages.entries()) {
    heading(`${index + 1}/${stages.length} ${stage.title}`);
    const startedAt = performance.now();
    const count = await stage.run();
    passed += count.passed;
    if (count.failed > 0) {
      console.error(`\nStopped: "${stage.title}" failed; what is wrong stands above.`);
      console.log(`${passed} passed, ${count.failed} failed`);
      return 1;
    }
    console.log(`${stage.title}: fine, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  console.log(`\n${passed} passed, 0 failed`);
  return 0;
}

function vitestStage(title: string, args: readonly string[]): Stage {
  const report = join(root, 'node_modules/.cache/alcove', `${title.replaceAll(' ', '-')}.json`);
  return {
    title,
    async run() {
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const code = await runReporting(report, 'vitest', ['run', ...reporters, ...args]);
      return countOf(code, report, (json) => {
        const { numPassedTests, numFailedTests } = json as Record<string, number>;
        return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
      });
    },
  };
}

/** An older report must not be taken for this run's. */
function runReporting(report: string, command: string, args: readonly string[]): Promise<number> {
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  return runTool(command, args);
}

/** A runner can fail without a failing test (a file that does not load): its exit code has the last word. */
function countOf(code: number, report: string, read: (json: unknown) => Count): Count {
  let count: Count = { passed: 0, failed: 0 };
  try {
    count = read(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    // No report: the runner ended before it could write one, and has said why.
  }
  return code === 0 ? count : { ...count, failed: Math.max(count.failed, 1) };
}
