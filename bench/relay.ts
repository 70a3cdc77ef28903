import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A Socket.IO server that stores nothing, in a process of its own. */
export interface Relay {
  url: string;
  close(): Promise<void>;
}

/** Starts the relay with Node's flags `execArgv`. */
export async function spawnRelay(execArgv: readonly string[]): Promise<Relay> {
  const program = fileURLToPath(new URL('./relay-program.ts', import.meta.url));
  const child = spawn(process.execPath, [...execArgv, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  // A bench that fails half-way must not leave it behind.
  process.once('exit', () => child.kill());
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => Promise.reject(new Error('the relay ended before it listened; see above'))),
  ]);
  return {
    url: String(url),
    async close() {
      child.kill();
      await ended;
    },
  };
}
