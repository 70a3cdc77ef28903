// `npm run chaos -- ROW... [--nodes] [--quick | --save] [--seed N]`, or `all`. Prints one line of JSON for each row, and a table for several.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { circumstances } from '../circumstances.ts';
import { BREACHES } from './checker.ts';
import { type RowResult, runRow } from './run-row.ts';
import { stagesOf } from './row.ts';
import { rows } from './rows.ts';

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    nodes: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
});
// With `--nodes` those that can be run there; without it each where it belongs.
const playable = rows.filter((row) => !flags.nodes || stagesOf(row).includes('nodes'));
const chosen = names.includes('all')
  ? playable
  : playable.filter(({ name }) => names.some((wanted) => wanted.toUpperCase() === name));
if (chosen.length === 0 || (!names.includes('all') && chosen.length < names.length)) {
  for (const { name, does } of rows) console.log(`${name}  ${does}`);
  process.exit(names.length === 0 ? 0 : 1);
}
if (flags.quick && flags.save) {
  console.error('Only full forms are kept: leave out --quick or --save.');
  process.exit(1);
}
// So that a row that is ended takes its server along: see the listener of `exit` in stage.ts.
process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
const [only] = chosen;
if (only && chosen.length === 1) await runOne();
else await runMany();

async function runOne(): Promise<void> {
  if (!only) return;
  const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 31));
  console.error(`${only.name}, seed ${seed}: ${only.does}`);
  const kind = flags.nodes ? 'nodes' : undefined;
  const result = await runRow(only, { seed, isQuick: flags.quick, kind });
  report(only.name, present(result));
  if (result.folder) console.error(`Histories and data are kept in ${result.folder}`);
  process.exit(result.failures.length === 0 ? 0 : 1);
}

/** One line of JSON, kept if that is wanted. */
function report(name: string, result: object): void {
  const line = JSON.stringify({ ...result, ...circumstances() });
  console.log(line);
  if (!flags.save) return;
  const folder = join(import.meta.dirname, '../results/chaos');
  mkdirSync(folder, { recursive: true });
  // A row that belongs elsewhere, too, has a result for each.
  const suffix = flags.nodes ? '-nodes' : '';
  writeFileSync(join(folder, `${name.toLowerCase()}${suffix}.json`), `${line}\n`);
}

/** Each row in a process of its own, so that one that dies takes no other with it. */
async function runMany(): Promise<void> {
  const minutes = chosen.reduce((sum, { fullSeconds }) => sum + fullSeconds, 0) / 60;
  if (!flags.quick) console.error(`${chosen.length} rows, about ${Math.ceil(minutes)} minutes.`);
  const table: Record<string, object> = {};
  let failed = 0;
  for (const { name, fullSeconds } of chosen) {
    const limitMs = (flags.quick ? 60 : fullSeconds * 3 + 120) * 1000;
    const outcome = await runInProcess(name, limitMs);
    if (outcome.result !== 'passed') failed++;
    table[name] = outcome;
  }
  console.table(table);
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

async function runInProcess(name: string, limitMs: number) {
  const options = [
    ...(flags.nodes ? ['--nodes'] : []),
    ...(flags.quick ? ['--quick'] : []),
    ...(flags.save ? ['--save'] : []),
    ...(flags.seed ? ['--seed', flags.seed] : []),
  ];
  const child = spawn(
    process.execPath,
    [...process.execArgv, import.meta.filename, name, ...options],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), limitMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  try {
    const { seconds, ...line } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    const six = Object.fromEntries(BREACHES.map((breach) => [breach, line[breach] ?? '-']));
    return { result: code === 0 ? 'passed' : 'failed', seconds, ...six };
  } catch {
    // No earlier result may stand for a run that gave none.
    const form = flags.quick ? 'quick' : 'full';
    report(name, { row: name, form, failures: [`no result after at most ${limitMs / 1000} s`] });
    return { result: 'no result' };
  }
}

/** One flat object: the six numbers beside the figures. */
function present({ verdict, figures, ...result }: RowResult) {
  const six = verdict && Object.fromEntries(BREACHES.map((breach) => [breach, verdict[breach]]));
  return { ...result, ...six, ...verdict?.counts, ...figures };
}
