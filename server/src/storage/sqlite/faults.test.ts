import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import type { EventDraft } from '@alcove/protocol';
import { createId, emptyConversation, foldConversation } from '@alcove/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SOURCE_FLAGS } from '../../testing/source-flags.ts';
import type { ConversationStorage, Storage } from '../storage.ts';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';
import { READY } from './writer.ts';

// Processes start and die here: patience for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const AT = '2026-01-01T00:00:00.000Z';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  file = join(folder, 'data', 'alcove.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a killed process', () => {
  it('loses nothing that it acknowledged, and the next one takes over at once', async () => {
    const { workspaceId, conversationId } = await seed();
    const acked = new Map<string, number>();
    for (let round = 1; round <= 3; round += 1) {
      const before = acked.size;
      const child = burst(workspaceId, conversationId);
      for await (const line of child.lines) {
        const [word, clientEventId = '', seq] = line.split(' ');
        expect(['open', 'acked']).toContain(word);
        if (word === 'acked') acked.set(clientEventId, Number(seq));
        if (acked.size - before > 50 * round && !child.process.killed)
          child.process.kill('SIGKILL');
      }
      expect(acked.size - before, 'killed in the middle of a burst').toBeGreaterThan(50 * round);

      const storage = await openSqliteStorage({ file });
      const { conversations } = storage.forWorkspace(workspaceId);
      const log = await conversations.readEvents({
        conversationId,
        audience: 'agents',
        after: 0,
        limit: 1e6,
      });
      expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
      const stored = new Map(log.map((event) => [event.clientEventId, event.seq]));
      expect(stored.size, 'no act twice').toBe(log.length);
      for (const [clientEventId, seq] of acked) expect(stored.get(clientEventId)).toBe(seq);
      const row = await conversations.get(conversationId);
      if (row === null) throw new Error('the conversation is gone');
      const { clientConversationId, id, visitorId, contactId, createdAt } = row;
      const empty = emptyConversation({ id, visitorId, contactId, createdAt });
      expect(row).toEqual({ ...log.reduce(foldConversation, empty), clientConversationId });
      await storage.close();
      expect(integrity()).toBe('ok');
    }
  });
});

describe('a process that Node watches', () => {
  it('writes as any other, though the runtime talks over the same channel as its thread', async () => {
    const { workspaceId, conversationId } = await seed();
    const child = burst(workspaceId, conversationId, ['--watch']);
    const words: string[] = [];
    for await (const line of child.lines) {
      words.push(line.split(' ')[0] ?? '');
      if (words.at(-1) !== 'open') child.process.kill('SIGTERM');
    }
    expect(words.slice(0, 2)).toEqual(['open', 'acked']);
  });
});

describe('a second process', () => {
  it('is refused in words that name the folder', async () => {
    const { workspaceId, conversationId } = await seed();
    const storage = await open();
    const lines: string[] = [];
    for await (const line of burst(workspaceId, conversationId).lines) lines.push(line);
    expect(lines).toEqual([
      `failed Another Alcove server is using the data in ${dirname(file)}. Stop it first, or give this one a folder of its own.`,
    ]);
    await expect(openSqliteStorage({ file })).rejects.toThrow('Another Alcove server');
    await storage.close();
    await (await openSqliteStorage({ file })).close();
  });
});

