import { runCli } from './cli/run-cli.ts';

// Without `await` at the top level: `bin/alcove.js` requires this file, since it must be readable for an old Node.
void runCli(process.argv).then((code) => {
  process.exitCode = code;
});
