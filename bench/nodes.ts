import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshDatabase,
  hasRedis,
  mongoCommand,
  type SpawnedServer,
  startMongo,
  startRedis,
} from '@alcove/server/testing';
import type { BenchResult } from './bench-result.ts';
import { median, percentile, round } from './figures.ts';
import { createLoad, type Load, type Run, type Shape } from './load.ts';
import { type MeasuredServer, makeDataDir, startMeasuredServer } from './measured-server.ts';
import type { Meter } from './meter.ts';
import { prepareAlcove } from './targets.ts';

const ROUNDS = 6;
const WARM_UP_MS = 3_000;
const FULL_LOAD_MS = 4_000;
const STEADY_MS = 5_000;
/** Far below what any side can take: what is timed is the way, not the queue. */
const STEADY_PER_SECOND = 40;

/** At any time this much is under way at full load: a database under two nodes has to be kept busy. */
const SHAPE: Shape = { senders: 100, inFlight: 32, textBytes: 120 };

const SIDES = ['withoutRedis', 'oneNode', 'twoNodes'] as const;

/** `withoutRedis` and `oneNode` are one node each, which has a Redis or not; `twoNodes` share a store and a Redis. */
type SideName = (typeof SIDES)[number];

/** Visitors, an agent, and the nodes between them. */
interface Side {
  /** Everybody sends as fast as they are answered: of two nodes each has half of the visitors. */
  full: Load;
  /** So many messages a second, from a visitor at the first node to the agent at the last. */
  steady: Load;
  meters: readonly Meter[];
}

type Sides = Record<SideName, Side>;

/**
 * What a second node brings, and what the way over Redis costs. All nodes have the same MongoDB server, each side a
 * database of its own. There is no bar: the load, the database and the nodes share one machine, so that a second node has
 * no processor of its own here.
 *
 * @returns `undefined` where there is no MongoDB or no Redis; which one, has then been said.
 */
