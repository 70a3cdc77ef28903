import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';

/** Whether a test takes its whole volume (`ALCOVE_FULL=1`), or the small part of it that every run of the tests takes. */
export const isFull = process.env['ALCOVE_FULL'] === '1';

/** Prints the figures of a full form as one line of JSON and keeps them where the benches keep theirs. */
export function keepFigures(bench: string, figures: Record<string, unknown>): void {
  if (!isFull) return;
  const cores = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const line = JSON.stringify({
    bench,
    ...figures,
    machine: `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown'}, Linux ${release()}`,
    node: process.version,
    commit,
    at: new Date().toISOString(),
  });
  // oxlint-disable-next-line no-console -- the figures are what a full form is run for
  console.log(line);
  writeFileSync(join(import.meta.dirname, `../../bench/results/${bench}.json`), `${line}\n`);
}

const rate = { points: 1e9, durationMs: 1000 };

/** Rates that nobody here reaches: what is tested is the delivery, not the server's patience. */
export const liftedLimits = {
  visitorSends: rate,
  visitorCommands: rate,
  agentSends: rate,
  agentCommands: rate,
  newConversationsPerAddress: rate,
  visitorSessionsPerAddress: rate,
};
