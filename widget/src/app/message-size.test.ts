import { WIRE_LIMITS } from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import { charactersLeft } from './message-size.ts';

describe('the room that is left', () => {
  it('is not told while there is plenty', () => {
    expect(charactersLeft('')).toBeUndefined();
    expect(charactersLeft('a'.repeat(WIRE_LIMITS.textBytes * 0.8))).toBeUndefined();
  });

  it('is told in characters as wide as those of the text', () => {
    expect(charactersLeft('a'.repeat(WIRE_LIMITS.textBytes - 100))).toBe(100);
    expect(charactersLeft('é'.repeat(WIRE_LIMITS.textBytes / 2 - 50))).toBe(50);
  });

  it('is zero for a text that just fits and negative for one that does not', () => {
    expect(charactersLeft('a'.repeat(WIRE_LIMITS.textBytes))).toBe(0);
    expect(charactersLeft('a'.repeat(WIRE_LIMITS.textBytes + 1))).toBe(-1);
    expect(charactersLeft(`${'é'.repeat(WIRE_LIMITS.textBytes / 2)}a`)).toBe(-1);
  });
});
