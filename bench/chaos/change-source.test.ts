import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change } from './change-source.ts';
import { nextVersion } from './next-version/next-version.ts';
import { sabotages } from './sabotage/sabotages.ts';

const root = join(import.meta.dirname, '../..');

const all = Object.entries({
  ...Object.fromEntries(Object.entries(sabotages).map(([name, { changes }]) => [name, changes])),
  'next version': nextVersion,
});

/** Not every short form loads every change: a source that moved on must show before. */
describe.each(all)('%s', (_, changes) => {
  it.each<Change>(changes)('fits $file', ({ file, find }) => {
    expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
  });
});
