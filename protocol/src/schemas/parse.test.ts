import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { object, textSchema, wholeNumber } from './fields.ts';
import { describeIssues, parseInput } from './parse.ts';

const schema = object({
  name: textSchema,
  inner: object({ list: z.array(wholeNumber()) }).optional(),
  size: wholeNumber().optional(),
  count: wholeNumber().optional(),
});

describe('describeIssues', () => {
  it('names the field with its place in objects and lists', () => {
    const { error } = schema.safeParse({ name: 'a', inner: { list: [1, -1] } });
    expect(error && describeIssues(error)).toBe('inner.list[1] must be a whole number from 0 on.');
  });

  it('names the first three fields that are wrong', () => {
    const { error } = schema.safeParse({ inner: { list: ['x'] }, size: -1, count: -1 });
    expect(error && describeIssues(error)).toBe(
      'name is missing. inner.list[0] must be a whole number from 0 on. size must be a whole number from 0 on.',
    );
  });

  it('does not say the same thing twice', () => {
    const { error } = z.array(wholeNumber()).safeParse(undefined);
    if (!error) throw new Error('undefined is no list');
    error.issues.push(...error.issues);
    expect(describeIssues(error).match(/The request/g)).toHaveLength(1);
  });
});

describe('parseInput', () => {
  it('says too_large when size is all that is wrong', () => {
    expect(parseInput(schema, { name: 'a'.repeat(9000) })).toMatchObject({ code: 'too_large' });
  });

  it('says invalid when a shorter text would not help', () => {
    expect(parseInput(schema, { name: 'a'.repeat(9000), size: -1 })).toMatchObject({
      code: 'invalid',
    });
  });

  it('does not repeat what was sent, since it may be a secret', () => {
    const parsed = parseInput(schema, { name: ['hunter2'], size: 'hunter2' });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it('survives input that lays traps', () => {
    const traps: unknown[] = [
      JSON.parse('{"__proto__":{"name":"a"},"constructor":{"prototype":{}}}'),
      Object.create(null),
      new Proxy({}, {}),
      Symbol('a'),
      10n,
      () => 'a',
      new Date(Number.NaN),
    ];
    for (const trap of traps) expect(parseInput(schema, trap).ok).toBe(false);
    expect(Object.hasOwn(Object.prototype, 'name')).toBe(false);
  });
});
