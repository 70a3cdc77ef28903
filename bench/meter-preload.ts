/*
 * Stands in the measured process, before anything of the product (`node --import meter-preload.ts?socket=PATH`), and answers
 * what only the process itself can tell. The product knows nothing of it.
 */
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { getHeapCodeStatistics } from 'node:v8';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import type { SERVER_FRAMES } from '@alcove/protocol';
import { mostPerSecond } from './figures.ts';
import type { Measures } from './meter.ts';

const CHANNEL = 'alcove-bench';
/** Only as a type from where it stands: what is measured must not have loaded it. */
const HELLO: (typeof SERVER_FRAMES)['hello'] = 'hello';
/** How often the event loop is looked at; what is measured includes this. */
const LOOK_MS = 5;
/** What V8 does before it gives up for want of memory. */
const LAST_RESORT = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;

if (isMainThread) answerQuestions();
else tellOfWritingConnections();

function answerQuestions(): void {
  const path = new URL(import.meta.url).searchParams.get('socket');
  if (!path) throw new Error('the meter needs to be told where to listen');
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();

  const answers: { [Name in keyof Measures]: () => Promise<Measures[Name]> } = {
    cpu: async () => {
      const { user, system } = process.cpuUsage();
      const main = process.threadCpuUsage();
      return { process: user + system, main: main.user + main.system };
    },
    memory: async () => {
      // Twice: what finalizers let go of in the first is found by the second.
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
      globalThis.gc?.();
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heapUsed, external, rss };
    },
    kept: async () => {
      globalThis.gc?.(LAST_RESORT);
      // What finalizers let go of in the first is found by the second.
      await new Promise((resolve) => setTimeout(resolve, 50));
      globalThis.gc?.(LAST_RESORT);
      const { code_and_metadata_size: machine, bytecode_and_metadata_size: bytes } =
        getHeapCodeStatistics();
      return { heap: process.memoryUsage().heapUsed, code: machine + bytes };
    },
    synchronous: () =>
      new Promise((resolve) => {
        channel.onmessage = ({ data }) => resolve(Number(data));
        channel.postMessage('synchronous?');
      }),
    eventLoop: createEventLoopWatch(),
    reads: createReadCount(),
    greetings: createGreetingCount(),
    resources: async () => countBy(process.getActiveResourcesInfo()),
  };

  const server = createServer((socket) => {
    socket.unref();
    createInterface({ input: socket }).on('line', (question) => {
      void answers[question as keyof Measures]().then((answer) =>
        socket.write(`${JSON.stringify(answer)}\n`),
      );
    });
  });
  server.listen(path).unref();
}

function createEventLoopWatch(): () => Promise<Measures['eventLoop']> {
  const delays = monitorEventLoopDelay({ resolution: LOOK_MS });
  return async () => {
    delays.enable();
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOK_MS);
    const isEmpty = delays.count === 0;
    const measured = {
      p50: isEmpty ? 0 : late(delays.percentile(50)),
      p99: isEmpty ? 0 : late(delays.percentile(99)),
      max: isEmpty ? 0 : late(delays.max),
    };
    delays.reset();
    return measured;
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Wraps what runs a query only once somebody asks: benches that do not, pay nothing for it. */
function createReadCount(): () => Promise<Measures['reads']> {
  let count: Measures['reads'] | undefined;
  let isLooking = false;
  const onQuery = () => {
    if (!count) return;
    count.queries++;
    if (isLooking) return;
    isLooking = true;
    count.looks++;
    queueMicrotask(() => (isLooking = false));
  };
  return async () => {
    const counted = count ?? { queries: 0, looks: 0 };
    if (!count) watchQueries(onQuery);
    count = { queries: 0, looks: 0 };
    return counted;
  };
}

function watchQueries(onQuery: () => void): void {
  const { StatementSync } = process.getBuiltinModule('node:sqlite');
  const { prototype } = StatementSync;
  for (const name of ['get', 'all'] as const) {
    const run = prototype[name] as (...parameters: unknown[]) => unknown;
    Reflect.set(prototype, name, function (this: unknown, ...parameters: unknown[]) {
      onQuery();
      return run.apply(this, parameters);
    });
  }
  watchMongoQueries(onQuery);
}

const MONGO_CONNECTION = 'mongodb/lib/cmap/connection.js';
const MONGO_READS = ['find', 'getMore', 'aggregate', 'count', 'distinct'];

/** The collection by which nodes watch each other, twice a second and whoever is connected. */
const WATCHED = 'store';

/** Only where the product has loaded the driver. */
function watchMongoQueries(onQuery: () => void): void {
  const require = createRequire(import.meta.url);
  const driver = require.cache[require.resolve(MONGO_CONNECTION)];
  if (!driver) return;
  const { prototype } = (driver.exports as { Connection: { prototype: MongoConnection } })
    .Connection;
  // oxlint-disable-next-line unbound-method -- called with its connection below
  const { command } = prototype;
  prototype.command = function (this: unknown, ...parameters) {
    const [, words] = parameters;
    const read = MONGO_READS.find((name) => name in words);
    if (read !== undefined && words[read] !== WATCHED) onQuery();
    return command.apply(this, parameters);
  };
}

interface MongoConnection {
  command(namespace: unknown, words: Record<string, unknown>, ...options: unknown[]): unknown;
}

/** Wraps what greets only once somebody asks. */
function createGreetingCount(): () => Promise<Measures['greetings']> {
  let times: number[] | undefined;
  return async () => {
    const counted = { mostPerSecond: mostPerSecond(times ?? []) };
    if (!times) await watchGreetings(() => times?.push(performance.now()));
    times = [];
    return counted;
  };
}

async function watchGreetings(onGreeting: () => void): Promise<void> {
  const { Socket } = await import('socket.io');
  // oxlint-disable-next-line unbound-method -- called with its socket below
  const { emit } = Socket.prototype;
  Socket.prototype.emit = function (this: unknown, ...frame: Parameters<typeof emit>): boolean {
    if (frame[0] === HELLO) onGreeting();
    return emit.apply(this, frame);
  };
}

/** Whoever asks gets the setting from the very connection that has been writing: the file does not keep it. */
function tellOfWritingConnections(): void {
  // Not imported: nobody but the engine may, and this only listens to it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  // oxlint-disable-next-line unbound-method -- called with its connection below
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (
    this: InstanceType<typeof DatabaseSync>,
    sql: string,
  ): void {
    exec.call(this, sql);
    if (!/PRAGMA synchronous/i.test(sql)) return;
    const channel = new BroadcastChannel(CHANNEL);
    channel.unref();
    channel.onmessage = () => {
      channel.postMessage(this.prepare('PRAGMA synchronous').get()?.['synchronous']);
    };
  };
}
