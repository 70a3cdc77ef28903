import { defineConfig } from 'vitest/config';
import { SOURCE_FLAGS } from './server/src/testing/source-flags.ts';
import { stylesheetAsText } from './widget/build/rollup-plugins.ts';

/** Packages resolve to their sources, in the test files and in the worker threads that Node itself loads. */
const sourceCondition = 'alcove-source';

const rooms = ['protocol', 'sdk', 'widget', 'agent-console', 'server', 'bench', 'scripts'];

/** Takes a minute and a machine for itself: a stage of its own in `npm test`. */
const chaos = 'bench/chaos/quick.test.ts';

export default defineConfig({
  plugins: [stylesheetAsText()],
  resolve: { conditions: [sourceCondition, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [sourceCondition, 'module', 'node', 'development|production'] } },
  test: {
    pool: 'forks',
    execArgv: [...SOURCE_FLAGS],
    // No test measures time: on a machine that has other work it is late, not wrong.
    testTimeout: 20_000,
    projects: [
      ...rooms.map((room) => ({
        extends: true as const,
        test: {
          name: room,
          include: [`${room}/**/*.test.{ts,tsx}`],
          exclude: ['**/node_modules/**', '**/dist/**', chaos],
        },
      })),
      // Half of the time its rows wait for something. More at once would wait for each other.
      { extends: true, test: { name: 'chaos', include: [chaos], maxConcurrency: 2 } },
    ],
  },
});