export async function run(): Promise<BenchResult | undefined> {
  const command = mongoCommand();
  if (!command || !hasRedis()) return undefined;
  const closers: (() => unknown)[] = [];
  try {
    const mongo = await startMongo(command);
    closers.push(mongo.close);
    const redis = await startRedis();
    closers.push(redis.close);
    const open: OpenNodes = async (count, prefix) => {
      const store = { databaseUrl: freshDatabase(mongo.url) };
      const cluster = prefix ? { redisUrl: redis.url, redisPrefix: prefix } : {};
      const nodes = await startNodes(count, { ...store, ...cluster });
      closers.push(...nodes.map(({ close }) => close));
      return nodes;
    };
    const sides = await openSides(open);
    closers.push(...SIDES.flatMap((name) => [sides[name].full.close, sides[name].steady.close]));
    return await compare(sides);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Opens nodes on a database of their own. Without a prefix they have no Redis. */
type OpenNodes = (count: number, prefix?: string) => Promise<MeasuredServer[]>;

async function startNodes(
  count: number,
  options: Parameters<typeof startMeasuredServer>[0],
): Promise<MeasuredServer[]> {
  const nodes: MeasuredServer[] = [];
  const folders = Array.from({ length: count }, makeDataDir);
  for (const dataDir of folders) {
    // What one node signs the others have to accept.
    if (nodes.length > 0)
      cpSync(join(folders[0] ?? '', 'keys'), join(dataDir, 'keys'), { recursive: true });
    nodes.push(await startMeasuredServer({ ...options, dataDir }));
  }
  return nodes;
}

async function openSides(open: OpenNodes): Promise<Sides> {
  return {
    withoutRedis: await openSide(await open(1)),
    oneNode: await openSide(await open(1, 'one')),
    twoNodes: await openSide(await open(2, 'two')),
  };
}

async function openSide(nodes: readonly MeasuredServer[]): Promise<Side> {
  const servers = nodes.map(({ server }) => server);
  const [first] = servers;
  const last = servers.at(-1);
  if (!first || !last) throw new Error('a side has nodes');
  const full = createLoad(SHAPE, await prepareAlcove(first, SHAPE, servers));
  // In another workspace: the agent of the full load is not to hear of it.
  const workspace = await first.createWorkspace();
  const [from, to] = [first, last].map((server) => withWorkspace(server, workspace));
  if (!from || !to) throw new Error('a side has nodes');
  const steady = createLoad(SHAPE, await prepareAlcove(to, SHAPE, [from]));
  return { full, steady, meters: nodes.map(({ meter }) => meter) };
}

/** The server, as somebody sees it whose home is this workspace. */
function withWorkspace(
  server: SpawnedServer,
  workspace: SpawnedServer['workspace'],
): SpawnedServer {
  return {
    ...server,
    workspace,
    createAgent: (role, options) => server.createAgent(role, { workspace, ...options }),
    createVisitorSession: (origin, request) =>
      server.createVisitorSession(origin, { workspaceKey: workspace.key, ...request }),
  };
}

/** What came of a run, and what it took of all nodes together. */
interface Measured extends Run {
  cpuUs: number;
}

type Rounds = Record<SideName, { full: Measured; steady: Measured }>[];

async function compare(sides: Sides): Promise<BenchResult> {
  for (const name of SIDES) await sides[name].full.run(WARM_UP_MS);
  const rounds: Rounds = [];
  for (let number = 0; number < ROUNDS; number++) {
    const measured: Partial<Rounds[number]> = {};
    // Who is first takes turns: a machine that gets slower in between is fair to all.
    for (let turn = 0; turn < SIDES.length; turn++) {
      const name = SIDES[(number + turn) % SIDES.length] ?? 'oneNode';
      const { full, steady, meters } = sides[name];
      measured[name] = {
        full: await measure(meters, () => full.run(FULL_LOAD_MS)),
        steady: await measure(meters, () => steady.runAtRate(STEADY_PER_SECOND, STEADY_MS)),
      };
    }
    rounds.push(measured as Rounds[number]);
  }
  const gain = (each: Rounds[number]) => each.twoNodes.full.perSecond / each.oneNode.full.perSecond;
  return {
    failures: [],
    figures: {
      ratio: round(median(rounds.map(gain)), 3),
      fullLoad: bySide((name) => summarise(rounds.map((each) => each[name].full))),
      steady: {
        perSecond: STEADY_PER_SECOND,
        ...bySide((name) => summarise(rounds.map((each) => each[name].steady))),
      },
      ...SHAPE,
      rounds: rounds.map((each) => ({
        ...bySide((name) => Math.round(each[name].full.perSecond)),
        ratio: round(gain(each), 3),
      })),
    },
  };
}

async function measure(meters: readonly Meter[], work: () => Promise<Run>): Promise<Measured> {
  const before = await cpuOf(meters);
  const run = await work();
  return { ...run, cpuUs: ((await cpuOf(meters)) - before) / run.messages };
}

async function cpuOf(meters: readonly Meter[]): Promise<number> {
  const all = await Promise.all(meters.map((meter) => meter.read('cpu')));
  return all.reduce((sum, cpu) => sum + cpu.process, 0);
}

function bySide<Value>(make: (name: SideName) => Value): Record<SideName, Value> {
  return Object.fromEntries(SIDES.map((name) => [name, make(name)])) as Record<SideName, Value>;
}

/** Times of all rounds together: one round has too few messages for its slowest hundredth. */
function summarise(runs: readonly Measured[]) {
  const times = (pick: (run: Measured) => readonly number[], share: number) =>
    round(percentile(runs.flatMap(pick), share), 2);
  return {
    messages: runs.reduce((sum, { messages }) => sum + messages, 0),
    perSecond: Math.round(median(runs.map(({ perSecond }) => perSecond))),
    ackP50Ms: times(({ ackMs }) => ackMs, 0.5),
    ackP99Ms: times(({ ackMs }) => ackMs, 0.99),
    deliveryP50Ms: times(({ deliveryMs }) => deliveryMs, 0.5),
    deliveryP99Ms: times(({ deliveryMs }) => deliveryMs, 0.99),
    cpuUsPerMessage: Math.round(median(runs.map(({ cpuUs }) => cpuUs))),
  };
}
