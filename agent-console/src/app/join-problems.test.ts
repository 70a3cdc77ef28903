import { describe, expect, it } from 'vitest';
import { joinProblems } from './join-problems.ts';

const fine = { name: 'Cedar', email: 'cedar@shop.example', password: 'ten letters' };

describe('joinProblems', () => {
  it('finds nothing wrong with a whole form', () => {
    expect(joinProblems(fine)).toEqual({ name: null, email: null, password: null });
  });

  it.each([
    [{ name: '  ' }, 'name', 'Enter your name.'],
    [{ email: 'cedar' }, 'email', 'Enter an e-mail address, for example name@shop.example.'],
    [
      { email: 'cedar @shop.example' },
      'email',
      'Enter an e-mail address, for example name@shop.example.',
    ],
    [{ password: 'short' }, 'password', 'Use at least 10 characters.'],
    [{ password: 'x'.repeat(201) }, 'password', 'Use at most 200 characters.'],
  ] as const)('says of %o what to do', (change, field, problem) => {
    expect(joinProblems({ ...fine, ...change })[field]).toBe(problem);
  });
});
