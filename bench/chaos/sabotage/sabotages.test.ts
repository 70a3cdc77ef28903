import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Change, sabotages } from './sabotages.ts';

const root = join(import.meta.dirname, '../../..');

/** Full forms break the server in all of these ways, short ones in two: a source that moved on must show before. */
describe.each(Object.entries(sabotages))('%s', (_, { changes }) => {
  it.each<Change>(changes)('fits $file', ({ file, find }) => {
    expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
  });
});
