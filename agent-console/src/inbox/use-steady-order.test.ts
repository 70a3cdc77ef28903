import { describe, expect, it } from 'vitest';
import { changedSince, heldOrder } from './use-steady-order.ts';

describe('an order that is held', () => {
  const held = ['a', 'b', 'c'];

  it('stays as it was when the live one moves, grows above or shrinks', () => {
    expect(heldOrder(held, ['c', 'a', 'b'])).toEqual(held);
    expect(heldOrder(held, ['new', 'a', 'b', 'c'])).toEqual(held);
    expect(heldOrder(held, ['a', 'c'])).toEqual(held);
  });

  it('takes in further pages below', () => {
    expect(heldOrder(held, ['a', 'b', 'c', 'd', 'e'])).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it.each([
    [['a', 'b', 'c'], 0],
    [['a', 'b', 'c', 'older'], 0],
    [['c', 'a', 'b'], 1],
    [['new', 'a', 'b', 'c'], 1],
    [['a', 'c'], 1],
    [['new', 'c', 'a'], 3],
  ])('counts what would change by %o as %i', (live, count) => {
    expect(changedSince(held, live)).toBe(count);
  });
});
