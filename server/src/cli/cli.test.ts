import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { HTTP_PATHS } from '@alcove/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { adminSocketOf, SETTINGS } from '../config.ts';
import { sendRequest } from '../testing/send-request.ts';
import { SOURCE_FLAGS } from '../testing/source-flags.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';
import { findMongo, freshDatabase } from '../testing/start-mongo.ts';
import { hasRedis, startRedis } from '../testing/start-redis.ts';
import { runCli } from './run-cli.ts';

const mongo = await findMongo();
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let dataDir: string;
const running = new Set<ChildProcessWithoutNullStreams>();
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'alcove-cli-'));
});
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'exit').catch(() => undefined);
  }
  running.clear();
  rmSync(dataDir, { recursive: true, force: true });
});

function start(args: readonly string[], env: Record<string, string> = {}) {
  return spawn(process.execPath, [...SOURCE_FLAGS, main, ...args], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, ...env },
  });
}

/** Runs a command that does not serve in this very process, which is faster. */
async function alcove(args: readonly string[], env: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((line: string) => {
      out += `${line}\n`;
    }),
    vi.spyOn(console, 'error').mockImplementation((line: string) => {
      err += `${line}\n`;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      err += String(chunk);
      return true;
    }),
  ];
  for (const [name, value] of Object.entries({ DATA_DIR: dataDir, ...env }))
    vi.stubEnv(name, value);
  try {
    const code = await runCli(['node', 'alcove', ...args]);
    return { code, out, err };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs a command in a process of its own, to its end. */
async function runAlcove(args: readonly string[], { input = '', env = {} } = {}) {
  const child = start(args, env);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { out, err, code };
}

/** Starts a server and waits for its banner. */
async function serve(env: Record<string, string> = {}) {
  const child = start(['serve', '--port', '0'], env);
  running.add(child);
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (/Console.*\n(\n.*\n.*\n)?\n/.test(out)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${err}`)));
  });
  const url = /http:\/\/localhost:\d+/.exec(out)?.[0] ?? '';
  return {
    url,
    child,
    output: () => out,
    async stop(signal: NodeJS.Signals) {
      running.delete(child);
      child.kill(signal);
      const [code, by] = (await once(child, 'exit')) as [number | null, string | null];
      return { code, signal: by };
    },
  };
}

describe('alcove serve', { timeout: 30_000 }, () => {
  test('says where to go, and gives the first owner a link that stands in no log', async () => {
    const server = await serve();
    expect(server.output()).toContain(`Demo page   ${server.url}/demo/`);
    expect(server.output()).toContain(`Console     ${server.url}/console/`);
    const link = /\S+\/console\/#\/join\/(\S+)/.exec(server.output());
    const token = link?.[1] ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);
    const logLines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(logLines.length).toBeGreaterThan(0);
    expect(logLines.join()).not.toContain(token);

    const answer = await sendRequest(server.url + HTTP_PATHS.invitationAccept, {
      method: 'POST',
      body: { token, name: 'Support', email: 'support@example.com', password: 'long enough' },
      headers: { origin: server.url },
    });
    expect(answer).toMatchObject({ status: 200, json: { agent: { role: 'owner' } } });
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });

    const again = await serve();
    expect(again.output()).not.toContain('#/join/');
    expect(await again.stop('SIGINT')).toEqual({ code: 0, signal: null });
  });

  test('keeps its data for itself', async () => {
    const server = await serve();
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'alcove.db')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'alcove.sock')).mode & 0o777).toBe(0o600);
    await server.stop('SIGTERM');
    expect(existsSync(join(dataDir, 'alcove.sock'))).toBe(false);
  });

  test('ends at once on a second signal, though a request is still on its way', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    const slow = connect(Number(port), 'localhost');
    slow.on('error', () => undefined);
    await once(slow, 'connect');
    slow.write('POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n');
    await sendRequest(`${server.url}/healthz`);
    const ended = once(server.child, 'exit') as Promise<[number | null]>;
    running.delete(server.child);
    server.child.kill('SIGTERM');
    await expect
      .poll(() =>
        sendRequest(`${server.url}/healthz`).then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down');
    server.child.kill('SIGTERM');
    expect((await ended)[0]).toBe(1);
    slow.destroy();
  });

  test('refuses a data folder that another server uses', async () => {
    const server = await serve();
    const second = await runAlcove(['serve', '--port', '0']);
    expect(second.code).toBe(1);
    expect(second.err).toMatch(/Another Alcove server is using the data/);
    // The first one goes on, and still listens to the command line.
    expect((await alcove(['workspace', 'list'])).out).toContain('My workspace');
    await server.stop('SIGTERM');
  });

  test('refuses a port that is taken, and leaves nothing behind', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, err } = await runAlcove(['serve', '--port', String(port)]);
    other.close();
    expect(code).toBe(1);
    expect(err).toContain(`Port ${port} is in use`);
    expect(err).not.toContain('    at ');
  });

  test('refuses settings that cannot be, all of them, before it opens anything', async () => {
    const { code, err } = await alcove(['serve', '--trust-proxy', 'true'], {
      PORT: 'x',
      REDIS_URL: 'redis://:hunter2@cache',
    });
    expect(code).toBe(1);
    expect(err).toMatch(
      /The configuration is not right:\n {2}- PORT .*\n {2}- REDIS_URL .*\n {2}- TRUST_PROXY /,
    );
    expect(err).not.toContain('hunter2');
    expect(existsSync(join(dataDir, 'alcove.db'))).toBe(false);
  });

  test('refuses keys that others can read', async () => {
    await alcove(['workspace', 'list']);
    const file = join(dataDir, 'keys', 'refresh.json');
    chmodSync(file, 0o644);
    const { code, err } = await runAlcove(['serve', '--port', '0']);
    expect(code).toBe(1);
    expect(err).toContain(`chmod 600 ${file}`);
  });

  test('explains every setting of the table', async () => {
    const { out, code } = await runAlcove(['serve', '--help']);
    const words = out.replace(/\s+/g, ' ');
    expect(code).toBe(0);
    for (const { flag, variable, description } of SETTINGS) {
      expect(words).toContain(flag);
      expect(words).toContain(`${description} (${variable}`);
    }
  });
});

describe.each(['running', 'stopped'])('with a %s server', { timeout: 30_000 }, (state) => {
  let server: TestServer | undefined;
  const run = async () => {
    server = await startTestServer({ dataDir });
    return server;
  };
  const stop = async () => {
    await server?.close();
    server = undefined;
  };
  beforeEach(async () => {
    if (state === 'running') await run();
  });
  afterEach(stop);

  test('alcove workspace makes, lists, shows and changes workspaces', async () => {
    const made = await alcove(['workspace', 'create', 'The shop']);
    expect(made).toMatchObject({ code: 0, err: '' });
    const key = /wk_\w+/.exec(made.out)?.[0] ?? '';
    expect(made.out).toContain(`/w/${key}.js"></script>`);
    expect((await alcove(['workspace', 'list'])).out).toMatch(
      new RegExp(`My workspace\n${key}  The shop\n`),
    );

    const ambiguous = await alcove(['workspace', 'show']);
    expect(ambiguous).toMatchObject({
      code: 1,
      err: expect.stringContaining('say which one by its key'),
    });

    const origins = ['--allow-origin', 'https://shop.example', 'https://*.shop.example'];
    const changed = await alcove(['workspace', 'update', key, '--colour', '#FFCC00', ...origins]);
    expect(changed.out).toContain('#ffcc00');
    expect(changed.out).toContain('https://shop.example, https://*.shop.example');
    const taken = await alcove([
      'workspace',
      'update',
      key,
      '--disallow-origin',
      'https://shop.example',
    ]);
    expect(taken.out).toMatch(/Runs on +https:\/\/\*\.shop\.example\n/);
    expect((await alcove(['workspace', 'show', key])).out).toBe(taken.out);

    const wrong = await alcove(['workspace', 'update', key, '--colour', 'red']);
    expect(wrong).toMatchObject({
      code: 1,
      err: expect.stringContaining('must be a colour such as #0b6b62'),
    });
    expect(wrong.err).not.toContain('    at ');
  });

  test('alcove agent invites, lists, sets passwords and shuts people out', async () => {
    const house = server ?? (await run());
    const [support, sales] = [
      await house.createAgent('owner', { name: 'Support', email: 'support@example.com' }),
      await house.createAgent('agent', { name: 'Sales', email: 'sales@example.com' }),
    ];
    if (state === 'stopped') await stop();
    expect((await alcove(['agent', 'invite', '--role', 'admin'])).out).toMatch(
      /works once, for 7 days:\nhttp:\S+\/console\/#\/join\/[\w-]{43}\n/,
    );
    const set = await runAlcove(['agent', 'set-password', 'Support@example.com'], {
      input: 'another password\n',
    });
    expect(set).toMatchObject({
      code: 0,
      out: expect.stringContaining('Support has a new password'),
    });
    expect((await alcove(['agent', 'disable', 'sales@example.com'])).out).toContain(
      'Sales was signed out',
    );
    expect((await alcove(['agent', 'list'])).out).toBe(
      'support@example.com  Support  owner\nsales@example.com  Sales  agent  (switched off)\n',
    );
    const last = await alcove(['agent', 'disable', 'support@example.com']);
    expect(last).toMatchObject({ code: 1, err: expect.stringContaining('only owner') });

    const { url, origin } = server ?? (await run());
    const signIn = (email: string, password: string) =>
      sendRequest(url + HTTP_PATHS.session, {
        method: 'POST',
        body: { email, password },
        headers: { origin },
      });
    expect((await signIn(support.email, support.password)).status).toBe(401);
    expect((await signIn(support.email, 'another password')).status).toBe(200);
    expect((await signIn(sales.email, sales.password)).status).toBe(403);
  });

  test('alcove explains what is wrong', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['agent', 'invite', '--role', 'god'], /role must be one of: owner, admin, agent/],
      [['agent', 'disable', 'nobody@example.com'], /Nobody in this workspace is nobody@/],
      [['workspace', 'show', 'wk_nothing'], /There is no workspace wk_nothing/],
      [['workspace', 'update'], /Say what to change/],
      [['agent', 'frobnicate'], /unknown command/],
    ];
    for (const [args, words] of cases) {
      const { code, err } = await alcove(args);
      expect(code).toBe(1);
      expect(err).toMatch(words);
      expect(err).not.toContain('    at ');
    }
  });
});

