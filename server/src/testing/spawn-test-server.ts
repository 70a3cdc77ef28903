import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectAdmin } from '../cli/admin-client.ts';
import { adminSocketOf, type Config } from '../config.ts';
import type { Limits } from '../limits.ts';
import { createFactories, type Factories } from './factories.ts';
import { SOURCE_FLAGS } from './source-flags.ts';

/** What the process is started with. It must survive JSON. */
export interface SpawnOptions {
  /** Keeps data and keys over the process's death. */
  dataDir: string;
  /** Where else than in the folder the data is. */
  databaseUrl?: string;
  /** Where other nodes are heard of, and under which prefix. */
  redisUrl?: string;
  redisPrefix?: string;
  /** Where people reach it, where that is not the process itself: several are behind one address. */
  publicUrl?: string;
  /** Opens `/metrics`. */
  metricsToken?: string;
  /** Takes the lines of the log, which are dropped without it. */
  logFile?: string;
  /** 0, or left out: any free one. Give the earlier one to come back at the same address. */
  port?: number;
  limits?: Partial<Limits>;
  /** Flags of Node.js for the process, for instance a module to be loaded first. */
  execArgv?: readonly string[];
  /** Added to the environment. */
  env?: Record<string, string>;
  /** A command that starts Node.js, given its command line: for instance one that traces it, or lies about the time. */
  launcher?: readonly string[];
  logLevel?: Config['logLevel'];
}

/** A server in a process of its own, which may be killed. */
export interface SpawnedServer extends Factories {
  url: string;
  port: number;
  /** Of the server itself, also behind a launcher. */
  pid: number;
  /** Sends a signal (default SIGKILL) and resolves with how the process ended. */
  kill(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts a server in a child process. Kill it when the test is over. */
export async function spawnTestServer(options: SpawnOptions): Promise<SpawnedServer> {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(isSource ? './serve-for-test.ts' : './serve-for-test.js', import.meta.url);
  const command = [
    ...(options.launcher ?? []),
    process.execPath,
    ...(isSource ? SOURCE_FLAGS : []),
    ...(options.execArgv ?? []),
    fileURLToPath(entry),
    JSON.stringify(options),
  ];
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    ended.then(() => undefined),
  ]);
  if (first === undefined) throw new Error('the server ended before it listened; see above');

  const { url, port, pid } = JSON.parse(first) as { url: string; port: number; pid: number };
  const execute = connectAdmin(adminSocketOf(options));
  return {
    ...(await createFactories({ url, origin: options.publicUrl ?? url, execute })),
    url,
    port,
    pid,
    async kill(signal = 'SIGKILL') {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
      const [code, by] = await ended;
      return { code, signal: by };
    },
  };
}
