import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Checkpointer, createCheckpointer } from './checkpointer.ts';
import { openForReading, openForWriting } from './connection.ts';

let folder: string;
let writer: DatabaseSync;
let reader: DatabaseSync;
let observer: DatabaseSync;
let checkpointer: Checkpointer;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  const file = join(folder, 'alcove.db');
  writer = openForWriting(file, true);
  writer.exec('CREATE TABLE t (page BLOB) STRICT');
  reader = openForReading(file);
  observer = openForReading(file);
  checkpointer = createCheckpointer(file);
});
afterEach(async () => {
  await checkpointer.close();
  observer.close();
  reader.close();
  writer.close();
  rmSync(folder, { recursive: true });
});

it('copies a long log into the file, beside a writer that is in the middle of something', {
  timeout: 30_000,
}, async () => {
  fillLog(6_000);
  writer.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (randomblob(4000))');
  expect(log()).toMatchObject({ checkpointed: 0 });
  noteWrites();
  // A busy disk takes its time for so much.
  await vi.waitFor(() => expect(log().checkpointed).toBeGreaterThan(5_000), { timeout: 20_000 });
  writer.exec('COMMIT');
});

it('leaves a short log alone', async () => {
  fillLog(500);
  noteWrites();
  await checkpointer.close();
  expect(log()).toMatchObject({ checkpointed: 0 });
});

it('leaves what is still being read for later', async () => {
  const reading = reader.prepare('SELECT * FROM t').iterate();
  fillLog(1_000);
  reading.next();
  fillLog(6_000);
  noteWrites();
  await checkpointer.close();
  expect(log().checkpointed).toBeLessThan(2_000);
  expect([...reading]).toHaveLength(999);
});

it('leaves nothing of a log that is nearly full to the writer', { timeout: 30_000 }, async () => {
  const left = () => log().log - log().checkpointed;
  fillLog(9_500);
  const reading = reader.prepare('SELECT * FROM t').iterate();
  reading.next();
  fillLog(1_000);
  noteWrites();
  await vi.waitFor(() => expect(log().checkpointed).toBeGreaterThan(9_000), { timeout: 20_000 });
  expect(left()).toBeGreaterThan(0);
  expect([...reading]).toHaveLength(9_499);
  noteWrites();
  await vi.waitFor(() => expect(left()).toBe(0), { timeout: 20_000 });
});

/** Makes the log about so many pages longer. */
function fillLog(pages: number): void {
  writer.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${pages})
    INSERT INTO t SELECT randomblob(4000) FROM n
  `);
}

/** As many as make the checkpointer look. */
function noteWrites(): void {
  for (let count = 0; count < 128; count++) checkpointer.noteWrite();
}

/** Pages in the log, and how many of them stand in the file by now. */
function log(): { log: number; checkpointed: number } {
  const { log, checkpointed } = observer.prepare('PRAGMA wal_checkpoint(NOOP)').get() ?? {};
  return { log: Number(log), checkpointed: Number(checkpointed) };
}