test.each([
  ['nobody@example.com', 'long enough password', /Nobody here has/],
  ['support@example.com', 'short', /at least 10 characters/],
])(
  'alcove agent set-password %s does not take "%s"',
  { timeout: 30_000 },
  async (email, input, words) => {
    const { code, err } = await runAlcove(['agent', 'set-password', email], { input });
    expect(code).toBe(1);
    expect(err).toMatch(words);
  },
);

test('a socket left behind by a killed server stops nobody', { timeout: 30_000 }, async () => {
  const server = await serve();
  await server.stop('SIGKILL');
  expect(existsSync(adminSocketOf({ dataDir }))).toBe(true);
  expect((await alcove(['workspace', 'list'])).out).toContain('My workspace');
  const again = await serve();
  expect((await alcove(['agent', 'list'])).code).toBe(0);
  await again.stop('SIGTERM');
});

test('alcove keys takes the keys to another machine', { timeout: 30_000 }, async () => {
  const { out: line } = await alcove(['keys', 'export']);
  const there = join(dataDir, 'there');
  const imported = await runAlcove(['keys', 'import'], { input: line, env: { DATA_DIR: there } });
  expect(imported).toMatchObject({ code: 0, out: `The keys are in ${join(there, 'keys')}.\n` });
  expect((await alcove(['keys', 'export'], { DATA_DIR: there })).out).toBe(line);
  const foreign = await runAlcove(['keys', 'import'], { input: 'nonsense' });
  expect(foreign).toMatchObject({ code: 1, err: expect.stringContaining('alcove keys export') });
  expect(foreign.err).not.toContain('nonsense');
});

