import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createId } from '@alcove/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForReading, openForWriting } from './connection.ts';
import type { WriteAnswer, WriteCall } from './group-commit.ts';
import { createGroupCommit } from './group-commit.ts';
import { migrate } from './schema.ts';

let folder: string;
let file: string;
let connection: DatabaseSync;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  file = join(folder, 'alcove.db');
  connection = openForWriting(file, false);
  migrate(connection);
});
afterEach(() => {
  connection.close();
  rmSync(folder, { recursive: true });
});

it('runs a whole group in one transaction', () => {
  const commits = countCommits();
  const answers = createGroupCommit(connection).run(Array.from({ length: 64 }, () => account()));
  expect(outcomes(answers)).toEqual(Array.from({ length: 64 }, () => 'done'));
  expect(commits()).toBe(1);
  expect(storedAccounts()).toBe(64);
});

it('keeps what a write gave up from hurting its neighbours', () => {
  const orphan: WriteCall = ['createInvitation', invitation('ws_none')];
  const answers = createGroupCommit(connection).run([account(), orphan, account()]);
  expect(outcomes(answers)).toEqual(['done', 'failed', 'done']);
  expect(answers[1]).toMatchObject({ message: expect.stringContaining('FOREIGN KEY') });
  expect(storedAccounts()).toBe(2);
});

it('leaves nothing of a write that fails half-way', () => {
  // The contact goes in, its visitor does not: no such contact.
  const contactId = createId('co');
  const at = '2026-01-01T00:00:00.000Z';
  const contact = {
    id: contactId,
    name: null,
    email: null,
    page: null,
    userAgent: null,
    locale: null,
  };
  const visitor = { id: createId('vi'), contactId: 'co_other', createdAt: at };
  const workspace = workspaceRecord();
  const answers = createGroupCommit(connection).run([
    ['createWorkspace', workspace],
    ['createVisitor', workspace.id, visitor, { ...contact, createdAt: at, lastSeenAt: at }],
  ]);
  expect(outcomes(answers)).toEqual(['done', 'failed']);
  expect(connection.prepare('SELECT count(*) AS n FROM contacts').get()).toEqual({ n: 0 });
});

it('says unavailable, for all of the group or for none, when the file may not grow', () => {
  const { run: commit } = createGroupCommit(connection);
  const { page_count: pages } = connection.prepare('PRAGMA page_count').get() ?? {};
  connection.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`);
  const answers = commit(Array.from({ length: 200 }, () => account()));
  expect(outcomes(answers)).toContain('unavailable');
  expect(outcomes(answers)).not.toContain('failed');
  expect(storedAccounts()).toBe(outcomes(answers).filter((outcome) => outcome === 'done').length);

  connection.exec('PRAGMA max_page_count = 100000');
  expect(outcomes(commit([account()]))).toEqual(['done']);
});

it('says unavailable when the file is read-only', () => {
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const readOnly = openForReading(file);
  expect(outcomes(createGroupCommit(readOnly).run([account(), account()]))).toEqual([
    'unavailable',
    'unavailable',
  ]);
  readOnly.close();
});

it('says unavailable when another program keeps the lock, and waits for it once only', () => {
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const { run: commit } = createGroupCommit(connection);
  const waits = Array.from({ length: 10 }, () => {
    const startedAt = performance.now();
    expect(outcomes(commit([account(), account()]))).toEqual(['unavailable', 'unavailable']);
    return performance.now() - startedAt;
  });
  expect(waits.filter((ms) => ms > 1000)).toHaveLength(1);
  other.close();
  expect(outcomes(commit([account()]))).toEqual(['done']);
  expect(connection.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 2000 });
});

it('goes on from what another program wrote to the file', () => {
  const workspace = workspaceRecord();
  const { id: workspaceId, createdAt } = workspace;
  const [visitorId, contactId, conversationId] = ['vi_1', 'co_1', 'cv_1'];
  const nobody = { name: null, email: null, page: null, userAgent: null, locale: null };
  const contact = { ...nobody, id: contactId, createdAt, lastSeenAt: createdAt };
  const opened = {
    id: conversationId,
    visitorId,
    contactId,
    clientConversationId: 'cl',
    createdAt,
  };
  const { run: commit } = createGroupCommit(connection);
  const append = () => {
    const [answer] = commit([['append', workspaceId, message(conversationId)]]);
    return answer?.outcome === 'done' ? answer.result : answer;
  };
  commit([
    ['createWorkspace', workspace],
    ['createVisitor', workspaceId, { id: visitorId, contactId, createdAt }, contact],
    ['openConversation', workspaceId, opened],
  ]);
  expect(append()).toMatchObject({ seq: 1 });
  const other = new DatabaseSync(file);
  other.exec('DELETE FROM events; UPDATE conversations SET applied_seq = 0');
  expect(append()).toMatchObject({ seq: 1 });
  other.exec(
    'INSERT INTO events SELECT conversation, 2, type, at, actor_kind, actor_id, via, 0, details, 1, 1, 1, 1, NULL, NULL FROM events',
  );
  expect(append(), 'nothing that would tear the log').toMatchObject({ outcome: 'failed' });
  other.exec('DELETE FROM events WHERE seq = 2');
  other.close();
  expect(append(), 'nothing kept of what was taken back').toMatchObject({ seq: 2 });
});

function outcomes(answers: WriteAnswer[]): string[] {
  return answers.map(({ outcome }) => outcome);
}

function account(): WriteCall {
  const id = createId('ac');
  const email = `${id}@${'long.'.repeat(30)}example`;
  return [
    'createAccount',
    { id, email, passwordHash: 'hash', createdAt: '2026-01-01T00:00:00.000Z' },
  ];
}

function message(conversationId: string) {
  const event = {
    type: 'message.created' as const,
    actor: { kind: 'visitor' as const, id: 'vi_1' },
    via: 'widget' as const,
    clientEventId: createId('cl'),
    content: { kind: 'text' as const, text: 'hello' },
  };
  return { conversationId, event, at: '2026-01-01T00:00:00.000Z' };
}

function invitation(workspaceId: string) {
  const createdAt = '2026-01-01T00:00:00.000Z';
  const [id, tokenHash] = [createId('in'), createId('in')];
  const record = { id, workspaceId, tokenHash, createdAt, expiresAt: createdAt, usedAt: null };
  return { ...record, role: 'agent' as const };
}

function workspaceRecord() {
  const look = { colour: '#3355ff', side: 'end', theme: 'auto' } as const;
  const createdAt = '2026-01-01T00:00:00.000Z';
  return {
    id: createId('ws'),
    key: createId('wk'),
    name: 'Shop',
    look,
    allowedOrigins: [],
    createdAt,
  };
}

function storedAccounts(): unknown {
  return connection.prepare('SELECT count(*) AS n FROM accounts').get()?.['n'];
}

/** Counts commits from now on, by the frames in the log that end one. */
function countCommits(): () => number {
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const [header, frameHeader, page] = [32, 24, 4096];
  return () => {
    const log = readFileSync(`${file}-wal`);
    let commits = 0;
    for (let frame = header; frame < log.length; frame += frameHeader + page) {
      // The size of the file after the commit stands in its last frame; other frames have 0.
      if (log.readUInt32BE(frame + 4) > 0) commits += 1;
    }
    return commits;
  };
}
