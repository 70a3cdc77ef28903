import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a measured process tells of itself. */
export interface Measures {
  /** Microseconds of CPU since its start: of all threads, and of the main one. */
  cpu: { process: number; main: number };
  /** Bytes, after garbage collection if the process was started with `--expose-gc`. */
  memory: { heapUsed: number; external: number; rss: number };
  /**
   * Bytes of the heap that nothing can free, with `--expose-gc`: all that can be collected is, and code that does not run just now
   * is dropped, to be compiled again. `code` is what is left of it.
   */
  kept: { heap: number; code: number };
  /** `PRAGMA synchronous` of the connection that writes: 2 is FULL. */
  synchronous: number;
  /** Milliseconds by which the event loop came late since the last reading; the first one begins the watch. */
  eventLoop: { p50: number; p99: number; max: number };
  /**
   * Queries that the main thread ran since the last reading, and looks at the store: queries that ran without a pause in
   * between are one. Those by which nodes watch each other are left out. The first reading begins the count.
   */
  reads: { queries: number; looks: number };
  /**
   * The most clients that were greeted in any second since the last reading. The first reading begins the count. Seen from
   * outside, what was let in evenly arrives in heaps.
   */
  greetings: { mostPerSecond: number };
  /** What keeps the process alive just now, by kind: timers, sockets, requests. */
  resources: Record<string, number>;
}

/** A question line to a process that was started with `execArgv`. */
export interface Meter {
  readonly execArgv: readonly string[];
  read<Name extends keyof Measures>(name: Name): Promise<Measures[Name]>;
  close(): void;
}

/** Prepares a meter; start the process with its `execArgv` before reading. */
export function createMeter(): Meter {
  const path = join(tmpdir(), `alcove-meter-${randomUUID()}.sock`);
  const preload = new URL(`./meter-preload.ts?socket=${path}`, import.meta.url);
  const line = lazily(() => {
    const socket = connect(path);
    const waiting: ((line: string) => void)[] = [];
    createInterface({ input: socket }).on('line', (answer) => waiting.shift()?.(answer));
    return { socket, waiting };
  });
  return {
    execArgv: [`--import=${preload.href}`],
    read: (name) =>
      new Promise((resolve, reject) => {
        const { socket, waiting } = line();
        socket.once('error', reject);
        waiting.push((answer) => {
          socket.off('error', reject);
          resolve(JSON.parse(answer));
        });
        socket.write(`${name}\n`);
      }),
    close: () => line().socket.destroy(),
  };
}

function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