describe('alcove doctor', { timeout: 30_000 }, () => {
  test('goes through everything, and changes nothing', async () => {
    const { out } = await alcove(['doctor'], {
      DATA_DIR: join(dataDir, 'new'),
      PORT: '0',
    });
    const subjects = [
      'Node',
      'SQLite',
      'Data folder',
      'Keys',
      'Disk space',
      'Command socket',
      'Port',
      'Public address',
      'Widget',
      'Console',
    ];
    for (const subject of subjects) expect(out).toContain(subject);
    expect(existsSync(join(dataDir, 'new'))).toBe(false);
  });

  test.runIf(mongo && hasRedis())(
    'looks at MongoDB and Redis: how they are, and what that means',
    async () => {
      const redis = await startRedis();
      const env = { DATABASE_URL: freshDatabase(mongo ?? ''), REDIS_URL: redis.url, PORT: '0' };
      const { out } = await alcove(['doctor'], env);
      expect(out).toMatch(/MongoDB +\d.*(single server|replica set).*answers in \d/);
      expect(out).toMatch(/note +Indexes +lacks schema .*events.*unique/);
      expect(out).toMatch(/note +Redis +\d+\.\d.*answers in [\d.]+ ms.*no password/);
      const strict = await alcove(['doctor'], { ...env, AUTO_MIGRATE: 'off' });
      expect(strict.out).toMatch(/WRONG +Indexes .*Run: alcove migrate/);

      await redis.command('CONFIG', 'SET', 'requirepass', 'secret');
      expect((await alcove(['doctor'], env)).out).toMatch(/WRONG +Redis .*asks for a password/);
      const { host } = new URL(redis.url);
      const known = { ...env, REDIS_URL: `redis://:secret@${host}` };
      expect((await alcove(['doctor'], known)).out).toMatch(/ok +Redis /);
      await redis.close();
      const gone = await alcove(['doctor'], known);
      expect(gone.out).toMatch(/WRONG +Redis +Redis was not reached \(.*ECONNREFUSED/);
      expect(gone.out).not.toContain('secret');
    },
  );

  test('knows its own running server from a port that is taken', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    const own = await alcove(['doctor', '--port', port]);
    expect(own.out).toMatch(/ok +Port +the server of this data folder is running/);
    const foreign = await alcove(['doctor', '--port', port], {
      DATA_DIR: join(dataDir, 'x'),
    });
    expect(foreign).toMatchObject({ code: 1, out: expect.stringMatching(/WRONG +Port .* in use/) });
    await server.stop('SIGTERM');
  });

  test('says what to do about each thing that is wrong', async () => {
    await alcove(['workspace', 'list']);
    const file = join(dataDir, 'keys', 'refresh.json');
    writeFileSync(file, '[{"kid":"a","secret":"changeme"}]');
    const { code, out, err } = await alcove(['doctor'], {
      PUBLIC_URL: 'http://chat.example.com',
      PORT: '0',
    });
    expect(code).toBe(1);
    expect(out).toMatch(/WRONG +Keys .*shorter than 32 bytes.*Restore it/);
    expect(out).toMatch(/WRONG +Public address .*plain http.*Put TLS in front/);
    expect(err).toMatch(/\d of 10 need to be put right/);
  });
});
