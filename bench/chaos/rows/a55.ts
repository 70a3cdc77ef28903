import { rmSync } from 'node:fs';
import { hasRedis, mongoCommand } from '@alcove/server/testing';
import { defineRow, stagesOf } from '../row.ts';
import { type RowResult, runRow } from '../run-row.ts';
import { type Sabotage, type SabotageName, sabotages } from '../sabotage/sabotages.ts';
import { a02 } from './a02.ts';
import { a04 } from './a04.ts';
import { a07 } from './a07.ts';
import { a17 } from './a17.ts';
import { a20 } from './a20.ts';

interface Parameters {
  sabotages: SabotageName[];
}

const rows = [a02, a04, a07, a17, a20];

/** What is broken needs no long look. */
const QUIET_MS = 2_000;

/** A test that cannot fail proves nothing. */
export const a55 = defineRow<Parameters>({
  name: 'A55',
  does: 'The server is broken on purpose, from outside: dedupe off, counter before insert, ack before commit, heads skipped, a hint that is not caught. The row that is there for it goes red, by the number, or the words, that are there for it.',
  quick: { sabotages: ['dedupe-off', 'counter-then-insert'] },
  full: { sabotages: Object.keys(sabotages) as SabotageName[] },
  fullSeconds: 90,
  async run(stage, { sabotages: names }) {
    const failures: string[] = [];
    const notRun: string[] = [];
    const figures: Record<string, string> = {};
    for (const name of names) {
      const sabotage: Sabotage = sabotages[name];
      const row = rows.find((candidate) => candidate.name === sabotage.row);
      if (!row) throw new Error(`there is no row ${sabotage.row}`);
      if (stagesOf(row)[0] === 'nodes' && !(mongoCommand() && hasRedis())) {
        notRun.push(`${name}: needs two nodes`);
        continue;
      }
      const { seed } = stage.random;
      const result = await runRow(row, { seed, isQuick: true, sabotage: name, quietMs: QUIET_MS });
      if (result.folder) rmSync(result.folder, { recursive: true, force: true });
      const found = findIn(result, sabotage);
      figures[name] = `${row.name} is red: ${found}, ${result.failures.length} failures`;
      if (found) continue;
      const wanted = sabotage.breach ?? `"${sabotage.words}"`;
      const instead = result.failures[0] ?? 'nothing';
      failures.push(`with ${name}, ${row.name} shows no ${wanted}; it found: ${instead}`);
    }
    return { figures, failures, notRun };
  },
});

/** How a row says what was broken, if it does. */
function findIn({ verdict, failures }: RowResult, { breach, words = '' }: Sabotage) {
  if (!breach) return failures.find((failure) => failure.includes(words));
  return verdict?.[breach] ? `${breach} ${verdict[breach]}` : undefined;
}
