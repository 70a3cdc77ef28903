import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { Server } from '../create-server.ts';
import { addSettings, configOf } from './settings.ts';

/** `alcove serve` and `alcove demo`. */
export function addServeCommands(program: Command): void {
  const serveCommand = program
    .command('serve')
    .description('Run the server.')
    .action(async (_options: object, command: Command) => {
      await serve(configOf(command));
    });
  addSettings(serveCommand);

  const demoCommand = program
    .command('demo')
    .description('Run the server and open its demo page in the browser.')
    .action(async (_options: object, command: Command) => {
      await serve(configOf(command), (url) => openInBrowser(`${url}/demo/`));
    });
  addSettings(demoCommand);
}

/** Runs until a signal says to stop. */
async function serve(config: Config, onListening?: (url: string) => void): Promise<void> {
  // Asked for before anything is opened: a signal during the start is a signal, too.
  const stopped = untilSignal();
  const { openServer } = await import('./open-server.ts');
  const server = await openServer(config);
  try {
    const { url } = await server.listen();
    await printBanner(server, url);
    onListening?.(url);
    await stopped;
  } finally {
    await closeInTime(server);
  }
}

/** For a person at a terminal. The link stands nowhere else: a log is kept, and read by others. */
async function printBanner(server: Server, url: string): Promise<void> {
  const owner = await server.admin.execute('owner.invite', {});
  const lines = [
    '',
    '  Alcove is running.',
    '',
    `  Demo page   ${url}/demo/`,
    `  Console     ${url}/console/`,
  ];
  if (owner) {
    lines.push(
      '',
      '  Nobody owns this workspace yet. Open this link within 15 minutes to become its owner; it works once:',
      `  ${owner.url}`,
    );
  }
  console.log([...lines, ''].join('\n'));
}

/** Longer than this a supervisor does not wait: most kill after 30 s. */
const LONGEST_SHUTDOWN_MS = 25_000;

async function closeInTime(server: Server): Promise<void> {
  const deadline = setTimeout(() => {
    console.error('Alcove did not come to an end in time, and stops as it is.');
    process.exit(1);
  }, LONGEST_SHUTDOWN_MS);
  await server.close();
  clearTimeout(deadline);
}

/** Resolves at the first signal to stop. A second one means: at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (isStopping) process.exit(1);
        isStopping = true;
        resolve();
      });
    }
  });
}

/** Without a browser (on a server) nothing happens: the address stands in the banner. */
function openInBrowser(address: string): void {
  const commands: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' };
  const command = commands[process.platform] ?? 'xdg-open';
  const child = spawn(command, [address], { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
