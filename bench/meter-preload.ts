/*
 * Stands in the measured process, before anything of the product (`node --import meter-preload.ts?socket=PATH`), and answers
 * what only the process itself can tell. The product knows nothing of it.
 */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import type { Measures } from './meter.ts';

const CHANNEL = 'alcove-bench';

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
    synchronous: () =>
      new Promise((resolve) => {
        channel.onmessage = ({ data }) => resolve(Number(data));
        channel.postMessage('synchronous?');
      }),
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
