import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createId, HTTP_PATHS, type VisitorSession } from '@alcove/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendRequest } from '../testing/send-request.ts';
import { SOURCE_FLAGS } from '../testing/source-flags.ts';
import { findMongo, freshDatabase } from '../testing/start-mongo.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';
import { runCli } from './run-cli.ts';

// Several servers start and end here: patience for a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const main = join(import.meta.dirname, '../main.ts');
const mongo = await findMongo();

describe.runIf(mongo)('alcove on MongoDB', () => {
  it('goes on after migrate-storage as if nothing had happened', async () => {
    const dataDir = folder();
    const databaseUrl = freshDatabase(mongo ?? '');
    const before = await startTestServer({ dataDir });
    const agent = await before.createAgent('owner');
    const visitor = await before.createVisitorSession();
    const message = send('Do you ship to Norway?');
    const sent = await ask(before, visitor.accessToken, message);
    expect(sent).toMatchObject({ ok: true, seq: 1, duplicate: false });
    const { conversationId } = sent;
    const seen = { command: 'cursor.advance', payload: { conversationId, read: 1 } };
    await ask(before, agent.accessToken, seen, HTTP_PATHS.agentCommands);
    const log = await sync(before, visitor, conversationId);
    await before.close();

    const moved = await alcove(['migrate-storage', '--data-dir', dataDir], databaseUrl);
    expect(moved).toMatchObject({ code: 0, err: '' });
    expect(moved.out).toMatch(/^Moved 1 conversations with 1 events; 1 workspaces, 1 accounts/);
    expect(moved.out).toContain('Every conversation was read back and agrees');

    const after = await startTestServer({ dataDir, databaseUrl });
    onTestFinished(() => after.close());
    expect(await sync(after, visitor, conversationId)).toEqual(log);
    expect(await ask(after, visitor.accessToken, message)).toEqual({ ...sent, duplicate: true });
    const { payload } = message;
    const other = { ...message, payload: { ...payload, content: { kind: 'text', text: 'x' } } };
    const conflict = await ask(after, visitor.accessToken, other);
    expect(conflict).toMatchObject({ ok: false, code: 'id_conflict' });
    expect(
      await ask(after, visitor.accessToken, send('And to Peru?', conversationId)),
    ).toMatchObject({ ok: true, seq: 2, conversationId });
    expect(await sessionsGoOn(after, agent.cookie, visitor)).toEqual([200, 200]);
    const signIn = { email: agent.email, password: agent.password };
    const signedIn = await sendRequest(after.url + HTTP_PATHS.session, {
      method: 'POST',
      headers: { origin: after.origin },
      body: signIn,
    });
    expect(signedIn.status).toBe(200);
  });

  it('is told to migrate where starts may not, and then starts', async () => {
    const dataDir = folder();
    const databaseUrl = freshDatabase(mongo ?? '');
    const options = { dataDir, databaseUrl, config: { autoMigrate: false } };
    await expect(startTestServer(options)).rejects.toThrow('Run "alcove migrate" once');
    const doctor = await alcove(
      ['doctor', '--data-dir', dataDir, '--port', '0'],
      databaseUrl,
      'off',
    );
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/WRONG\s+Indexes\s+lacks schema 1 .* Run: alcove migrate/);

    const migrated = await alcove(['migrate', '--data-dir', dataDir], databaseUrl);
    expect(migrated).toEqual({
      code: 0,
      err: '',
      out: 'The database is ready for this version.\n',
    });
    const again = await alcove(
      ['doctor', '--data-dir', dataDir, '--port', '0'],
      databaseUrl,
      'off',
    );
    expect(again.out).toMatch(/ok\s+Indexes\s+all there/);
    const server = await startTestServer(options);
    await server.close();
  });

  it('refuses to be copied by alcove backup, and names the tools that do', async () => {
    const url = (mongo ?? '').replace('mongodb://', 'mongodb://user:hunter2@');
    for (const args of [
      ['backup', join(folder(), 'a')],
      ['restore', '/nowhere'],
    ]) {
      const answer = await alcove([...args, '--data-dir', folder()], url);
      expect(answer).toMatchObject({ code: 1, err: expect.stringContaining('mongodump') });
      expect(answer.err).not.toContain('hunter2');
    }
  });
});

describe('alcove migrate-storage', () => {
  it('says what it can move, and from where', async () => {
    const dataDir = folder();
    const other = ['migrate-storage', '--data-dir', dataDir, '--from', 'mongodb://a/b'];
    expect(await alcove([...other, '--to', 'sqlite:a.db'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--from sqlite:... --to mongodb://...'),
    });
    const missing = ['migrate-storage', '--data-dir', dataDir, '--to', 'mongodb://127.0.0.1:1/a'];
    expect(await alcove(missing)).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no database at'),
    });
    const wrong = [...missing.slice(0, -1), 'mongodb://u:hunter2@@b'];
    const refused = await alcove(wrong);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--to is') });
    expect(refused.err).not.toContain('hunter2');
  });

  it('that is interrupted says that it can be run again', async () => {
    const dataDir = folder();
    await (await startTestServer({ dataDir })).close();
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const words = ['migrate-storage', '--data-dir', dataDir, '--to', `mongodb://127.0.0.1:${port}`];
    const child = spawn(process.execPath, [...SOURCE_FLAGS, main, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (part) => (said += String(part)));
    const closed = once(child, 'close');
    const [socket] = (await once(silent, 'connection')) as [Socket];
    child.kill('SIGTERM');
    expect(await closed).toEqual([143, null]);
    expect(said).toMatch(
      /Stopped\. What was moved stays\. Run the same command again: it goes on\./,
    );
    socket.destroy();
  });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'alcove-migrate-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Runs a command in this very process. */
async function alcove(args: readonly string[], databaseUrl = '', autoMigrate = '') {
  let [out, err] = ['', ''];
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((line: string) => {
      out += `${line}\n`;
    }),
    vi.spyOn(console, 'error').mockImplementation((line: string) => {
      err += `${line}\n`;
    }),
  ];
  vi.stubEnv('DATABASE_URL', databaseUrl);
  vi.stubEnv('AUTO_MIGRATE', autoMigrate);
  try {
    const code = await runCli(['node', 'alcove', ...args]);
    return { code, out, err };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

function send(text: string, conversationId?: unknown) {
  const where = conversationId ? { conversationId } : { clientConversationId: createId('cl') };
  const content = { kind: 'text', text };
  return {
    command: 'message.send',
    payload: { ...where, clientMessageId: createId('cl'), content },
  };
}

async function ask(
  { url, origin }: TestServer,
  accessToken: string,
  body: object,
  path: string = HTTP_PATHS.visitorCommands,
): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${accessToken}`, origin };
  const { json } = await sendRequest(url + path, { method: 'POST', headers, body });
  return json ?? {};
}

function sync(server: TestServer, { accessToken }: VisitorSession, conversationId: unknown) {
  return ask(server, accessToken, { command: 'sync', payload: { conversationId, since: 0 } });
}

/** The statuses of renewing the agent's and the visitor's session. */
async function sessionsGoOn(server: TestServer, cookie: string, visitor: VisitorSession) {
  const { origin, url, workspace } = server;
  const agents = await sendRequest(url + HTTP_PATHS.sessionRefresh, {
    method: 'POST',
    headers: { cookie, origin },
  });
  const visitors = await sendRequest(url + HTTP_PATHS.visitorSession, {
    method: 'POST',
    headers: { origin },
    body: { workspaceKey: workspace.key, refreshToken: visitor.refreshToken },
  });
  return [agents.status, visitors.status];
}
