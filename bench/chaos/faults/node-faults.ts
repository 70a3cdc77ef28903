import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions } from '../proxies/conditions.ts';
import type { ChaosNode } from '../nodes/node.ts';
import type { Stage } from '../stage.ts';
import type { SignName, SignWatch } from './signs.ts';

/** Something that goes wrong with nodes, or with what they rest on, and ends. */
export interface NodeFault {
  /** Whom it meets. */
  meets: 'one node' | 'all nodes';
  /** What lasts shorter may pass without anybody noticing, since what is refused is tried again. */
  leastMs: number;
  /** What has to show when it begins, and when it is over. */
  begins?: SignName;
  ends?: SignName;
  /** Answers with what ends it. */
  begin(nodes: readonly ChaosNode[], stage: Stage): Promise<() => unknown>;
}

/** Bad links to the store, each bad in a way of its own. */
export const STORE_LINKS = {
  /** There and back 300 ms, give or take 200. */
  slow: { latencyMs: 50, jitterMs: 200 },
  resets: { resetRate: 0.05 },
  narrow: { bytesPerSecond: 64 * 1024 },
  /** Each byte by itself: a packet of one costs as much as a packet of a thousand. */
  sliced: { sliceBytes: 1 },
} satisfies Record<string, Partial<Conditions>>;

/** The faults of A16 to A26, one at a time, for rows that mix them. */
export const NODE_FAULTS = {
  'a node killed': {
    leastMs: 0,
    meets: 'one node',
    begins: 'killed',
    ends: 'started',
    begin: (nodes) => stop(nodes, 'SIGKILL'),
  },
  'a node restarted': {
    leastMs: 0,
    meets: 'one node',
    begins: 'stopping',
    ends: 'started',
    begin: (nodes) => stop(nodes, 'SIGTERM'),
  },
  'a node frozen': {
    leastMs: 2000,
    meets: 'one node',
    begins: 'frozen',
    ends: 'thawed',
    async begin(nodes) {
      for (const { pid } of nodes) process.kill(pid, 'SIGSTOP');
      return () => nodes.forEach(({ pid }) => process.kill(pid, 'SIGCONT'));
    },
  },
  'Redis killed': {
    leastMs: 500,
    meets: 'all nodes',
    begins: 'Redis lost',
    ends: 'Redis found',
    async begin(_nodes, { redis }) {
      await redis.kill();
      return () => redis.restart();
    },
  },
  'Redis silent for one node': {
    leastMs: 5000,
    meets: 'one node',
    begins: 'Redis lost',
    ends: 'Redis found',
    async begin(nodes) {
      for (const { redisLink } of nodes) redisLink.set({ link: 'mute' });
      return () => nodes.forEach(({ redisLink }) => redisLink.set({}));
    },
  },
  'subscriptions ended': {
    leastMs: 1000,
    meets: 'all nodes',
    begins: 'Redis lost',
    async begin(_nodes, { redis }) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      return () => undefined;
    },
  },
  'MongoDB killed': {
    leastMs: 7000,
    meets: 'all nodes',
    begins: 'store lost',
    ends: 'store found',
    async begin(_nodes, { mongo }) {
      await mongo.kill();
      return () => mongo.restart();
    },
  },
  'store cut off from one node': storeLink({ link: 'cut' }, 'store lost', 'store found'),
  'store silent for one node': storeLink({ link: 'mute' }, 'store lost', 'store found'),
  'store slow for one node': storeLink(STORE_LINKS.slow, 'store slow'),
  'store with resets for one node': storeLink(STORE_LINKS.resets),
} satisfies Record<string, NodeFault>;

/** Lets one of the faults begin, last so long and end. Resolves when all runs again. */
export async function liveThrough(
  { meets, leastMs, begins, ends, begin }: NodeFault,
  { stage, watch, ms }: { stage: Stage; watch: SignWatch; ms: number },
): Promise<void> {
  const nodes = meets === 'all nodes' ? stage.nodes : [stage.random.pick(stage.nodes)];
  if (begins) for (const node of nodes) await watch.expect(node, begins);
  const end = await begin(nodes, stage);
  await sleep(Math.max(ms, leastMs));
  if (ends) for (const node of nodes) await watch.expect(node, ends);
  await end();
}

async function stop(nodes: readonly ChaosNode[], signal: NodeJS.Signals) {
  await Promise.all(nodes.map((node) => node.kill(signal)));
  return () => Promise.all(nodes.map((node) => node.restart()));
}

function storeLink(conditions: Partial<Conditions>, begins?: SignName, ends?: SignName): NodeFault {
  return {
    leastMs: 7000,
    meets: 'one node',
    begins,
    ends,
    async begin(nodes) {
      for (const { storeLink: link } of nodes) link.set(conditions);
      return () => nodes.forEach(({ storeLink: link }) => link.set({}));
    },
  };
}
