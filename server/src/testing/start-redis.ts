import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A Redis of a test's own, empty whenever it starts. */
export interface TestRedis {
  port: number;
  url: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again, at the same address. */
  restart(): Promise<void>;
  /** Sends one command, and answers what Redis said. */
  command(...words: string[]): Promise<string>;
  close(): Promise<void>;
}

/** Whether there is a Redis to start. Says in one line that there is none. */
export function hasRedis(): boolean {
  const isThere = spawnSync('redis-server', ['--version']).status === 0;
  if (!isThere) process.stdout.write('not run: needs redis-server on the PATH\n');
  return isThere;
}

/** @param settings Added to the command line: `--requirepass x`. */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-redis-'));
  const port = await freePort();
  let running = await start();

  async function start(): Promise<ChildProcess> {
    const files = ['--dir', folder, '--save', '', '--appendonly', 'no'];
    const where = ['--port', String(port), '--bind', '127.0.0.1'];
    const child = spawn('redis-server', [...where, ...files, ...settings], { stdio: 'ignore' });
    while ((await say(port, 'PING').catch(() => '')) === '') {
      if (child.exitCode !== null) throw new Error('redis-server did not start');
      await wait(10);
    }
    return child;
  }

  async function kill() {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      running = await start();
    },
    command: (...words) => say(port, ...words),
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function say(port: number, ...words: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${bulks.join('')}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  } finally {
    socket.destroy();
  }
}
