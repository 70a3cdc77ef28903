import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect as connectTo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { openCluster } from './cluster/open-cluster.ts';
import { SETTINGS } from './config.ts';
import { openKeys } from './keys-file.ts';
import { defaultLimits } from './limits.ts';
import { createLogger } from './logger.ts';
import { connect } from './storage/mongo/connection.ts';
import { openStorage, prepareStorage } from './storage/open-storage.ts';
import { SOURCE_FLAGS } from './testing/source-flags.ts';
import { findMongo, freshDatabase } from './testing/start-mongo.ts';
import { hasRedis, startRedis } from './testing/start-redis.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const bin = fileURLToPath(new URL('../bin/alcove.js', import.meta.url));
/** Where Debian has its own Node. */
const systemNode = '/usr/bin/node';
const isRoot = process.getuid?.() === 0;
const operations = fileURLToPath(new URL('../../docs/operations.md', import.meta.url));

/** What operations.md promises: a situation, and what the start says about it. */
const table = [
  ...(
    /^## When a start is refused\n(.*?)^## /ms.exec(readFileSync(operations, 'utf8'))?.[1] ?? ''
  ).matchAll(/^\| (.+?) \| `(.+)` \|$/gm),
].map(([, situation = '', says = '']) => ({ situation, says }));

type Environment = Record<string, string>;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const mongo = await findMongo();
const redis = hasRedis();

