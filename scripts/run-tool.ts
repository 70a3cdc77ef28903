import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** The repository's top folder. */
export const root = join(import.meta.dirname, '..');

/** The environment of every tool: the project's own commands, and its Node, come first. */
export const toolEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
};

/**
 * Runs a command of the project (or of the machine) in the top folder, with its output shown as it comes.
 *
 * @returns the exit code; 1 if a signal ended it.
 */
export function runTool(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnv, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Prints the heading of a stage, so that a long run shows where it is. */
export function heading(title: string): void {
  console.log(`\n\x1b[1m=== ${title} ===\x1b[0m`);
}
