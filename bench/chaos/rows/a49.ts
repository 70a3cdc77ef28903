import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '@alcove/server';
import { atMost, round } from '../../figures.ts';
import type { SignWatch } from '../faults/signs.ts';
import { now } from '../history.ts';
import { defineRow, type Findings } from '../row.ts';
import type { Stage } from '../stage.ts';
import { gatherAgents, type PresentAgents, type Shown } from './present-agents.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';

interface Parameters {
  agents: number;
  flaps: number;
  flapMs: number;
  redisDownMs: number;
  /** How long a dead node's agents may be shown as online. */
  offlineMs: number;
  /** The server's own, unless a short form needs less. */
  limits?: Partial<Limits>;
}

/** Until a silent cut is noticed and everybody was told, either way. */
const TOLD_MS = 6_000;
const LOOK_MS = 50;
const PATIENCE_MS = 30_000;

/** Who is there is a guess: it must not flicker, and it must not lie. */
export const a49 = defineRow<Parameters>({
  name: 'A49',
  stages: ['nodes'],
  does: '30 agents on two nodes. A third of them lose their network for 5 s, again and again, and nobody sees them go. While Redis is down everybody is unknown to every console, and never offline, also to those that connect meanwhile; 6 s after it came back empty all are online again. A node is killed: its agents are offline within 45 s.',
  quick: {
    agents: 6,
    flaps: 1,
    flapMs: 600,
    redisDownMs: 500,
    offlineMs: 10_000,
    // A node beside much other work says late that somebody is there.
    limits: { presenceGraceMs: 1500, presenceTtlMs: 6000, presenceRefreshMs: 800 },
  },
  full: { agents: 30, flaps: 8, flapMs: 5000, redisDownMs: 20_000, offlineMs: 45_000 },
  fullSeconds: 220,
  async run(stage, parameters) {
    await stage.startServer({ limits: parameters.limits });
    const speech = { conversations: 2, clientsEach: 2, perSecond: 4 };
    const { talk, watch } = await openTalkOnNodes(stage, speech);
    const present = await gatherAgents(stage, parameters.agents);
    const areThere = await until(() => present.areAll('online'), PATIENCE_MS);
    talk.begin();
    const findings = [
      await flap(present, parameters),
      await loseRedis(present, { stage, watch, parameters }),
      await loseNode(present, { stage, watch, parameters }),
    ];
    await talk.end();
    await present.close();
    findings.push(await watch.end());
    return {
      figures: Object.assign({}, ...findings.map(({ figures }) => figures)),
      failures: [
        ...(areThere ? [] : ['at the beginning somebody is not online']),
        ...findings.flatMap(({ failures }) => failures),
      ],
    };
  },
});

/** Bad networks, far shorter than the time of grace. */
async function flap(present: PresentAgents, { flaps, flapMs }: Parameters): Promise<Findings> {
  const flapping = present.agents.filter((_, index) => index % 3 === 0);
  const since = now();
  let lost = 0;
  for (let round = 0; round < flaps; round++) {
    for (const { network } of flapping) network.set({ link: 'cut' });
    await sleep(flapMs);
    for (const { network } of flapping) network.set({});
    if (!(await until(() => present.agents.every((one) => one.isConnected()), PATIENCE_MS))) lost++;
    await sleep(flapMs);
  }
  const shown = present.shownSince(since).length;
  return {
    figures: { agents: present.agents.length, flaps: flaps * flapping.length, flapsShown: shown },
    failures: [
      ...(shown ? [`${shown} changes were shown of agents whose network failed`] : []),
      ...(lost ? [`${lost} times somebody did not come back when their network did`] : []),
    ],
  };
}

interface Scene {
  stage: Stage;
  watch: SignWatch;
  parameters: Parameters;
}

/** Redis goes, and comes back empty. */
async function loseRedis(present: PresentAgents, scene: Scene): Promise<Findings> {
  const { stage, watch, parameters } = scene;
  const { nodes, redis } = stage;
  for (const node of nodes) await watch.expect(node, 'Redis lost');
  const downAt = now();
  await redis.kill();
  const isUnknown = await until(() => present.areAll('unknown'), PATIENCE_MS);
  const unknownMs = now() - downAt;
  await present.greetAnew();
  const isStillUnknown = await until(
    () => present.areGreeted() && present.areAll('unknown'),
    PATIENCE_MS,
  );
  await sleep(parameters.redisDownMs);
  const liesDown = present.shownSince(downAt).filter(isOffline).length;
  for (const node of nodes) await watch.expect(node, 'Redis found');
  const upAt = now();
  await redis.restart();
  const isKnown = await until(() => present.areAll('online'), PATIENCE_MS);
  const knownMs = now() - upAt;
  // Before the next fault, which may end a node that has yet to show it.
  await watch.shown();
  const liesUp = present.shownSince(upAt).filter(isOffline).length;
  return {
    figures: { unknownMs: round(unknownMs), knownAgainMs: round(knownMs) },
    failures: [
      ...(isUnknown ? [] : ['without Redis somebody is not unknown']),
      ...(isStillUnknown ? [] : ['to a console that came without Redis somebody is not unknown']),
      ...(isKnown ? [] : ['with Redis again somebody is not online']),
      ...(liesDown ? [`${liesDown} times somebody was shown as offline without Redis`] : []),
      ...(liesUp ? [`${liesUp} times somebody was shown as offline once Redis was back`] : []),
      ...(stage.isQuick
        ? []
        : [
            ...atMost('unknown after ms', unknownMs, TOLD_MS),
            ...atMost('online again after ms', knownMs, TOLD_MS),
          ]),
    ],
  };
}

/** A node dies, and whoever was connected to it stays away. */
async function loseNode(present: PresentAgents, scene: Scene): Promise<Findings> {
  const { stage, watch, parameters } = scene;
  const dying = stage.nodes.at(-1);
  const theirs = present.agents.filter(({ node }) => node === dying);
  if (!dying) throw new Error('there is no node');
  for (const agent of theirs) agent.stayAway();
  await watch.expect(dying, 'killed');
  const since = now();
  await dying.kill('SIGKILL');
  // The other node's console sees it; the one that was connected here waits for a node.
  const seen = () =>
    theirs.filter(({ id }) =>
      present.shownSince(since).some((one) => one.agentId === id && isOffline(one)),
    );
  await until(() => seen().length === theirs.length, PATIENCE_MS * 2);
  const offlineMs = now() - since;
  await dying.restart();
  return {
    figures: { agentsOfDeadNode: theirs.length, offlineMs: round(offlineMs) },
    failures: [
      ...(theirs.length > 0 ? [] : ['nobody was connected to the node that died']),
      ...atMost('offline after ms', offlineMs, parameters.offlineMs),
    ],
  };
}

function isOffline({ status }: Shown): boolean {
  return status === 'offline';
}

async function until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
  const endAt = now() + timeoutMs;
  while (!isSo() && now() < endAt) await sleep(LOOK_MS);
  return isSo();
}
