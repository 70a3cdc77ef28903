// The process behind `spawnTestServer`: argv[2] holds its options as JSON.
import { appendFileSync } from 'node:fs';
import { defaultLimits } from '../limits.ts';
import type { SpawnOptions } from './spawn-test-server.ts';
import { startTestServer } from './start-test-server.ts';

const {
  dataDir,
  databaseUrl,
  redisUrl,
  redisPrefix = 'alcove',
  publicUrl,
  metricsToken,
  logFile,
  port = 0,
  limits,
  logLevel = 'debug',
} = JSON.parse(process.argv[2] ?? '') as SpawnOptions;
// Nobody can ask this process for its log: kept in memory, it would only look like a leak of the server's.
const log = { write: (line: string) => void (logFile && appendFileSync(logFile, line)) };
const server = await startTestServer({
  dataDir,
  databaseUrl,
  // Nothing but the server runs in this process: when it is late, it sheds.
  limits: { shedDelayMs: defaultLimits.shedDelayMs, ...limits },
  config: {
    port,
    logLevel,
    redisUrl,
    redisPrefix,
    metricsToken,
    publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl),
  },
  log,
});
const { url, port: listening } = server;
process.stdout.write(`${JSON.stringify({ url, port: listening, pid: process.pid })}\n`);
process.once('SIGTERM', () => {
  void server.close().then(() => process.exit(0));
});