describe('a store that cannot write', () => {
  it('because another program holds the lock: says so, reads on, and recovers', async () => {
    const { workspaceId, conversationId } = await seed();
    const storage = await open();
    const { conversations } = storage.forWorkspace(workspaceId);
    expect((await conversations.append(request(conversationId))).outcome).toBe('appended');

    const intruder = new DatabaseSync(file);
    intruder.exec('BEGIN IMMEDIATE');
    const refused = conversations.append(request(conversationId));
    const alsoRefused = storage.check();
    expect(await readAll(conversations, conversationId), 'reads do not wait').toHaveLength(1);
    await expect(refused).rejects.toThrow(StoreUnavailableError);
    await expect(alsoRefused).rejects.toThrow(StoreUnavailableError);
    intruder.close();

    expect((await conversations.append(request(conversationId))).outcome).toBe('appended');
    expect(await readAll(conversations, conversationId)).toHaveLength(2);
  });

  it('because another program holds the lock: reads what it acknowledged a moment ago, too', async () => {
    const { workspaceId, conversationId } = await seed();
    const storage = await open();
    const { conversations } = storage.forWorkspace(workspaceId);
    await Promise.all(
      Array.from({ length: 200 }, () => conversations.append(request(conversationId))),
    );
    const intruder = new DatabaseSync(file);
    intruder.exec('BEGIN IMMEDIATE');
    const late = intruder.prepare('SELECT count(*) AS count FROM late_events').get();
    expect(late?.['count'], 'written too fast to be in place').toBeGreaterThan(0);
    expect(await readAll(conversations, conversationId)).toHaveLength(200);
    const count = { conversationId, side: 'visitor', after: 0, limit: 1000 } as const;
    expect(await conversations.countMessages([count])).toEqual([200]);
    intruder.close();
    expect((await conversations.get(conversationId))?.appliedSeq).toBe(200);
  });

  // Needs a limit that the kernel puts on one process's files: what it meets is what a full disk is.
  it.runIf(hasPrlimit())(
    'because the disk takes no more: acknowledges nothing that is not stored, reads on, and recovers',
    async () => {
      const { workspaceId, conversationId } = await seed();
      const child = burst(workspaceId, conversationId);
      const acked = new Map<string, number>();
      let phase: 'writing' | 'full' | 'writing again' = 'writing';
      let target = 200;
      const refusals: string[] = [];
      for await (const line of child.lines) {
        const [word, clientEventId = '', seq] = line.split(' ');
        if (word === 'acked') acked.set(clientEventId, Number(seq));
        if (phase === 'writing' && acked.size > target) {
          limitFiles(child.process, '200000');
          phase = 'full';
        } else if (phase === 'full' && word === 'unavailable,') {
          refusals.push(line);
          if (refusals.length < 100) continue;
          limitFiles(child.process, 'unlimited');
          target = acked.size + 200;
          phase = 'writing again';
        } else if (phase === 'writing again' && acked.size > target) {
          child.process.kill('SIGKILL');
        }
        expect(line).not.toMatch(/^failed/);
      }
      expect(phase).toBe('writing again');
      expect(new Set(refusals), 'reads go on').toEqual(new Set(['unavailable, read 9']));

      const storage = await open();
      const log = await readAll(storage.forWorkspace(workspaceId).conversations, conversationId);
      expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
      const stored = new Map(log.map((event) => [event.clientEventId, event.seq]));
      for (const [clientEventId, seq] of acked) expect(stored.get(clientEventId)).toBe(seq);
      expect(integrity()).toBe('ok');
    },
  );

  it('because its thread died: says so, reads on, and starts another', async () => {
    const { workspaceId, conversationId } = await seed();
    const threads: Worker[] = [];
    // Only those that write say so.
    const note = (worker: Worker) =>
      worker.on('message', (message) => message === READY && threads.push(worker));
    process.on('worker', note);
    onTestFinished(() => void process.off('worker', note));
    const storage = await open();
    const { conversations } = storage.forWorkspace(workspaceId);
    await conversations.append(request(conversationId));

    // No message that it can read: it ends by an exception of its own, with all that follow unanswered.
    threads[0]?.postMessage('{');
    const unknown = await Promise.allSettled(
      Array.from({ length: 200 }, () => conversations.append(request(conversationId))),
    );
    for (const result of unknown) {
      expect(result).toMatchObject({ reason: expect.any(StoreUnavailableError) });
    }
    const before = await readAll(conversations, conversationId);
    expect(before.length).toBeGreaterThan(0);
    await expect
      .poll(() => storage.check().then(() => 'writes'), { timeout: 10_000 })
      .toBe('writes');
    expect((await conversations.append(request(conversationId))).outcome).toBe('appended');
    expect(threads).toHaveLength(2);
  });
});

describe('a deleted message', () => {
  it('leaves none of its words in the file, however long it was', async () => {
    const { workspaceId, conversationId } = await seed();
    const storage = await openSqliteStorage({ file });
    const { conversations } = storage.forWorkspace(workspaceId);
    const append = async (draft: Partial<EventDraft>) => {
      const { event, ...rest } = request(conversationId);
      await conversations.append({ ...rest, event: { ...event, ...draft } as EventDraft });
    };
    const secret = (text: string) => ({ content: { kind: 'text' as const, text } });
    const words = ['swordfish', 'marmalade '.repeat(800), 'parsnip'];
    for (const text of words) await append(secret(text));
    await append({ type: 'message.edited', messageSeq: 1, ...secret('rhubarb '.repeat(700)) });
    for (let n = 0; n < 50; n += 1) await append({});
    for (const messageSeq of [1, 2, 3]) await append({ type: 'message.deleted', messageSeq });
    await storage.close();

    const bytes = readFileSync(file).toString('latin1');
    expect(bytes).toContain('hello');
    const secrets = ['swordfish', 'marmalade', 'parsnip', 'rhubarb'];
    expect(secrets.filter((word) => bytes.includes(word))).toEqual([]);
  });
});