/** How each situation comes about that is more than a value of a setting. */
const SITUATIONS: Record<string, (dataDir: string) => Environment | Promise<Environment>> = {
  'Node is too old': () => ({}),
  'the port is the system’s': () => ({ PORT: '80', HOST: '127.0.0.1' }),
  async 'the port is taken'() {
    const other = createServer().listen(0);
    endings.push(() => other.close());
    await once(other, 'listening');
    return { PORT: String((other.address() as AddressInfo).port) };
  },
  'the address is another machine’s': () => ({ HOST: '192.0.2.1' }),
  'the data folder cannot be made': () => ({ DATA_DIR: '/dev/null/alcove' }),
  'the data folder is in `/proc`': () => ({ DATA_DIR: '/proc/alcove' }),
  'the data folder is mounted read-only': (dataDir) => ({ DATA_DIR: mountReadOnly(dataDir) }),
  'the data folder is another user’s'(dataDir) {
    chmodSync(dataDir, 0o700);
    chownSync(dataDir, 65_534, 65_534);
    return {};
  },
  'the data folder holds other things, and is open to other users'(dataDir) {
    writeFileSync(join(dataDir, 'somebody’s'), '');
    chmodSync(dataDir, 0o755);
    return {};
  },
  'the database cannot be written': () => ({ DATABASE_URL: 'sqlite:/dev/null/alcove/alcove.db' }),
  'the database is mounted read-only': (dataDir) => ({
    DATABASE_URL: `sqlite:${join(mountReadOnly(join(dataDir, 'disk')), 'alcove.db')}`,
  }),
  async 'a second server on the same data'(dataDir) {
    const storage = await openStorage(`sqlite:${join(dataDir, 'alcove.db')}`);
    endings.push(() => storage.close());
    return {};
  },
  async 'data of a newer version'(dataDir) {
    const file = join(dataDir, 'alcove.db');
    await (await openStorage(`sqlite:${file}`)).close();
    const bytes = readFileSync(file);
    // Where a SQLite file keeps its `user_version`.
    bytes.writeInt32BE(999, 60);
    writeFileSync(file, bytes);
    return {};
  },
  'a key that others can read': (dataDir) => withKey(dataDir, (file) => chmodSync(file, 0o644)),
  'a key that is too short': (dataDir) =>
    withKey(dataDir, (file) => writeFileSync(file, '[{"kid":"a","secret":"changeme"}]')),
  'a key file that is damaged': (dataDir) => withKey(dataDir, (file) => writeFileSync(file, '[{')),
  'MongoDB is away': () => ({ DATABASE_URL: 'mongodb://127.0.0.1:1/alcove' }),
  'an option that MongoDB does not have': () => ({
    DATABASE_URL: 'mongodb://127.0.0.1:1/alcove?nonsense=1',
  }),
  'an address of MongoDB that takes back what is promised': () => ({
    DATABASE_URL: `${freshDatabase(mongo ?? '')}?journal=false`,
  }),
  'MongoDB lacks indexes, and `AUTO_MIGRATE` is `off`': () => ({
    DATABASE_URL: freshDatabase(mongo ?? ''),
    AUTO_MIGRATE: 'off',
  }),
  async 'documents stand in the way of a unique index'() {
    const { url, collection } = await preparedMongo();
    await collection('accounts').dropIndex('one_account_per_email');
    await collection('accounts').insertMany([{ email: 'a' }, { email: 'a' }]);
    return { DATABASE_URL: url };
  },
  async 'a migration from SQLite has not come to its end'() {
    const { url, collection } = await preparedMongo();
    await collection('store').insertOne({
      _id: 'migration' as never,
      source: 'a',
      finishedAt: null,
    });
    return { DATABASE_URL: url };
  },
  'Redis wants a password': async () => withRedis((host) => `redis://${host}`),
  'Redis refuses the password': async () => withRedis((host) => `redis://:wrong@${host}`),
  async 'the user in Redis may do too little'() {
    const server = await startRedis();
    endings.push(() => server.close());
    await server.command('ACL', 'SETUSER', 'alcove', 'on', '>secret', '~*', '&*', '+@all', '-eval');
    const redisUrl = `redis://alcove:secret@${new URL(server.url).host}`;
    return { DATABASE_URL: freshDatabase(mongo ?? ''), REDIS_URL: redisUrl };
  },
  async 'another node on this Redis has other keys'() {
    const server = await startRedis();
    endings.push(() => server.close());
    const other = await openCluster({
      redisUrl: server.url,
      redisPrefix: 'alcove',
      keyIds: { current: ['a'], all: ['a'] },
      limits: defaultLimits,
      logger: createLogger('silent'),
    });
    endings.push(() => other.close());
    return { DATABASE_URL: freshDatabase(mongo ?? ''), REDIS_URL: server.url };
  },
  async 'Redis is too old'() {
    const server = await startRedis();
    endings.push(() => server.close());
    const older = createServer((near) => {
      const far = connectTo(server.port, '127.0.0.1');
      near
        .on('error', () => {})
        .on('close', () => far.destroy())
        .pipe(far);
      far
        .on('error', () => {})
        .on('data', (data: Buffer) => {
          const said = data
            .toString('latin1')
            .replace(/redis_version:[\d.]+/, 'redis_version:5.0.14');
          near.write(said, 'latin1');
        });
    }).listen(0, '127.0.0.1');
    endings.push(() => older.close());
    await once(older, 'listening');
    const { port } = older.address() as AddressInfo;
    return { DATABASE_URL: freshDatabase(mongo ?? ''), REDIS_URL: `redis://127.0.0.1:${port}` };
  },
};

/** What a situation puts in the place of the command, or before it. */
const COMMANDS: Record<string, (command: string[]) => string[]> = {
  'Node is too old': () => [systemNode, bin, 'serve'],
  'the port is the system’s': (command) => [...without('net_bind_service'), ...command],
  'the data folder is another user’s': (command) => [...without('dac_override'), ...command],
};

/** What a machine must have for a situation, and whether this one has. */
const NEEDS: readonly [situations: RegExp, what: string, isThere: boolean][] = [
  [/takes back|MongoDB lacks|unique index|migration from|Redis/, 'MongoDB', mongo !== undefined],
  [/Redis/, 'Redis', redis],
  [/^Node is/, `an old Node as ${systemNode}`, isOldNode(systemNode)],
  [/system’s|another user’s/, 'root, and setpriv', isRoot && runs('setpriv', '--version')],
  [/system’s/, 'a system that keeps ports below 1024 to itself', keepsPorts()],
  [/mounted/, 'root, who may mount', isRoot && mayMount()],
  [/\/proc/, 'a /proc', existsSync('/proc/self')],
];

