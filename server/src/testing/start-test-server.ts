import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, keysDirOf } from '../config.ts';
import { createServer, type ServerOptions } from '../create-server.ts';
import { createTemporaryKeys } from '../domain/keys.ts';
import { openKeys } from '../keys-file.ts';
import type { Limits } from '../limits.ts';
import { createLogger } from '../logger.ts';
import { createFactories, type Factories } from './factories.ts';

/** What a test may set. Without anything: a free port, data in memory, the system's clock, limits as they are but for `CALM`. */
export interface TestServerOptions
  extends Partial<Pick<ServerOptions, 'clock' | 'limits' | 'files' | 'keys' | 'wrapStorage'>> {
  /** Keeps data and keys there, for a later server. Without it everything is gone after `close`. */
  dataDir?: string;
  /** Where else than in the folder, or in memory, the data is. */
  databaseUrl?: string;
  config?: Partial<Omit<Config, 'dataDir' | 'databaseUrl'>>;
  /** Takes the lines of the log in place of `logged`, which grows for as long as the server runs. */
  log?: { write(line: string): void };
}

/** A real server on a real port, and ways to fill it with people. */
export interface TestServer extends Factories {
  url: string;
  port: number;
  /** Every line of the log so far, as written, unless `log` takes them. */
  logged: string[];
  close(): Promise<void>;
}

/** The test is in the server's process: what makes it late is no overload, and whoever waits for a hint gets it. */
const CALM = { shedDelayMs: 60_000 } satisfies Partial<Limits>;

/** The least work that still is scrypt: a test is not what passwords are protected from. */
const CHEAP_PASSWORDS = { N: 2, r: 1, p: 1 };

/** Starts a server in this process. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { clock, files, wrapStorage } = options;
  const limits = { ...CALM, ...options.limits };
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'alcove-test-'));
  const config: Config = {
    port: 0,
    host: undefined,
    publicUrl: undefined,
    redisUrl: undefined,
    redisPrefix: 'alcove',
    metricsToken: undefined,
    autoMigrate: true,
    trustProxy: 0,
    logLevel: 'debug',
    ...options.config,
    dataDir,
    databaseUrl:
      options.databaseUrl ??
      (options.dataDir ? `sqlite:${join(dataDir, 'alcove.db')}` : 'sqlite::memory:'),
  };
  const logged: string[] = [];
  const log = options.log ?? { write: (line) => logged.push(line) };
  const logger = createLogger(config.logLevel, log);
  const keys =
    options.keys ?? (options.dataDir ? openKeys(keysDirOf(config)) : createTemporaryKeys());
  const parts = { clock, limits, files, wrapStorage, passwordCost: CHEAP_PASSWORDS };
  const server = await createServer({ config, keys, logger, ...parts });
  const { port } = await server.listen();
  const url = `http://localhost:${port}`;
  const origin = config.publicUrl?.origin ?? url;
  const factories = await createFactories({ url, origin, execute: server.admin.execute });
  return {
    ...factories,
    url,
    port,
    logged,
    async close() {
      await server.close();
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
