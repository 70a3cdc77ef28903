import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, percentile, round } from '../../figures.ts';
import { liveThrough, NODE_FAULTS } from '../faults/node-faults.ts';
import type { Conditions } from '../proxies/conditions.ts';
import { openTcpProxy, type TcpProxy } from '../proxies/tcp-proxy.ts';
import type { SignWatch } from '../faults/signs.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { untilAllOnline } from './talk.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';
import { ackTimings } from './timings.ts';

interface Parameters {
  /** Without it, any of them. */
  faults?: readonly FaultName[];
  totalMs: number;
  everyMs: number;
  /** A fault lasts as long as this at most, unless it needs longer to be one. */
  mostMs: number;
  conversations: number;
  perSecond: number;
}

/** Networks between clients and nodes. */
const NETWORKS = {
  'clients without a network': { link: 'dark' },
  'clients behind a forgetful firewall': { link: 'mute' },
  'clients with resets': { resetRate: 0.05 },
  'clients far away': { latencyMs: 200, lossRate: 0.05, retransmitMs: 250 },
} satisfies Record<string, Partial<Conditions>>;

type FaultName = keyof typeof NODE_FAULTS | keyof typeof NETWORKS;
const ALL = [...Object.keys(NODE_FAULTS), ...Object.keys(NETWORKS)] as FaultName[];

const PATIENCE_MS = 30_000;
const MOST_PATIENT_PERCENT = 0.1;
const BACK_MS = 90_000;

/** Whatever can go wrong goes wrong, one after the other, in an order that a seed repeats. */
export const a30 = defineRow<Parameters>({
  name: 'A30',
  stages: ['nodes'],
  does: 'For 30 min a random fault of A16 to A28 every 20 s under 30 messages a second: nodes killed, frozen and restarted, Redis and MongoDB killed, silent, slow and cut off, bad networks of clients. At most 0.1 % of all messages need more than 30 s.',
  quick: {
    faults: ['a node killed', 'Redis killed', 'clients with resets'],
    totalMs: 4500,
    everyMs: 1500,
    mostMs: 700,
    conversations: 4,
    perSecond: 40,
  },
  full: { totalMs: 1_800_000, everyMs: 20_000, mostMs: 12_000, conversations: 15, perSecond: 30 },
  fullSeconds: 1980,
  quietMs: 90_000,
  async run(stage, parameters) {
    const { totalMs, conversations, perSecond } = parameters;
    await stage.startServer();
    const network = await openTcpProxy({
      targetPort: stage.server.port,
      random: stage.random.fork('network').next,
    });
    stage.onEnd(() => network.close());
    const { talk, watch } = await openTalkOnNodes(stage, {
      conversations,
      clientsEach: 2,
      perSecond,
      // Every other conversation lives on a network that fails now and then.
      personOf: (conversation) => (conversation % 2 === 0 ? { url: network.url } : {}),
    });
    talk.begin();
    const happened = await spoilAll(parameters, { stage, watch, network });
    await untilAllOnline(talk.clients, BACK_MS);
    await talk.end();
    const seen = await watch.end();
    const acks = ackTimings(await stage.history()).map(({ ms }) => ms);
    const patient = acks.filter((ms) => ms > PATIENCE_MS).length;
    const patientPercent = (100 * patient) / Math.max(1, acks.length);
    return {
      figures: {
        minutes: round(totalMs / 60_000),
        faults: happened.length,
        ...countEach(happened),
        sends: acks.length,
        ackP50Ms: round(percentile(acks, 0.5)),
        ackP99Ms: round(percentile(acks, 0.99)),
        slowestAckMs: round(percentile(acks, 1)),
        over30sPercent: round(patientPercent, 3),
        ...seen.figures,
      },
      failures: [
        ...seen.failures,
        ...(stage.isQuick
          ? []
          : atMost('percent that needed more than 30 s', patientPercent, MOST_PATIENT_PERCENT)),
      ],
    };
  },
});

interface Scene {
  stage: Stage;
  watch: SignWatch;
  network: TcpProxy;
}

/** One fault after the other. @returns which there were. */
async function spoilAll(
  { faults = ALL, totalMs, everyMs, mostMs }: Parameters,
  { stage, watch, network }: Scene,
): Promise<FaultName[]> {
  const random = stage.random.fork('faults');
  const happened: FaultName[] = [];
  const endAt = performance.now() + totalMs;
  // Short forms take each once, however slow the machine is.
  while (stage.isQuick ? happened.length < faults.length : performance.now() < endAt) {
    const nextAt = performance.now() + everyMs;
    const name = (stage.isQuick && faults[happened.length]) || random.pick(faults);
    happened.push(name);
    const ms = mostMs * (0.1 + 0.9 * random.next());
    if (isOfClients(name)) await spoil(network, NETWORKS[name], ms);
    else await liveThrough(NODE_FAULTS[name], { stage, watch, ms });
    await sleep(Math.max(0, nextAt - performance.now()));
  }
  return happened;
}

function isOfClients(name: FaultName): name is keyof typeof NETWORKS {
  return name in NETWORKS;
}

async function spoil(network: TcpProxy, conditions: Partial<Conditions>, ms: number) {
  network.set(conditions);
  await sleep(ms);
  network.set({});
}

function countEach(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(names, (name) => name)].map(([name, { length }]) => [name, length]),
  );
}
