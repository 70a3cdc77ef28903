import { spawn } from 'node:child_process';
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
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createId, HTTP_PATHS } from '@alcove/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openKeys } from '../keys-file.ts';
import { openStorage } from '../storage/open-storage.ts';
import { sendRequest } from '../testing/send-request.ts';
import { SOURCE_FLAGS } from '../testing/source-flags.ts';
import { spawnTestServer } from '../testing/spawn-test-server.ts';

// Processes start and end here: patience for a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let folder: string;
let dataDir: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-backup-'));
  dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  file = join(folder, 'alcove.backup');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('alcove backup and alcove restore', () => {
  it('bring back everything that was there, whatever was written meanwhile and since', async () => {
    const server = await serve();
    const agent = await server.createAgent('owner');
    const visitor = await server.createVisitorSession();
    const ask = asking(server.url);
    const { conversationId, ...first } = await ask(visitor, send('before'));
    const hello = await ask(agent, { command: 'inbox.list', payload: { view: 'all' } });
    const writing = writeOn(ask, visitor, conversationId);
    const made = await alcove(['backup', file]);
    const last = await writing.stop();
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(
      /1 workspace, 1 conversation, \d+ events?, \d+\.\d MB\. Verified\.\n$/,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(['alcove.backup', 'data']);
    for (let n = 0; n < 20; n += 1) await ask(visitor, send(`after ${n}`, conversationId));
    const later = await ask(agent, { command: 'inbox.list', payload: { view: 'all' } });

    const refused = await alcove(['restore', file]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Stop it first') });
    await server.kill('SIGTERM');
    const restored = await alcove(['restore', file]);
    expect(restored).toMatchObject({ code: 0, err: '' });
    const kept = readdirSync(dataDir).filter((name) => name.includes('.replaced-'));
    expect(kept).toHaveLength(2);
    for (const name of kept) expect(restored.out).toContain(join(dataDir, name));
    expect(readdirSync(dataDir).filter((name) => name.includes('incoming'))).toEqual([]);

    const again = await serve();
    const askAgain = asking(again.url);
    // The tokens of before are good: the keys came back, too.
    const log = await askAgain(visitor, sync(conversationId, 0));
    expect(log.events[0].seq).toBe(first.seq);
    expect(log.head).toBeLessThan(last.seq + 20);
    const repeated = send('before', undefined, first.act);
    expect(await askAgain(visitor, repeated)).toMatchObject({ duplicate: true, seq: first.seq });
    // Whoever has seen more than there is starts over.
    expect(await askAgain(visitor, sync(conversationId, last.seq + 20))).toMatchObject({
      reset: true,
    });
    // Numbers that were given out before the restore are given out again, for other changes: none may be missed.
    await askAgain(visitor, send('anew', conversationId));
    const other = await askAgain(visitor, send('something else'));
    for (let n = 0; n < 60; n += 1) await askAgain(visitor, send('more', other.conversationId));
    for (const { cursor } of [hello, later]) {
      const { rows } = await askAgain(agent, { command: 'inbox.sync', payload: { cursor } });
      const ids = rows.map((row: { id: string }) => row.id);
      expect(new Set(ids)).toEqual(new Set([conversationId, other.conversationId]));
    }
  });

  it('work without a server, and keep aside what was there', async () => {
    const before = await seed('The shop');
    const made = await alcove(['backup', file]);
    expect(made.out).toContain('1 workspace, 0 conversations, 0 events');
    await seed('Made later');
    expect((await alcove(['restore', file])).code).toBe(0);
    expect(await workspacesIn('alcove.db')).toEqual(['The shop']);
    expect(openKeys(join(dataDir, 'keys'))).toEqual(before);
    expect(statSync(join(dataDir, 'alcove.db')).mode & 0o777).toBe(0o600);
    const aside = readdirSync(dataDir).find((name) => /^alcove\.db\.replaced-\w+$/.test(name));
    expect(await workspacesIn(aside ?? '')).toEqual(['The shop', 'Made later']);
  });

  it('make data where there was none', async () => {
    const keys = await seed('The shop');
    await alcove(['backup', file]);
    rmSync(dataDir, { recursive: true });
    const { code, out } = await alcove(['restore', file]);
    expect(code).toBe(0);
    expect(out).not.toContain('kept');
    expect(await workspacesIn('alcove.db')).toEqual(['The shop']);
    expect(openKeys(join(dataDir, 'keys'))).toEqual(keys);
  });

  it('replace no file without being told to, and say what is in the way', async () => {
    await seed('The shop');
    writeFileSync(file, 'precious');
    const refused = await alcove(['backup', file]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('add --force') });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    const foreign = await alcove(['restore', file]);
    expect(foreign.err).toBe(
      `${file} cannot be restored: file is not a database. Nothing was changed.\n`,
    );
    expect((await alcove(['backup', file, '--force'])).code).toBe(0);
    const nowhere = await alcove(['backup', join(folder, 'none', 'a.backup')]);
    expect(nowhere.err).toContain('its folder does not exist');
    const empty = await alcove(['backup', join(folder, 'b'), '--data-dir', join(folder, 'new')]);
    expect(empty.err).toContain('There is no data in');
    expect(readdirSync(folder).toSorted()).toEqual(['alcove.backup', 'data']);
  });
});

/** Adds a workspace to the data, without a server; answers with the keys. */
async function seed(name: string) {
  const keys = openKeys(join(dataDir, 'keys'));
  const storage = await openStorage(`sqlite:${join(dataDir, 'alcove.db')}`);
  await storage.directory.workspaces.create({
    id: createId('ws'),
    key: createId('wk'),
    name,
    look: { colour: '#3355ff', side: 'end', theme: 'auto' },
    allowedOrigins: [],
    createdAt: new Date().toISOString(),
  });
  await storage.close();
  return keys;
}

async function workspacesIn(name: string): Promise<string[]> {
  const storage = await openStorage(`sqlite:${join(dataDir, name)}`);
  const workspaces = await storage.directory.workspaces.list();
  await storage.close();
  return workspaces.map((workspace) => workspace.name);
}

async function serve() {
  const plenty = { points: 1e6, durationMs: 1000 };
  const limits = { visitorSends: plenty, visitorCommands: plenty };
  const server = await spawnTestServer({ dataDir, limits });
  onTestFinished(async () => void (await server.kill()));
  return server;
}

/** Runs the command in a process of its own, as its user does. */
async function alcove(args: readonly string[]) {
  const child = spawn(process.execPath, [...SOURCE_FLAGS, main, ...args], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
  });
  child.stdin.end();
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { out, err, code };
}

