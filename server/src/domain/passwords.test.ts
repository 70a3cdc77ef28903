import { expect, test } from 'vitest';
import { createPasswords } from './passwords.ts';

const cheap = { N: 16, r: 1, p: 1 };
const passwords = createPasswords(cheap);

test('a password is recognised by its hash, and another one is not', async () => {
  const hash = await passwords.hash('correct horse battery');
  expect(await passwords.isCorrect('correct horse battery', hash)).toBe(true);
  expect(await passwords.isCorrect('correct horse batterz', hash)).toBe(false);
});

test('the same password has another hash each time', async () => {
  expect(await passwords.hash('same')).not.toBe(await passwords.hash('same'));
});

test('without a hash no password is right, and the work is done all the same', async () => {
  const slow = createPasswords({ N: 2 ** 14, r: 8, p: 1 });
  const hash = await slow.hash('anything');
  const timed = async (act: () => Promise<boolean>) => {
    const startedAt = performance.now();
    expect(await act()).toBe(false);
    return performance.now() - startedAt;
  };
  const known = await timed(() => slow.isCorrect('wrong', hash));
  const unknown = await timed(() => slow.isCorrect('wrong', undefined));
  expect(unknown).toBeGreaterThan(known / 4);
});

test('a hash keeps its parameters, and tells when they are no longer the ones in use', async () => {
  const hash = await passwords.hash('old');
  const stronger = createPasswords({ N: 32, r: 1, p: 1 });
  expect(await stronger.isCorrect('old', hash)).toBe(true);
  expect(stronger.isOutdated(hash)).toBe(true);
  expect(passwords.isOutdated(hash)).toBe(false);
});

test('by default a hash costs 32 MB', async () => {
  const hash = await createPasswords().hash('worth it');
  expect(hash).toMatch(/^scrypt\$N=32768,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
});

test('a stored hash of another kind is an error, not a wrong password', async () => {
  await expect(passwords.isCorrect('x', 'plain text')).rejects.toThrow('not one of ours');
});
