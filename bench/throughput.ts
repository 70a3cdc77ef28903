import type { BenchResult } from './bench-result.ts';
import { median, percentile, round } from './figures.ts';
import { createLoad, type Load, type Run, type Shape } from './load.ts';
import { startMeasuredServer } from './measured-server.ts';
import { createMeter, type Meter } from './meter.ts';
import { spawnRelay } from './relay.ts';
import { prepareAlcove, prepareRelay } from './targets.ts';

const ROUNDS = 7;
const ROUND_MS = 5_000;
const WARM_UP_MS = 4_000;
const LATENCY_MS = 10_000;

const RATIO = 0.5;
const ACK_P99_AT_HALF_LOAD_MS = 25;
/** `PRAGMA synchronous = FULL`: a commit waits until the disk has it. */
const SYNCHRONOUS_FULL = 2;

/** 1,000 senders, each in a room with the one who gets it all; 64 messages under way at any time. */
const SHAPE: Shape = { senders: 1_000, inFlight: 64, textBytes: 120 };

/** One of the two that are compared. */
interface Side {
  load: Load;
  meter: Meter;
  close(): Promise<void>;
}

/**
 * Messages a second that were acknowledged and delivered: Alcove, every ack durable, against a Socket.IO relay that stores
 * nothing. Both get the same load in turn from this process; each has a process of its own.
 */
export async function run(): Promise<BenchResult> {
  const relay = await startRelay();
  const alcove = await startAlcove();
  try {
    return await compare(relay, alcove);
  } finally {
    await relay.close();
    await alcove.close();
  }
}

async function compare(relay: Side, alcove: Side): Promise<BenchResult> {
  await relay.load.run(WARM_UP_MS);
  await alcove.load.run(WARM_UP_MS);
  const rounds: { relay: Measured; alcove: Measured }[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    // Who is first takes turns: a machine that gets slower in between is fair to both.
    if (number % 2 === 0) {
      const first = await measure(relay);
      rounds.push({ relay: first, alcove: await measure(alcove) });
    } else {
      const first = await measure(alcove);
      rounds.push({ relay: await measure(relay), alcove: first });
    }
  }
  const ratio = median(rounds.map((each) => each.alcove.perSecond / each.relay.perSecond));
  const relayFigures = summarise(rounds.map((each) => each.relay));
  const alcoveFigures = summarise(rounds.map((each) => each.alcove));
  const half = await alcove.load.runAtRate(alcoveFigures.perSecond / 2, LATENCY_MS);
  const halfP99 = percentile(half.ackMs, 0.99);
  const synchronous = await alcove.meter.read('synchronous');

  const failures: string[] = [];
  if (ratio < RATIO) failures.push(`the ratio is ${round(ratio, 3)}, not ${RATIO}`);
  if (synchronous !== SYNCHRONOUS_FULL) failures.push(`PRAGMA synchronous is ${synchronous}`);
  if (halfP99 > ACK_P99_AT_HALF_LOAD_MS)
    failures.push(`at half of the load the ack p99 is ${round(halfP99)} ms`);
  return {
    failures,
    figures: {
      ratio: round(ratio, 3),
      relay: relayFigures,
      alcove: alcoveFigures,
      halfLoad: {
        perSecond: Math.round(alcoveFigures.perSecond / 2),
        ackP50Ms: round(percentile(half.ackMs, 0.5), 2),
        ackP99Ms: round(halfP99, 2),
      },
      synchronous,
      ...SHAPE,
      rounds: rounds.map((each) => ({
        relay: Math.round(each.relay.perSecond),
        alcove: Math.round(each.alcove.perSecond),
        ratio: round(each.alcove.perSecond / each.relay.perSecond, 3),
      })),
    },
  };
}

interface Measured extends Run {
  /** Of the server, for each message. */
  cpuUs: { process: number; main: number };
}

async function measure({ load, meter }: Side): Promise<Measured> {
  const before = await meter.read('cpu');
  const run = await load.run(ROUND_MS);
  const after = await meter.read('cpu');
  return {
    ...run,
    cpuUs: {
      process: (after.process - before.process) / run.messages,
      main: (after.main - before.main) / run.messages,
    },
  };
}

function summarise(runs: readonly Measured[]) {
  const of = (pick: (run: Measured) => number) => median(runs.map(pick));
  return {
    perSecond: Math.round(of((run) => run.perSecond)),
    ackP50Ms: round(
      of((run) => percentile(run.ackMs, 0.5)),
      2,
    ),
    ackP99Ms: round(
      of((run) => percentile(run.ackMs, 0.99)),
      2,
    ),
    cpuUsPerMessage: round(of((run) => run.cpuUs.process)),
    cpuUsPerMessageMainThread: round(of((run) => run.cpuUs.main)),
  };
}

async function startRelay(): Promise<Side> {
  const meter = createMeter();
  const relay = await spawnRelay(meter.execArgv);
  const load = createLoad(SHAPE, await prepareRelay(relay.url, SHAPE));
  return {
    load,
    meter,
    async close() {
      load.close();
      meter.close();
      await relay.close();
    },
  };
}

async function startAlcove(): Promise<Side> {
  const { server, meter, close } = await startMeasuredServer();
  const load = createLoad(SHAPE, await prepareAlcove(server, SHAPE));
  return {
    load,
    meter,
    async close() {
      load.close();
      await close();
    },
  };
}
