import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOURCE_FLAGS } from '../../testing/source-flags.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';
import { MIGRATIONS } from './schema.ts';

/** What a server of the first release left behind; its first lines say how it came about. */
const FIRST_RELEASE = join(import.meta.dirname, 'first-release.sql');

/** The fixture's few conversations, over and over: a migration that takes a while. */
const COPIES = 1_500;

const KILLS = 5;

let folder: string;
let old: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-first-release-'));
  old = join(folder, 'old.db');
  const database = new DatabaseSync(old);
  database.exec(readFileSync(FIRST_RELEASE, 'utf8'));
  multiply(database);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('data of the first release', { timeout: 120_000 }, () => {
  it('is whole after an upgrade that was killed half-way five times', async () => {
    const unharmed = copyOf('unharmed.db');
    const { logBytes } = await upgrade(unharmed);
    const wanted = contentsOf(unharmed);
    expect(Object.keys(wanted).length).toBeGreaterThan(10);
    expect(wanted['events']?.rows).toBe(rowsOf(old, 'events'));

    expect(logBytes).toBeGreaterThan(0);
    const harmed = copyOf('harmed.db');
    const versions: number[] = [];
    // It may be done before the signal comes: then it begins anew.
    for (let tries = 1; versions.length < KILLS; tries += 1) {
      expect(tries, 'kills that came too late').toBeLessThan(10 * KILLS);
      const { isDone } = await upgrade(harmed, (logBytes * versions.length) / KILLS);
      const version = versionOf(harmed);
      if (isDone || version === MIGRATIONS.length) copyFileSync(old, harmed);
      else versions.push(version);
    }
    await upgrade(harmed);
    expect(contentsOf(harmed)).toEqual(wanted);
  });

  it('says what it said before, and takes what comes', async () => {
    const file = copyOf('read.db');
    const before = sample(old);
    expect(before.length).toBeGreaterThan(2);
    const storage = await openSqliteStorage({ file });
    for (const { id, workspaceId, head, details } of before) {
      const { conversations } = storage.forWorkspace(workspaceId);
      const query = { conversationId: id, audience: 'agents', after: 0, limit: 1_000 } as const;
      const events = await conversations.readEvents(query);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events).toMatchObject(details);
      const next = await conversations.append({
        conversationId: id,
        at: new Date().toISOString(),
        event: {
          type: 'conversation.assigned',
          actor: { kind: 'agent', id: 'ag_1' },
          via: 'console',
          clientEventId: `cl_${id}`,
          assignee: null,
        },
      });
      expect(next).toMatchObject({ outcome: 'appended', event: { seq: head + 1 } });
    }
    await storage.close();
  });
});

function copyOf(name: string): string {
  const file = join(folder, name);
  copyFileSync(old, file);
  return file;
}

/** Opens the store in a process of its own, and kills that once more than so many bytes of its changes are written. */
async function upgrade(file: string, killAboveBytes = Number.POSITIVE_INFINITY) {
  const program = join(import.meta.dirname, 'open.test-program.ts');
  const child = spawn(process.execPath, [...SOURCE_FLAGS, program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const state = { isDone: false, logBytes: 0 };
  createInterface({ input: child.stdout }).on('line', (line) => (state.isDone = line === 'open'));
  while (child.exitCode === null && child.signalCode === null) {
    const { size } = statSync(`${file}-wal`, { throwIfNoEntry: false }) ?? { size: 0 };
    state.logBytes = Math.max(state.logBytes, size);
    if (size > killAboveBytes) child.kill('SIGKILL');
    await turn();
  }
  await ended;
  return state;
}

/** Makes a file of an afternoon into one of a year. */
function multiply(database: DatabaseSync): void {
  const changed: Record<string, Record<string, string>> = {
    conversations: {
      number: 'number + i * 1000',
      id: "id || '_' || i",
      client_conversation_id: "client_conversation_id || '_' || i",
    },
    events: { conversation: 'conversation + i * 1000' },
    cursors: { conversation: 'conversation + i * 1000' },
  };
  for (const [table, columns] of Object.entries(changed)) {
    const names = database.prepare(`PRAGMA table_info(${table})`).all();
    const values = names.map(({ name }) => columns[String(name)] ?? name).join(', ');
    database.exec(`
      WITH RECURSIVE copies(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copies WHERE i < ${COPIES})
      INSERT INTO ${table} SELECT ${values} FROM ${table}, copies`);
  }
  database.exec(`UPDATE conversation_counts SET count = count * ${COPIES + 1}`);
}

/** The fixture's own conversations, as they lie in the first release's tables. */
function sample(file: string) {
  const database = new DatabaseSync(file, { readOnly: true });
  const events = database.prepare('SELECT * FROM events WHERE conversation = ? ORDER BY seq');
  const rows = database.prepare('SELECT * FROM conversations WHERE number < 1000').all();
  const sampled = rows.map((row) => ({
    id: String(row['id']),
    workspaceId: String(row['workspace_id']),
    head: Number(row['applied_seq']),
    details: events.all(row['number'] ?? 0).map((event) => ({
      type: event['type'],
      at: event['at'],
      actor: { kind: event['actor_kind'], id: event['actor_id'] },
      clientEventId: event['client_event_id'],
      ...(JSON.parse(String(event['details'])) as object),
    })),
  }));
  database.close();
  return sampled;
}

function rowsOf(file: string, table: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'];
  database.close();
  return Number(count);
}

function versionOf(file: string): number {
  // Not read-only: what a killed process left in the log belongs to the file.
  const database = new DatabaseSync(file);
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  database.close();
  return version;
}

/** Everything in a file, by table; what SQLite says of the whole is asked first. */
function contentsOf(file: string): Record<string, { rows: number; digest: string }> {
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  expect(database.prepare('PRAGMA user_version').get()).toEqual({
    user_version: MIGRATIONS.length,
  });
  const contents: Record<string, { rows: number; digest: string }> = {};
  for (const { name, sql } of database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all()) {
    // Random, anew for each file.
    if (name === 'store') continue;
    const hash = createHash('sha256').update(String(sql));
    let rows = 0;
    for (const row of database
      .prepare(`SELECT * FROM ${String(name)} ORDER BY 1, 2, 3`)
      .iterate()) {
      hash.update(JSON.stringify(row));
      rows += 1;
    }
    contents[String(name)] = { rows, digest: hash.digest('hex') };
  }
  database.close();
  return contents;
}
