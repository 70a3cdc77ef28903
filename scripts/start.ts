// `npm start [-- flags of "alcove serve"]`: builds what is missing or stale, then becomes the server.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildStale } from './build.ts';
import { root } from './run-tool.ts';

await buildStale().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

const alcove = join(root, 'server/bin/alcove.js');
process.argv = [process.execPath, alcove, 'serve', ...process.argv.slice(2)];
await import(pathToFileURL(alcove).href);
