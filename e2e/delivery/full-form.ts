import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { circumstances } from '../../bench/circumstances.ts';

export { liftedLimits } from '../../bench/people.ts';

/** Whether a test takes its whole volume (`ALCOVE_FULL=1`), or the small part of it that every run of the tests takes. */
export const isFull = process.env['ALCOVE_FULL'] === '1';

/** Prints the figures of a full form as one line of JSON and keeps them where the benches keep theirs. */
export function keepFigures(bench: string, figures: Record<string, unknown>): void {
  if (!isFull) return;
  const line = JSON.stringify({ bench, ...figures, ...circumstances() });
  // oxlint-disable-next-line no-console -- the figures are what a full form is run for
  console.log(line);
  const folder = join(import.meta.dirname, '../../bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${bench}.json`), `${line}\n`);
}