interface Act {
  command: string;
  payload: Record<string, unknown>;
}

// Answers are what the protocol says of each command; here they are only looked at.
// oxlint-disable-next-line typescript/no-explicit-any
type Ask = (who: { accessToken: string }, act: Act) => Promise<any>;

function asking(url: string): Ask {
  return async (who, act) => {
    const path = 'visitorId' in who ? HTTP_PATHS.visitorCommands : HTTP_PATHS.agentCommands;
    const headers = { authorization: `Bearer ${who.accessToken}`, origin: url };
    const { json } = await sendRequest(url + path, { method: 'POST', body: act, headers });
    expect(json).toMatchObject({ ok: true });
    return { ...json, act };
  };
}

function send(said: string, conversationId?: string, earlier?: Act): Act {
  const target = conversationId ? { conversationId } : { clientConversationId: createId('cl') };
  const content = { kind: 'text', text: said };
  return (
    earlier ?? {
      command: 'message.send',
      payload: { ...target, clientMessageId: createId('cl'), content },
    }
  );
}

function sync(conversationId: string, since: number): Act {
  return { command: 'sync', payload: { conversationId, since } };
}

/** Sends one message after another until it is told to stop; answers with the last ack. */
function writeOn(ask: Ask, visitor: { accessToken: string }, conversationId: string) {
  let isWriting = true;
  const written = (async () => {
    for (let n = 0; ; n += 1) {
      const appended = await ask(visitor, send(`meanwhile ${n}`, conversationId));
      if (!isWriting) return appended;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    stop() {
      isWriting = false;
      return written;
    },
  };
}
