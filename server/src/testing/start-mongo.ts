import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A MongoDB of a test's own, or a server that speaks its protocol. */
export interface TestMongo {
  port: number;
  url: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again at the same address, on what it left. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The variable by which mongodb-memory-server is told of one, too. */
const MONGOD = process.env['MONGOMS_SYSTEM_BINARY'] ?? 'mongod';
const MONGOD_COMMAND = `${MONGOD} --port {port} --dbpath {data} --bind_ip 127.0.0.1 --quiet`;

/**
 * The command line of a server: `ALCOVE_TEST_MONGODB_START`, with `{port}` and `{data}` in it, or the `mongod` of
 * `MONGOMS_SYSTEM_BINARY` or on the PATH. Without both `undefined`, and a line that says so.
 */
export function mongoCommand(): string | undefined {
  const given = process.env['ALCOVE_TEST_MONGODB_START'];
  if (given) return given;
  if (hasMongod()) return MONGOD_COMMAND;
  process.stdout.write('not run: needs ALCOVE_TEST_MONGODB_START, or mongod on the PATH\n');
  return undefined;
}

/**
 * The address of a server for tests, without a database: `ALCOVE_TEST_MONGODB_URL`. Without it one is started from the
 * PATH and ends with this process. Where there is none `undefined`, and a line that says so.
 */
export async function findMongo(): Promise<string | undefined> {
  const given = process.env['ALCOVE_TEST_MONGODB_URL'];
  if (given) return given;
  if (!hasMongod()) {
    process.stdout.write('not run: needs ALCOVE_TEST_MONGODB_URL, or mongod on the PATH\n');
    return undefined;
  }
  const mongo = await startMongo(MONGOD_COMMAND);
  process.once('exit', () => void mongo.close());
  return mongo.url;
}

/** The address of a database on `server` that nobody has used. */
export function freshDatabase(server: string): string {
  const [, hosts = '', options = ''] = /^([^?]*?)\/?(\?.*)?$/.exec(server) ?? [];
  return `${hosts}/alcove_test_${randomBytes(6).toString('hex')}${options}`;
}

/** @param command see `mongoCommand`. */
export async function startMongo(command: string): Promise<TestMongo> {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-mongo-'));
  const port = await freePort();
  let running = await start();

  async function start(): Promise<ChildProcess> {
    const words = command.replace('{port}', String(port)).replace('{data}', folder).split(' ');
    // A group of its own: the command may be a script, and what it starts must not outlive the test.
    const child = spawn(words[0] ?? '', words.slice(1), { stdio: 'ignore', detached: true });
    while (!(await isListening(port))) {
      if (child.exitCode !== null) throw new Error(`it did not start: ${command}`);
      await wait(20);
    }
    return child;
  }

  async function kill() {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    process.kill(-(running.pid ?? 0), 'SIGKILL');
    await ended;
  }

  return {
    port,
    url: `mongodb://127.0.0.1:${port}`,
    kill,
    async restart() {
      running = await start();
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function hasMongod(): boolean {
  return spawnSync(MONGOD, ['--version']).status === 0;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
