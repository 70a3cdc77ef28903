import { describe, expect, it } from 'vitest';
import { hueOf } from './hue-of.ts';
import { initialsOf } from './initials-of.ts';

describe('a face', () => {
  it('has the first letters of the first and the last word', () => {
    expect(initialsOf('First Middle Surname')).toBe('FS');
    expect(initialsOf('  tom ')).toBe('T');
    expect(initialsOf('𝒜da 𝓛ovelace')).toBe('𝒜𝓛');
    expect(initialsOf('')).toBe('');
  });

  it('keeps its colour, and colours are spread over ids that differ at the end only', () => {
    expect(hueOf('ag_1')).toBe(hueOf('ag_1'));
    const hues = new Set(Array.from({ length: 200 }, (_, index) => hueOf(`ag_${index}`)));
    expect(hues).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });
});
