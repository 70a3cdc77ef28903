import { setTimeout as sleep } from 'node:timers/promises';
import { createMeter, type Meter } from '../../meter.ts';
import type { ChaosClient } from '../client.ts';
import { processFacts } from '../faults/process-facts.ts';
import { canTrace, lockedDatabase, slowDisk } from '../faults/store-faults.ts';
import { atMost, median, percentile, round } from '../../figures.ts';
import { openTcpProxy, type TcpProxy } from '../proxies/tcp-proxy.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  conversations: number;
  perSecond: number;
  churnPerSecond: number;
  faultEveryMs: number;
  soakMs: number;
  /** In it code is compiled and caches fill. Both are done with sooner when everybody writes more, and more fails, than later on. */
  warmUpMs: number;
  warmUpPerSecond: number;
  lookEveryMs: number;
}

const HEAP_MB_PER_HOUR = 1;
/** Sockets that come and go while they are counted. */
const SLACK = 10;
const MINUTE_MS = 60_000;
const MEGABYTE = 1024 * 1024;

/** Days in a row, in short: nothing may grow that does not shrink again. */
export const a47 = defineRow<Parameters>({
  name: 'A47',
  does: 'For 20 min 200 connections with 10 messages a second, in the first 5 min with 20, 2 connections a second leaving and coming back, every fault once in the first 5 min and one every 2 min later. After these 5 min the heap after garbage collection grows by less than 1 MB an hour, descriptors and timers stay flat. The optimizing compilers are off: what they add looks like growth.',
  quick: {
    conversations: 4,
    perSecond: 30,
    churnPerSecond: 4,
    faultEveryMs: 800,
    soakMs: 2000,
    warmUpMs: 0,
    warmUpPerSecond: 30,
    lookEveryMs: 300,
  },
  full: {
    conversations: 100,
    perSecond: 10,
    churnPerSecond: 2,
    faultEveryMs: 120_000,
    soakMs: 1_200_000,
    warmUpMs: 300_000,
    warmUpPerSecond: 20,
    lookEveryMs: 15_000,
  },
  fullSeconds: 1320,
  quietMs: 90_000,
  async run(stage, parameters) {
    const { conversations, perSecond, soakMs, lookEveryMs } = parameters;
    const { warmUpMs, warmUpPerSecond } = parameters;
    const meter = createMeter();
    // V8 notes what a function meets from its first call on, forgets no function between two looks, and compiles each once:
    // otherwise all of that would go on for hours, and look like something that grows.
    const notes = ['--no-lazy-feedback-allocation', '--no-flush-bytecode'];
    const steady = [...notes, '--always-sparkplug', '--no-maglev', '--no-turbofan'];
    const execArgv = [...meter.execArgv, '--expose-gc', ...steady];
    const { pid, port } = await stage.startServer({ execArgv });
    const random = stage.random.fork('network').next;
    const network = await openTcpProxy({ targetPort: port, random });
    stage.onEnd(() => network.close());
    stage.onEnd(() => meter.close());
    const talk = await openTalk(stage, {
      conversations,
      clientsEach: 2,
      perSecond: warmUpPerSecond,
      // Every other conversation lives on a network that fails now and then.
      personOf: (conversation) => (conversation % 2 === 0 ? { url: network.url } : {}),
    });

    talk.begin();
    const trouble = makeTrouble(stage, { pid, network, parameters, clients: talk.clients });
    await sleep(warmUpMs);
    talk.setPace(perSecond);
    const looks: Look[] = [];
    const since = performance.now() - warmUpMs;
    const endAt = since + soakMs;
    while (performance.now() < endAt) {
      const at = performance.now() - since;
      looks.push({ at, ...(await look(pid, meter)) });
      await sleep(lookEveryMs);
    }
    const { faults, returns } = await trouble.end();
    const ackMs = await talk.end();
    const sends = { sends: ackMs.length, ackP99Ms: round(percentile(ackMs, 0.99)) };
    const { figures, failures } = judge(looks);
    return {
      figures: { ...sends, returns, faults: faults.join(', '), ...figures },
      failures: stage.isQuick ? [] : failures,
    };
  },
});

function judge(looks: readonly Look[]) {
  const minutes = [...Map.groupBy(looks, ({ at }) => Math.floor(at / MINUTE_MS))];
  const lowest = minutes.map(([minute, taken]) => ({ minute, ...lowestOf(taken) }));
  const heapMbPerHour = slope(lowest.map(({ minute, heapMb }) => [minute / 60, heapMb]));
  const dataMbPerHour = slope(
    lowest.map(({ minute, heapMb, codeMb }) => [minute / 60, heapMb - codeMb]),
  );
  const descriptors = growth(lowest.map((taken) => taken.descriptors));
  const timers = growth(lowest.map((taken) => taken.timers));
  const last = lowest.at(-1);
  return {
    figures: {
      heapMb: round(last?.heapMb ?? 0),
      heapGrowsMbPerHour: round(heapMbPerHour, 2),
      // For the reader alone: code that is still being compiled ends by itself.
      withoutCodeMbPerHour: round(dataMbPerHour, 2),
      descriptors: last?.descriptors ?? 0,
      descriptorsGrown: descriptors,
      timersGrown: timers,
      mostRssMb: round(Math.max(...looks.map(({ rssMb }) => rssMb))),
      'minute, heapMb, codeMb': lowest.map(({ minute, heapMb, codeMb }) => [
        minute,
        round(heapMb, 2),
        round(codeMb, 2),
      ]),
    },
    failures: [
      ...atMost('heap growth in MB an hour', heapMbPerHour, HEAP_MB_PER_HOUR),
      ...atMost('growth of descriptors', descriptors, SLACK),
      ...atMost('growth of timers', timers, SLACK),
    ],
  };
}

