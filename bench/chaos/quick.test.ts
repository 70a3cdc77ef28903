import { describe, expect, it } from 'vitest';
import { runRow } from './run-row.ts';
import { rows } from './rows.ts';

/** What fails with a seed fails again with `ALCOVE_CHAOS_SEED`, as far as the choices of the harness go. */
const seed = Number(process.env['ALCOVE_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

describe(`the delivery guarantee, in short (seed ${seed})`, { timeout: 60_000 }, () => {
  it.concurrent.each(rows)('$name: $does', async (row) => {
    const { failures, folder } = await runRow(row, { seed, isQuick: true });
    expect({ failures, folder }).toEqual({ failures: [], folder: undefined });
  });
});
