import { Worker } from 'node:worker_threads';
import type { ChaosClient, ClientSpec } from './client.ts';

/** What a thread of clients is started with. */
export interface CrewData {
  /** Where its history goes, and under which name. */
  folder: string;
  name: string;
  seed: number;
  /** So many times as fast time-outs and pauses pass. */
  haste: number;
  /** How far its clock is off; a positive one is fast. */
  clockShiftMs: number;
}

/** One call of one client's method, or of the thread's own `add` and `flush`. */
export interface CrewCall {
  number: number;
  client: string;
  method: keyof ChaosClient | 'add' | 'flush';
  parameters: unknown[];
}

/** What came of it. */
export interface CrewAnswer {
  number: number;
  result?: unknown;
  error?: string;
}

/** Clients in threads of their own, so that making load and answering it do not wait for each other. */
export interface Crew {
  /** Puts a client into one of the threads; call its methods as if it were here. */
  add(spec: ClientSpec): Promise<ChaosClient>;
  /** Everybody who was added, in that order. */
  readonly clients: readonly ChaosClient[];
  /** Brings what was written down so far to the disk. */
  flush(): Promise<unknown>;
  /** Lets every client write down what it shows, and ends the threads. */
  close(): Promise<void>;
}

interface Thread {
  call(client: string, method: CrewCall['method'], ...parameters: unknown[]): Promise<unknown>;
  end(): Promise<unknown>;
}

/** Starts a thread without anybody in it for each clock. */
export function startCrew({
  clockShiftsMs,
  ...data
}: Omit<CrewData, 'name' | 'clockShiftMs'> & { clockShiftsMs: readonly number[] }): Crew {
  const threads = clockShiftsMs.map((clockShiftMs, index) =>
    startThread({ ...data, clockShiftMs, name: `crew-${index + 1}` }),
  );
  const flush = () => Promise.all(threads.map((thread) => thread.call('', 'flush')));
  const clients: ChaosClient[] = [];
  let isClosed = false;
  return {
    clients,
    flush,
    async add(spec) {
      const thread = threads[clients.length % threads.length];
      if (!thread) throw new Error('a crew needs a thread');
      const client = toClient(thread, spec.name);
      clients.push(client);
      await thread.call(spec.name, 'add', spec);
      return client;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.all(clients.map((client) => client.close()));
      await flush();
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

/** A client elsewhere. */
function toClient(thread: Thread, name: string): ChaosClient {
  const at =
    (method: keyof ChaosClient) =>
    (...parameters: unknown[]) =>
      thread.call(name, method, ...parameters) as Promise<never>;
  return {
    connect: at('connect'),
    disconnect: at('disconnect'),
    send: at('send'),
    burst: at('burst'),
    follow: at('follow'),
    ask: at('ask'),
    standing: at('standing'),
    reach: at('reach'),
    close: at('close'),
  };
}

function startThread(data: CrewData): Thread {
  const worker = new Worker(new URL('./crew-worker.ts', import.meta.url), { workerData: data });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', ({ number, result, error }: CrewAnswer) => {
    const call = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });
  worker.on('error', (error: Error) => fail(new Error(`${data.name} failed`, { cause: error })));
  worker.on('exit', () => fail(new Error(`${data.name} ended`)));
  return {
    call(client, method, ...parameters) {
      if (failure) return Promise.reject(failure);
      const call: CrewCall = { number: ++last, client, method, parameters };
      const pending = Promise.withResolvers<unknown>();
      waiting.set(call.number, pending);
      worker.postMessage(call);
      return pending.promise;
    },
    end: () => worker.terminate(),
  };
}
