import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, median, percentile, round } from '../../figures.ts';
import { processFacts } from '../faults/process-facts.ts';
import { now } from '../history.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';
import { ackTimings, arrivalTimings, between, longest } from './timings.ts';

interface Parameters {
  /** How long Redis is away, one time after the other. */
  downMs: readonly number[];
  /** How long it is there after each time. */
  upMs: number;
  /** How long nobody looks: meanwhile code is compiled and caches fill. */
  warmUpMs: number;
  /** How long it is watched with Redis: what comes later is compared with it. */
  calmMs: number;
  conversations: number;
  perSecond: number;
}

const CONVERGED_MS = 6_000;
const GROWN_MB = 50;
/** Acknowledgements may take so many times as long as before. */
const SLOWER = 2;

/** Redis carries hints only: without it nobody waits for more than the next look at heads. */
export const a20 = defineRow<Parameters>({
  name: 'A20',
  stages: ['nodes'],
  does: '`kill -9` of Redis for 1 s, 30 s and 5 min, 5 times each; it comes back empty. Both nodes live on, which an unhandled rejection would end, and grow by less than 50 MB; acks take less than twice as long (p99); what is written on one node is on the other within 6 s, meanwhile and afterwards.',
  quick: {
    downMs: [2000],
    upMs: 1000,
    warmUpMs: 3000,
    calmMs: 1000,
    conversations: 6,
    perSecond: 60,
  },
  full: {
    downMs: Array.from({ length: 5 }, () => [1000, 30_000, 300_000]).flat(),
    upMs: 12_000,
    warmUpMs: 180_000,
    calmMs: 60_000,
    conversations: 15,
    perSecond: 30,
  },
  fullSeconds: 2300,
  async run(stage, { downMs, upMs, warmUpMs, calmMs, conversations, perSecond }) {
    await stage.startServer();
    const { nodes, redis } = stage;
    const clientsEach = 2;
    const { talk, watch } = await openTalkOnNodes(stage, { conversations, clientsEach, perSecond });
    const failures: string[] = [];
    talk.begin();
    await sleep(warmUpMs);
    const memory = watchMemory(nodes);
    const calmFrom = now();
    await sleep(calmMs);
    const outages: Outage[] = [];
    for (const ms of downMs) {
      for (const node of nodes) await watch.expect(node, 'Redis lost');
      const from = now();
      await redis.kill();
      await sleep(ms);
      for (const node of nodes) await watch.expect(node, 'Redis found');
      await redis.restart();
      outages.push({ from, to: now() });
      await sleep(upMs);
      failures.push(...(await mourn(nodes)));
    }
    await talk.end();
    await stage.quiet(CONVERGED_MS * 2);
    const grownMb = memory.end(Math.min(upMs, calmMs));
    const measured = measure(await stage.history(), calmFrom, outages);
    const seen = await watch.end();
    return {
      figures: { outages: outages.length, grownMb: round(grownMb), ...measured, ...seen.figures },
      failures: [
        ...failures,
        ...seen.failures,
        ...(stage.isQuick
          ? []
          : [...judge(measured), ...atMost('growth in MB', grownMb, GROWN_MB)]),
      ],
    };
  },
});

interface Outage {
  from: number;
  to: number;
}

function measure(
  history: Awaited<ReturnType<Stage['history']>>,
  calmFrom: number,
  outages: readonly Outage[],
) {
  const [first] = outages;
  const acks = ackTimings(history);
  const arrivals = arrivalTimings(history);
  const during = (timings: typeof acks) =>
    outages.flatMap(({ from, to }) => between(timings, from, to));
  const afterwards = outages.flatMap(({ to }, index) =>
    between(arrivals, to, outages[index + 1]?.from),
  );
  return {
    sends: acks.length,
    ackP99Ms: round(percentile(between(acks, calmFrom, first?.from), 0.99)),
    ackP99DownMs: round(percentile(during(acks), 0.99)),
    arrivalP50DownMs: round(median(during(arrivals))),
    slowestArrivalDownMs: round(longest(during(arrivals))),
    slowestArrivalAfterwardsMs: round(longest(afterwards)),
  };
}

function judge(measured: ReturnType<typeof measure>): string[] {
  const { ackP99Ms, ackP99DownMs, slowestArrivalDownMs, slowestArrivalAfterwardsMs } = measured;
  return [
    ...atMost('ack p99 without Redis in ms', ackP99DownMs, ackP99Ms * SLOWER),
    ...atMost('arrival without Redis in ms', slowestArrivalDownMs, CONVERGED_MS),
    ...atMost('arrival with Redis again in ms', slowestArrivalAfterwardsMs, CONVERGED_MS),
  ];
}

/** Says which nodes have died, and starts them again so that the row comes to its end. */
async function mourn(nodes: Stage['nodes']): Promise<string[]> {
  const dead = nodes.filter((node) => !node.isAlive());
  await Promise.all(dead.map((node) => node.restart()));
  return dead.map(({ name }) => `${name} did not live through an outage of Redis`);
}

const LOOK_MS = 1000;

/** Looks every second at how much memory each node takes. */
function watchMemory(nodes: Stage['nodes']) {
  const looks = nodes.map((): number[] => []);
  const look = () => {
    for (const [index, node] of nodes.entries()) {
      if (node.isAlive()) looks[index]?.push(processFacts(node.pid).rssMb);
    }
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    /** By how much any of them had grown at most since the first `partMs`: medians of so long, since the collector works in steps. */
    end(partMs: number): number {
      clearInterval(timer);
      const size = Math.max(1, Math.floor(partMs / LOOK_MS));
      const growths = looks.map((taken) => {
        const parts = Array.from({ length: Math.ceil(taken.length / size) }, (_, index) =>
          median(taken.slice(index * size, (index + 1) * size)),
        );
        return Math.max(...parts) - (parts[0] ?? 0);
      });
      return Math.max(...growths);
    },
  };
}
