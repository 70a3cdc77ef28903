import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForReading, openForWriting } from './connection.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  file = join(folder, 'alcove.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('waits for the disk with every commit, and trusts nothing', () => {
  const connection = openForWriting(file, true);
  const names = ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema', 'busy_timeout'];
  expect(names.map((name) => setting(connection, name))).toEqual(['wal', 2, 1, 0, 2000]);
  connection.close();
});

it('does not wait for the disk when the data is not to last', () => {
  const connection = openForWriting(file, false);
  expect(setting(connection, 'synchronous')).toBe(0);
  connection.close();
});

it('gives readers a connection that cannot write', () => {
  const writer = openForWriting(file, true);
  writer.exec('CREATE TABLE t (a TEXT) STRICT');
  const reader = openForReading(file);
  expect(() => reader.exec('INSERT INTO t VALUES (1)')).toThrow('readonly');
  reader.close();
  writer.close();
});

function setting(connection: DatabaseSync, name: string): unknown {
  return Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
