import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { backUpStorage, openStorage, restoreStorage } from './open-storage.ts';

it('opens a file, and makes its folder where it is missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, prefix] of [
    ['one', 'sqlite:'],
    ['two', 'sqlite://'],
  ] as const) {
    const file = join(folder, name, 'alcove.db');
    const storage = await openStorage(`${prefix}${file}`);
    await storage.check();
    await storage.close();
    expect(existsSync(file)).toBe(true);
  }
});

it('opens a store that is forgotten when it is closed', async () => {
  // A temporary folder of its own: other tests leave and remove things in the common one.
  const folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const storage = await openStorage('sqlite::memory:');
  await storage.check();
  expect(readdirSync(folder)).toHaveLength(1);
  await storage.close();
  expect(readdirSync(folder)).toEqual([]);
});

it('tells what is wrong with a MongoDB, and repeats no password', async () => {
  const closed = 'mongodb://root:secret@127.0.0.1:1/alcove?authSource=admin';
  for (const [address, sentence] of [
    [closed, /^MongoDB at mongodb:\/\/127\.0\.0\.1:1\/alcove was not reached within 3 seconds\./],
    ['mongodb://root:se%zzcret@db.example/', /the address in DATABASE_URL is not right/],
    ['mongodb://root:secret@db.example/?nonsense=1', /the address in DATABASE_URL is not right/],
  ] as const) {
    const opening = openStorage(address);
    await expect(opening).rejects.toThrow(sentence);
    await expect(opening).rejects.not.toThrow(/se.*cret/);
  }
});

it('says how an address is written when it cannot read one', async () => {
  for (const address of ['', 'alcove.db', 'postgres://root:secret@db.example', 'sqlite:']) {
    const opening = openStorage(address);
    await expect(opening).rejects.toThrow('sqlite:./data/alcove.db');
    await expect(opening).rejects.not.toThrow('secret');
  }
});

it('copies no data that is in memory only', async () => {
  const data = { databaseUrl: 'sqlite::memory:', keysDir: '/nowhere' };
  const now = '2026-01-01T00:00:00.000Z';
  const copies = [
    backUpStorage(data, '/nowhere/a', { now, mayReplace: false }),
    restoreStorage(data, '/nowhere/a', { now }),
  ];
  for (const copy of copies) await expect(copy).rejects.toThrow('Data in memory is gone');
});

it('sends whoever wants to copy a MongoDB to its own tools', async () => {
  const data = { databaseUrl: 'mongodb://root:secret@db.example/alcove', keysDir: '/nowhere' };
  const now = '2026-01-01T00:00:00.000Z';
  const copies = [
    backUpStorage(data, '/nowhere/a', { now, mayReplace: false }),
    restoreStorage(data, '/nowhere/a', { now }),
  ];
  for (const copy of copies) {
    await expect(copy).rejects.toThrow(/mongodump and mongorestore/);
    await expect(copy).rejects.not.toThrow('secret');
  }
});
