import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SpawnedServer, type SpawnOptions, spawnTestServer } from '@alcove/server/testing';
import { createMeter, type Meter } from './meter.ts';
import { liftedLimits } from './people.ts';

/** A machine that does something else beside must not make the server turn people away. */
const NEVER_MS = 1e9;

/** A server in a process of its own that tells of itself. */
export interface MeasuredServer {
  server: SpawnedServer;
  meter: Meter;
  /** Ends the process and deletes its data. */
  close(): Promise<void>;
}

interface MeasuredServerOptions
  extends Pick<SpawnOptions, 'limits' | 'execArgv' | 'databaseUrl' | 'redisUrl' | 'redisPrefix'> {
  /** Prepared data; deleted by `close`. Without it an empty folder. */
  dataDir?: string;
}

/** Starts a server that no limit slows down. */
export async function startMeasuredServer(
  options: MeasuredServerOptions = {},
): Promise<MeasuredServer> {
  const { dataDir = makeDataDir(), limits, execArgv = [], ...store } = options;
  const meter = createMeter();
  const server = await spawnTestServer({
    ...store,
    dataDir,
    limits: { ...liftedLimits, shedDelayMs: NEVER_MS, ...limits },
    execArgv: [...meter.execArgv, ...execArgv],
  });
  // A bench that fails half-way must not leave a server behind.
  const abandon = () => process.kill(server.pid);
  process.once('exit', abandon);
  return {
    server,
    meter,
    async close() {
      process.off('exit', abandon);
      meter.close();
      await server.kill('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An empty folder for a server's data. */
export function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'alcove-bench-'));
}

/** Runs `work` against a server on an empty folder, and ends it. */
export async function withServer<Result>(
  work: (server: SpawnedServer) => Promise<Result>,
): Promise<Result> {
  const { server, close } = await startMeasuredServer();
  try {
    return await work(server);
  } finally {
    await close();
  }
}
