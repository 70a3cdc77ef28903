// `npm run dev`: the server from its sources, restarted on change; the widget rebuilt on change; the console with hot
// reload. Everything is reached through Vite's address, which passes on to the server what is not the console's.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { SOURCE_FLAGS } from '../server/src/testing/source-flags.ts';
import { buildStale } from './build.ts';
import { root, toolEnv } from './run-tool.ts';

const serverPort = process.env['PORT'] ?? '3000';
const publicUrl = process.env['PUBLIC_URL'] ?? 'http://localhost:5173';
const env = { ...toolEnv, PORT: serverPort, PUBLIC_URL: publicUrl };

// The server runs from its sources: a type error in them must not keep anyone from trying something out.
await buildStale(['widget', 'console']);

const processes: ChildProcess[] = [
  run('node', [
    '--watch',
    '--watch-preserve-output',
    ...SOURCE_FLAGS,
    join(root, 'server/src/main.ts'),
    'serve',
    ...process.argv.slice(2),
  ]),
  run('rollup', ['--config', '--watch', '--silent', '--no-watch.clearScreen']),
  run('vite', ['agent-console', '--port', new URL(publicUrl).port, '--strictPort']),
];

// One of them gone means that the whole is broken: end the others, and say so by the exit code.
for (const child of processes) child.once('exit', (code) => stop(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(0));

function run(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, { cwd: root, env, stdio: 'inherit' });
}

function stop(code: number): void {
  process.exitCode ||= code;
  for (const child of processes) if (child.exitCode === null) child.kill('SIGTERM');
}
