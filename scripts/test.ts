// `npm test`: everything, beginning with the programs that the tests need.
import { installPrerequisites } from './prerequisites.ts';
import {
  browserStage,
  chaosStage,
  checkStages,
  runStages,
  type Stage,
  toolStage,
} from './stages.ts';

const prerequisites: Stage = {
  title: 'Chromium, Redis and Caddy',
  run: async () => ({ passed: 0, failed: (await installPrerequisites()) ? 0 : 1 }),
};

process.exitCode = await runStages([
  prerequisites,
  ...checkStages,
  chaosStage,
  toolStage('Build', 'node', ['scripts/build.ts']),
  toolStage('Packages as npm users get them', 'publint', ['sdk', '--strict']),
  toolStage('Types as npm users get them', 'attw', [
    '--pack',
    'sdk',
    '--profile',
    'esm-only',
    '--quiet',
  ]),
  browserStage,
  toolStage('Size', 'node', ['scripts/size.ts']),
]);
