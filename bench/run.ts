// `npm run bench -- NAME [--save]`: runs one bench and prints its result as one line of JSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchResult } from './bench-result.ts';
import { circumstances } from './circumstances.ts';

/** A bench that lacks what it needs says so and answers `undefined`. */
const benches: Record<string, () => Promise<{ run: () => Promise<BenchResult | undefined> }>> = {
  throughput: () => import('./throughput.ts'),
  connections: () => import('./connections.ts'),
  history: () => import('./history.ts'),
  inbox: () => import('./inbox.ts'),
  fanout: () => import('./fanout.ts'),
  'widget-start': () => import('./widget-start.ts'),
  nodes: () => import('./nodes.ts'),
};

const [name, ...flags] = process.argv.slice(2);
const load = benches[name ?? ''];
if (!load) {
  console.log(`Benches: ${Object.keys(benches).join(', ')}`);
  process.exit(name === undefined ? 0 : 1);
}
// So that what was started is ended: see the listeners of `exit`.
process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
const { run } = await load();
const result = await run();
if (!result) process.exit(1);
const { failures, figures } = result;
const line = JSON.stringify({ bench: name, failures, ...figures, ...circumstances() });
console.log(line);
if (flags.includes('--save')) {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${line}\n`);
}
process.exit(failures.length === 0 ? 0 : 1);
