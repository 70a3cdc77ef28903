import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createServer, defaultLimits, openKeys, readConfig } from '@alcove/server';

/** A server in a process of its own, so that the load does not share its event loop. */
export interface BenchServer {
  url: string;
  workspaceKey: string;
  /** The token of the link by which the first owner joins. */
  ownerToken: string;
  pid: number;
  stop(): Promise<void>;
}

type Greeting = Pick<BenchServer, 'url' | 'workspaceKey' | 'ownerToken'>;

/** Starts a server on an empty folder. */
export async function startServerProcess(): Promise<BenchServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alcove-bench-'));
  const child = fork(import.meta.filename, [dataDir], {
    execArgv: ['--conditions=alcove-source'],
  });
  const greeting = await greetingOf(child);
  return {
    ...greeting,
    pid: child.pid ?? 0,
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function greetingOf(child: ChildProcess): Promise<Greeting> {
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code} before it listened`);
  });
  const [greeting] = await Promise.race([once(child, 'message'), failed]);
  return greeting as Greeting;
}

/** Rates that no bench reaches: what is measured is the server, not its patience. */
function lifted() {
  const rate = { points: 1e9, durationMs: 1000 };
  return {
    ...defaultLimits,
    visitorSends: rate,
    visitorCommands: rate,
    agentSends: rate,
    agentCommands: rate,
    newConversationsPerAddress: rate,
    visitorSessionsPerAddress: rate,
  };
}

async function serve(dataDir: string): Promise<void> {
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' }, {});
  const server = await createServer({
    config,
    keys: openKeys(join(dataDir, 'keys')),
    logger: createLogger(config.logLevel),
    limits: lifted(),
  });
  const { url } = await server.listen();
  const invitation = await server.admin.execute('owner.invite', {});
  const [workspace] = await server.admin.execute('workspace.list', {});
  if (!invitation || !workspace) throw new Error('a fresh server has a workspace and no owner');
  const greeting: Greeting = {
    url,
    workspaceKey: workspace.key,
    ownerToken: new URL(invitation.url).hash.split('/').at(-1) ?? '',
  };
  process.send?.(greeting);
  process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
}

if (import.meta.main && process.argv[2]) await serve(process.argv[2]);
