import {
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventDraft } from '@alcove/protocol';
import { createId } from '@alcove/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DataFiles, backUpFile } from './backup.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';
import { restoreFile } from './restore.ts';
import { MIGRATIONS } from './schema.ts';

// The disk is asked to be slow and safe here: patience for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const AT = '2026-01-01T00:00:00.000Z';
const MAKING = { now: AT, mayReplace: false };

let folder: string;
let data: DataFiles;
let backup: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  data = { file: join(folder, 'data', 'alcove.db'), keysDir: join(folder, 'data', 'keys') };
  backup = join(folder, 'alcove.backup');
  mkdirSync(data.keysDir, { recursive: true });
  writeFileSync(join(data.keysDir, 'access.json'), '["key"]', { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a backup', () => {
  it('holds one moment, while the store goes on writing as fast as it can', async () => {
    const { store, append } = await oneConversation();
    // Large enough for many steps: 12 MB.
    await Promise.all(Array.from({ length: 1500 }, () => append('x'.repeat(8000))));
    let isWriting = true;
    const longest = { ms: 0 };
    const writers = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (isWriting) {
          const startedAt = performance.now();
          await append('while it is copied');
          longest.ms = Math.max(longest.ms, performance.now() - startedAt);
        }
      }),
    );
    const contents = await backUpFile(data, backup, MAKING);
    isWriting = false;
    await writers;
    await store.close();
    expect(contents.events).toBeGreaterThanOrEqual(1500);
    expect(contents).toMatchObject({ createdAt: AT, workspaces: 1, conversations: 1 });
    expect(longest.ms, 'an ack is due within 5 s').toBeLessThan(5000);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(['alcove.backup', 'data']);

    expect(restoreFile(data, backup, { now: AT })).toMatchObject(contents);
    expect(readFileSync(join(data.keysDir, 'access.json'), 'utf8')).toBe('["key"]');
    const restored = new DatabaseSync(data.file);
    const count = restored.prepare('SELECT count(*) AS count, max(seq) AS head FROM events').get();
    expect(count).toEqual({ count: contents.events, head: contents.events });
    restored.close();
  });

  it('is not taken when it is damaged, foreign, torn or of a newer version; then the data is as it was', async () => {
    const { store, append } = await oneConversation();
    for (const text of ['one', 'two', 'three']) await append(text);
    await store.close();
    await backUpFile(data, backup, MAKING);
    const [before, good] = [readFileSync(data.file), readFileSync(backup)];
    const half = good.subarray(0, good.length / 2);
    const cases: [content: Uint8Array, words: RegExp][] = [
      [half, /cannot be restored: .*malformed.* Nothing was changed\.$/],
      [new Uint8Array(20_000).fill(7), /: file is not a database\. Nothing was changed\.$/],
      [before, /: it was not made by "alcove backup"\. Nothing/],
      [changed('DELETE FROM events WHERE seq = 2'), /: it is damaged \(1 conversations have holes/],
      [changed('DELETE FROM events WHERE seq = 3'), /: it is damaged \(1 conversations have holes/],
      [changed('DELETE FROM contacts'), /: it is damaged \(\d rows refer to nothing\)/],
      [changed(`PRAGMA user_version = ${MIGRATIONS.length + 1}`), /newer version of Alcove/],
    ];
    for (const [content, words] of cases) {
      writeFileSync(backup, content);
      expect(() => restoreFile(data, backup, { now: AT })).toThrow(words);
      expect(readFileSync(data.file)).toEqual(before);
      const names = readdirSync(join(folder, 'data'));
      expect(names.filter((name) => /incoming|replaced/.test(name))).toEqual([]);
    }
  });

  it('puts no file anywhere but among the keys, whatever it says', async () => {
    const { store } = await oneConversation();
    await store.close();
    await backUpFile(data, backup, MAKING);
    writeFileSync(backup, changed("UPDATE backup_files SET name = '../../escaped.json'"));
    restoreFile(data, backup, { now: AT });
    expect(readdirSync(folder).toSorted()).toEqual(['alcove.backup', 'data']);
    expect(readdirSync(data.keysDir)).toEqual(['escaped.json']);
  });
});

/** The backup as it is after some SQL. */
function changed(sql: string): Uint8Array {
  const copy = join(folder, 'changed');
  writeFileSync(copy, readFileSync(backup));
  const connection = new DatabaseSync(copy, { enableForeignKeyConstraints: false });
  connection.exec(sql);
  connection.close();
  const content = readFileSync(copy);
  rmSync(copy);
  return content;
}

async function oneConversation() {
  const store = await openSqliteStorage({ file: data.file });
  const workspace = store.forWorkspace(createId('ws'));
  await store.directory.workspaces.create({
    id: workspace.id,
    key: createId('wk'),
    name: 'Shop',
    look: { colour: '#3355ff', side: 'end', theme: 'auto' },
    allowedOrigins: [],
    createdAt: AT,
  });
  const visitor = { id: createId('vi'), contactId: createId('co'), createdAt: AT };
  const unknown = { name: null, email: null, page: null, userAgent: null, locale: null };
  const contact = { id: visitor.contactId, ...unknown, createdAt: AT, lastSeenAt: AT };
  await workspace.visitors.create(visitor, contact);
  const { id: conversationId } = await workspace.conversations.open({
    id: createId('cv'),
    visitorId: visitor.id,
    contactId: visitor.contactId,
    clientConversationId: createId('cl'),
    createdAt: AT,
  });
  const append = (text: string) => {
    const event: EventDraft = {
      type: 'message.created',
      actor: { kind: 'visitor', id: visitor.id },
      via: 'widget',
      clientEventId: createId('cl'),
      content: { kind: 'text', text },
    };
    return workspace.conversations.append({ conversationId, event, at: AT });
  };
  return { store, append };
}
