import { expect, it, onTestFinished, vi } from 'vitest';
import { createId, eventIdOf } from './ids.ts';
import { clientIdSchema, idSchema } from './schemas.ts';

it('makes ULIDs after a prefix that says what they stand for', () => {
  expect(createId('cv')).toMatch(/^cv_[0-9a-hjkmnp-tv-z]{26}$/);
});

it('begins ids with the time, so that those made later sort behind', () => {
  vi.useFakeTimers({ now: 1_469_918_176_385 });
  onTestFinished(() => void vi.useRealTimers());
  // The example of the ULID specification.
  expect(createId('cl')).toMatch(/^cl_01aryz6s41/i);
});

it('makes another id each time', () => {
  const ids = new Set(Array.from({ length: 1000 }, () => createId('cl')));
  expect(ids.size).toBe(1000);
});

it('uses every letter of its alphabet about equally often', () => {
  const counts = new Map<string, number>();
  for (let round = 0; round < 1000; round++) {
    for (const letter of createId('vi').slice(-16)) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
  }
  // 16,000 letters, 500 of each expected, a standard deviation of 22: six of them is out of reach for chance.
  expect(counts.size).toBe(32);
  expect(Math.min(...counts.values())).toBeGreaterThan(500 - 6 * 22);
  expect(Math.max(...counts.values())).toBeLessThan(500 + 6 * 22);
});

it('makes ids that pass at the door, as the server’s and as a client’s', () => {
  const id = createId('cl');
  expect(idSchema.parse(id)).toBe(id);
  expect(clientIdSchema.parse(id)).toBe(id);
});

it('gives event ids that sort like their seq', () => {
  const ids = [1, 2, 9, 10, 11, 99, 100, 1_000_000_000].map((seq) => eventIdOf('cv_a', seq));
  expect(ids.toSorted()).toEqual(ids);
  expect(ids[0]).toBe('cv_a:0000000001');
});