describe('opening', () => {
  it('makes a folder and a file that only their owner can read', async () => {
    const storage = await open();
    await storage.check();
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it('folds the log into the file when it is closed, and leaves nothing else but the lock', async () => {
    await (await openSqliteStorage({ file })).close();
    expect(readdirSync(dirname(file)).toSorted()).toEqual(['alcove.db', 'alcove.db.lock']);
  });

  it('says what to do about a place where it cannot write', async () => {
    writeFileSync(join(folder, 'data'), 'a file is in the way');
    await expect(openSqliteStorage({ file })).rejects.toThrow(
      /^The database .*alcove\.db cannot be made: in its place, or above it/,
    );
  });

  it('refuses data of a newer version and lets go of it', async () => {
    mkdirSync(dirname(file));
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 999');
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(openSqliteStorage({ file })).rejects.toThrow('newer version of Alcove');
    }
    newer.exec('PRAGMA user_version = 0');
    newer.close();
    await (await openSqliteStorage({ file })).close();
  });

  it('leaves no thread behind when it fails half-way', async () => {
    await seed();
    // A table that only reads ask for: the writer is content, the reads are not.
    const torn = new DatabaseSync(file);
    torn.exec('DROP TABLE store');
    torn.close();
    const ended: Promise<unknown>[] = [];
    const note = (worker: Worker) => void ended.push(once(worker, 'exit'));
    process.on('worker', note);
    onTestFinished(() => void process.off('worker', note));
    await expect(openSqliteStorage({ file })).rejects.toThrow('no such table');
    expect(ended).toHaveLength(1);
    await ended[0];
  });

  it('refuses a file that is no database', async () => {
    mkdirSync(dirname(file));
    writeFileSync(file, 'x'.repeat(5000));
    await expect(openSqliteStorage({ file })).rejects.toThrow('not a database');
  });
});

async function open(): Promise<Storage> {
  const storage = await openSqliteStorage({ file });
  onTestFinished(() => storage.close());
  return storage;
}

/** A store with one conversation in it, closed again. */
async function seed(): Promise<{ workspaceId: string; conversationId: string }> {
  const storage = await openSqliteStorage({ file });
  const workspaceId = createId('ws');
  await storage.directory.workspaces.create({
    id: workspaceId,
    key: createId('wk'),
    name: 'Shop',
    look: { colour: '#3355ff', side: 'end', theme: 'auto' },
    allowedOrigins: [],
    createdAt: AT,
  });
  const workspace = storage.forWorkspace(workspaceId);
  const visitor = { id: createId('vi'), contactId: createId('co'), createdAt: AT };
  const unknown = { name: null, email: null, page: null, userAgent: null, locale: null };
  await workspace.visitors.create(visitor, {
    id: visitor.contactId,
    ...unknown,
    createdAt: AT,
    lastSeenAt: AT,
  });
  const { id: conversationId } = await workspace.conversations.open({
    id: createId('cv'),
    visitorId: visitor.id,
    contactId: visitor.contactId,
    clientConversationId: createId('cl'),
    createdAt: AT,
  });
  await storage.close();
  return { workspaceId, conversationId };
}

function request(conversationId: string) {
  const event: EventDraft = {
    type: 'message.created',
    actor: { kind: 'visitor', id: 'vi_1' },
    via: 'widget',
    clientEventId: createId('cl'),
    content: { kind: 'text', text: 'hello' },
  };
  return { conversationId, event, at: AT };
}

function readAll(conversations: ConversationStorage, conversationId: string) {
  return conversations.readEvents({ conversationId, audience: 'agents', after: 0, limit: 1e6 });
}

/** A process that appends as fast as it can, until it is killed. */
function burst(workspaceId: string, conversationId: string, nodeOptions: string[] = []) {
  const program = join(import.meta.dirname, 'burst.test-program.ts');
  const child = spawn(
    process.execPath,
    [...nodeOptions, ...SOURCE_FLAGS, program, file, workspaceId, conversationId],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  return { process: child, lines };
}

function integrity(): unknown {
  const connection = new DatabaseSync(file, { readOnly: true });
  const result = connection.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  connection.close();
  return result;
}

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** No file of the process may grow beyond this many bytes. */
function limitFiles(child: ChildProcess, bytes: string): void {
  execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:`]);
}