const values = table.filter(({ situation }) => /^`\w+=/.test(situation));
const others = table.filter((row) => !values.includes(row));

it('is tabled in full', () => {
  expect(others.map(({ situation }) => situation)).toEqual(Object.keys(SITUATIONS));
  const variables = values.map(({ situation }) => /\w+/.exec(situation)?.[0]);
  // Any text is the name of a folder.
  const checked = SETTINGS.map(({ variable }) => variable).filter((name) => name !== 'DATA_DIR');
  expect(new Set(variables)).toEqual(new Set(checked));
});

it('tells all values that cannot be at once, as tabled', { timeout: 60_000 }, async () => {
  let waiting = values;
  while (waiting.length > 0) {
    const environment: Environment = {};
    const tried = waiting.filter(({ situation }) => {
      const assignments = [...situation.matchAll(/`(\w+)=(.*?)`/g)];
      // One value of each setting in a start.
      if (assignments.some(([, name = '']) => name in environment)) return false;
      for (const [, name = '', value = ''] of assignments) environment[name] = value;
      return true;
    });
    const said = await start(temporaryFolder(), environment);
    expect(said).toMatchObject({ code: 1, out: '' });
    for (const { says } of tried) expect(said.err).toMatch(patternOf(says));
    waiting = waiting.filter((row) => !tried.includes(row));
  }
});

for (const { situation, says } of others) {
  const lacks = NEEDS.find(([situations, , isThere]) => situations.test(situation) && !isThere);
  if (lacks) process.stdout.write(`not run: "${situation}" needs ${lacks[1]}\n`);
  it.skipIf(lacks)(`is refused: ${situation}`, { timeout: 60_000 }, async () => {
    const dataDir = temporaryFolder();
    const environment = await SITUATIONS[situation]?.(dataDir);
    const said = await start(dataDir, environment ?? {}, COMMANDS[situation]);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(patternOf(says));
    expect(said.out).not.toContain('"listening"');
  });
}

/** The table leaves out with `…` what differs from case to case. */
function patternOf(says: string): RegExp {
  return new RegExp(
    says
      .split('…')
      .map((part) => RegExp.escape(part))
      .join('[^]+?'),
  );
}

async function start(
  dataDir: string,
  environment: Environment,
  change = (command: string[]) => command,
) {
  const node = [process.execPath, ...SOURCE_FLAGS, main, 'serve'];
  const [program = '', ...parameters] = change(node);
  const child = spawn(program, parameters, {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', ...environment },
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), 45_000);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  clearTimeout(limit);
  return { out, err, code };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-boot-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What runs a command as root who lacks a right, as everybody else does. */
function without(right: string): string[] {
  return ['setpriv', `--bounding-set=-${right}`, `--inh-caps=-${right}`];
}

function runs(program: string, ...parameters: string[]): boolean {
  return spawnSync(program, parameters).status === 0;
}

function isOldNode(program: string): boolean {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? Infinity) < 24;
}

function keepsPorts(): boolean {
  const first = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
  return existsSync(first) && Number(readFileSync(first, 'utf8')) > 80;
}

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-boot-'));
  const may = runs('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder) && runs('umount', folder);
  rmSync(folder, { recursive: true });
  return may;
}

/** @returns the folder, which is an empty file system that cannot be written. */
function mountReadOnly(folder: string): string {
  mkdirSync(folder, { recursive: true });
  if (!runs('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder)) throw new Error('not mounted');
  endings.push(() => runs('umount', folder));
  return folder;
}

function withKey(dataDir: string, spoil: (file: string) => void): Environment {
  openKeys(join(dataDir, 'keys'));
  spoil(join(dataDir, 'keys', 'refresh.json'));
  return {};
}

async function preparedMongo() {
  const url = freshDatabase(mongo ?? '');
  await prepareStorage(url);
  const connection = await connect(url);
  endings.push(() => connection.dropDatabase().then(() => connection.close()));
  return { url, collection: (name: string) => connection.collection(name) };
}

async function withRedis(toUrl: (host: string) => string): Promise<Environment> {
  const server = await startRedis(['--requirepass', 'secret']);
  endings.push(() => server.close());
  return { DATABASE_URL: freshDatabase(mongo ?? ''), REDIS_URL: toUrl(new URL(server.url).host) };
}
