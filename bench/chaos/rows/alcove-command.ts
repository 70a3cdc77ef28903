import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SOURCE_FLAGS } from '@alcove/server/testing';

/** The `alcove` command, from the sources. */
export function runAlcove(
  parameters: readonly string[],
): ChildProcessByStdio<null, Readable, Readable> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@alcove/server')));
  return spawn(process.execPath, [...SOURCE_FLAGS, main, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @throws Error with what it said, unless it ends well. */
export async function succeed(parameters: readonly string[]): Promise<void> {
  const command = runAlcove(parameters);
  let said = '';
  for (const stream of [command.stdout, command.stderr]) {
    stream.on('data', (text: Buffer) => void (said += String(text)));
  }
  const [code] = await once(command, 'close');
  if (code !== 0) throw new Error(`alcove ${parameters.join(' ')}: ${said}`);
}