interface Look {
  /** Milliseconds since the talk began. */
  at: number;
  heapMb: number;
  /** Of it. */
  codeMb: number;
  rssMb: number;
  descriptors: number;
  timers: number;
}

async function look(pid: number, meter: Meter): Promise<Omit<Look, 'at'>> {
  const kept = await meter.read('kept');
  const resources = await meter.read('resources');
  const { rssMb, descriptors } = processFacts(pid);
  return {
    heapMb: kept.heap / MEGABYTE,
    codeMb: kept.code / MEGABYTE,
    rssMb,
    descriptors,
    timers: resources['Timeout'] ?? 0,
  };
}

/** Commands and connections that are under way at a look come on top of what stays; what leaks is in every look. */
function lowestOf(looks: readonly Look[]) {
  const lowest = (name: keyof Look) => Math.min(...looks.map((taken) => taken[name]));
  return {
    heapMb: lowest('heapMb'),
    codeMb: lowest('codeMb'),
    descriptors: lowest('descriptors'),
    timers: lowest('timers'),
  };
}

interface Setting {
  pid: number;
  network: TcpProxy;
  parameters: Parameters;
  clients: readonly ChaosClient[];
}

/** Each takes as long as it lasts. None ends the server: what grows shows only in one that lives on. */
const FAULTS: Record<string, (stage: Stage, setting: Setting) => Promise<unknown>> = {
  async resets(_stage, { network }) {
    network.reset(0.5);
  },
  async blackout(_stage, { network, parameters }) {
    network.set({ link: 'dark' });
    await sleep(parameters.faultEveryMs / 12);
  },
  async 'half-open'(_stage, { network }) {
    network.set({ link: 'mute' });
    await sleep(200);
  },
  async slow(_stage, { network, parameters }) {
    network.set({ latencyMs: 150, jitterMs: 50, lossRate: 0.05 });
    await sleep(parameters.faultEveryMs / 4);
  },
  async frozen(_stage, { pid, parameters }) {
    process.kill(pid, 'SIGSTOP');
    await sleep(parameters.faultEveryMs / 24);
    process.kill(pid, 'SIGCONT');
  },
  async lock(stage, { parameters }) {
    const fault = lockedDatabase(stage.file);
    await sleep(parameters.faultEveryMs / 40);
    await fault.mend();
  },
  async 'slow disk'(_stage, { pid, parameters }) {
    const fault = await slowDisk(pid, 100);
    await sleep(parameters.faultEveryMs / 8);
    await fault.mend();
  },
};

/** People come and go all the time, and something goes wrong now and then. */
function makeTrouble(stage: Stage, setting: Setting) {
  const { network, clients, parameters } = setting;
  const random = stage.random.fork('trouble');
  const names = Object.keys(FAULTS).filter((name) => name !== 'slow disk' || canTrace());
  const happened: string[] = [];
  const ending = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, ending).catch(() => undefined);

  const churn = async () => {
    const returning: Promise<void>[] = [];
    while (!ending.signal.aborted) {
      await pause(1000 / parameters.churnPerSecond);
      const leaver = await firstToLeave(random.shuffle(clients));
      if (leaver) returning.push(leaver.connect());
    }
    await Promise.all(returning);
    return returning.length;
  };
  const fail = async () => {
    // Each once before anything is measured: the code that gets over a fault is compiled when there is one.
    const first = parameters.warmUpMs > 0 ? random.shuffle(names) : [];
    while (!ending.signal.aborted) {
      const isWarmingUp = happened.length < first.length;
      await pause(isWarmingUp ? parameters.warmUpMs / (2 * names.length) : parameters.faultEveryMs);
      if (ending.signal.aborted) return;
      const name = first[happened.length] ?? random.pick(names);
      happened.push(name);
      await FAULTS[name]?.(stage, setting);
      network.set({});
    }
  };
  const working = Promise.all([churn(), fail()]);
  return {
    /** Heals everything, and answers what went wrong, and how often somebody left and came back. */
    async end(): Promise<{ faults: string[]; returns: number }> {
      ending.abort();
      const [returns] = await working;
      return { faults: happened, returns };
    },
  };
}

/** SDK clients stay: they lose their connections by the network's faults. */
async function firstToLeave(clients: readonly ChaosClient[]): Promise<ChaosClient | undefined> {
  for (const client of clients) {
    const { isOnline } = await client.standing();
    if (!isOnline) continue;
    const hasLeft = await client.disconnect().then(
      () => true,
      () => false,
    );
    if (hasLeft) return client;
  }
  return undefined;
}

/** Theil and Sen's: the median of all slopes between two points, which single outliers do not move. */
function slope(points: readonly (readonly [at: number, value: number])[]): number {
  const slopes = points.flatMap(([at, value], index) =>
    points.slice(index + 1).map(([laterAt, laterValue]) => (laterValue - value) / (laterAt - at)),
  );
  return slopes.length === 0 ? 0 : median(slopes);
}

/** The median of the last quarter above that of the first. */
function growth(values: readonly number[]): number {
  const quarter = Math.max(1, Math.floor(values.length / 4));
  return median(values.slice(-quarter)) - median(values.slice(0, quarter));
}
