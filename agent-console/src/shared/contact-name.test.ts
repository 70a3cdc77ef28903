import { describe, expect, it } from 'vitest';
import { contactName, memorableName } from './contact-name.ts';
import { initialsOf } from './initials.ts';

describe('contactName', () => {
  it('is the name, else the e-mail address, else a memorable one', () => {
    expect(contactName({ id: 'co_1', name: 'Shopper', email: 'shopper@shop.example' })).toBe(
      'Shopper',
    );
    expect(contactName({ id: 'co_1', name: null, email: 'shopper@shop.example' })).toBe(
      'shopper@shop.example',
    );
    expect(contactName({ id: 'co_1', name: ' ', email: null })).toBe(memorableName('co_1'));
  });

  it('cannot turn the text around it', () => {
    expect(contactName({ id: 'co_1', name: 'App\u202Eelgreen', email: null })).toBe('Appelgreen');
  });

  it('keeps the joiners that Persian and emoji need', () => {
    expect(contactName({ id: 'co_1', name: 'می\u200Cخواهم 👨‍👩‍👧', email: null })).toBe(
      'می\u200Cخواهم 👨‍👩‍👧',
    );
  });
});

describe('memorableName', () => {
  it('stays the same for an id, and is two words', () => {
    expect(memorableName('co_7')).toBe(memorableName('co_7'));
    expect(memorableName('co_7')).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  });

  it('tells nearly all visitors of a day apart', () => {
    const names = new Set(Array.from({ length: 100 }, (_, index) => memorableName(`co_${index}`)));
    expect(names.size).toBeGreaterThan(88);
  });
});

describe('initialsOf', () => {
  it.each([
    ['Shop Corner', 'SC'],
    ['Shop At The Corner', 'SC'],
    ['shopper', 'S'],
    ['shopper.carvalho@shop.example', 'SC'],
    ['محمد العلي', 'ما'],
    ['𝒜lpha', '𝒜'],
    ['👍', ''],
    ['', ''],
  ])('of "%s" are "%s"', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});
