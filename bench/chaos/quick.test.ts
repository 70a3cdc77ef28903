import { hasRedis, mongoCommand } from '@alcove/server/testing';
import { describe, expect, it } from 'vitest';
import { type AnyRow, stagesOf } from './row.ts';
import { runRow } from './run-row.ts';
import { rows } from './rows.ts';
import type { StageKind } from './stage.ts';

/** What fails with a seed fails again with `ALCOVE_CHAOS_SEED`, as far as the choices of the harness go. */
const seed = Number(process.env['ALCOVE_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const rowsOn = (kind: StageKind): AnyRow[] => rows.filter((row) => stagesOf(row).includes(kind));

async function runQuickly(row: AnyRow, kind: StageKind) {
  const { failures, folder } = await runRow(row, { seed, kind, isQuick: true });
  return { failures, folder };
}

const passed = { failures: [], folder: undefined };

describe(`the delivery guarantee, in short (seed ${seed})`, { timeout: 60_000 }, () => {
  it.concurrent.each(rowsOn('sqlite'))('$name: $does', async (row) => {
    expect(await runQuickly(row, 'sqlite')).toEqual(passed);
  });
});

describe.runIf(mongoCommand() && hasRedis())(
  `the same on two nodes (seed ${seed})`,
  // Six processes for each: on a machine that is busy they take far longer than the 10 s of one that is not.
  { timeout: 180_000 },
  () => {
    it.concurrent.each(rowsOn('nodes'))('$name: $does', async (row) => {
      expect(await runQuickly(row, 'nodes')).toEqual(passed);
    });
  },
);
