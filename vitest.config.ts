import { defineConfig } from 'vitest/config';
import { stylesheetAsText } from './widget/build/rollup-plugins.ts';

/** Packages resolve to their sources, in the test files and in the worker threads that Node itself loads. */
const sourceCondition = 'alcove-source';

const rooms = ['protocol', 'sdk', 'widget', 'agent-console', 'server', 'bench', 'scripts'];

export default defineConfig({
  plugins: [stylesheetAsText()],
  resolve: { conditions: [sourceCondition, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [sourceCondition, 'module', 'node', 'development|production'] } },
  test: {
    pool: 'forks',
    execArgv: [`--conditions=${sourceCondition}`],
    projects: rooms.map((room) => ({
      extends: true,
      test: {
        name: room,
        include: [`${room}/**/*.test.{ts,tsx}`],
        exclude: ['**/node_modules/**', '**/dist/**'],
      },
    })),
  },
});
