// `npm run bench -- NAME [--save]`: runs one bench and prints its result as one line of JSON.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import type { BenchResult } from './bench-result.ts';

const benches: Record<string, () => Promise<{ run: () => Promise<BenchResult> }>> = {
  'one-conversation': () => import('./one-conversation.ts'),
  throughput: () => import('./throughput.ts'),
  cursors: () => import('./cursors.ts'),
};

const [name, ...flags] = process.argv.slice(2);
const load = benches[name ?? ''];
if (!load) {
  console.log(`Benches: ${Object.keys(benches).join(', ')}`);
  process.exit(name === undefined ? 0 : 1);
}
const { run } = await load();
const { failures, figures } = await run();
const line = JSON.stringify({ bench: name, failures, ...figures, ...circumstances() });
console.log(line);
if (flags.includes('--save')) {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${line}\n`);
}
process.exit(failures.length === 0 ? 0 : 1);

function circumstances() {
  const cores = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return {
    machine: `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown'}, Linux ${release()}`,
    node: process.version,
    commit,
    at: new Date().toISOString(),
  };
}
