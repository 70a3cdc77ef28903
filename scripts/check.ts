// `npm run check`: what to run before each commit.
import { checkStages, runStages } from './stages.ts';

process.exitCode = await runStages(checkStages);
