import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast, atMost, round } from '../../figures.ts';
import { now } from '../history.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import type { Talk } from './talk.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';
import { arrivalTimings, between, longest } from './timings.ts';

interface Parameters {
  kills: number;
  everyMs: number;
  /** Large messages at one moment, over all conversations, so many times. */
  floods: number;
  conversations: number;
  perSecond: number;
}

const CLIENTS_EACH = 2;
const CONVERGED_MS = 6_000;
const TOLD_MS = 1_000;
const SUBSCRIBED_MS = 20_000;
const LOOK_MS = 50;
const BUFFER_BYTES = 64 * 1024;
/** Together far more than the buffer; each well below what a text may be. */
const LARGE_TEXT = 'large '.repeat(1000);
/** Of each conversation in a flood. */
const LARGE_EACH = 4;
/** Nobody of ours sends so much at once; on a channel that all nodes hear it is too much for sure. */
const TOO_LARGE = 'x'.repeat(2 * BUFFER_BYTES);
const CHANNEL = 'alcove:rooms#/agent#';

/** Redis itself hangs up on subscribers: because somebody asks it to, or because it has too much for them. */
export const a23 = defineRow<Parameters>({
  name: 'A23',
  stages: ['nodes'],
  does: 'Redis ends all subscriptions every 2 s for 2 min (`CLIENT KILL TYPE pubsub`), then may keep only 64 KB for a subscriber while large messages are sent, and now and then one of 128 KB. Both nodes subscribe again each time; what is written on one is on the other within 6 s, and within 1 s once Redis leaves them alone.',
  quick: { kills: 2, everyMs: 1500, floods: 1, conversations: 6, perSecond: 40 },
  full: { kills: 60, everyMs: 2000, floods: 10, conversations: 20, perSecond: 30 },
  fullSeconds: 260,
  async run(stage, parameters) {
    const { conversations, perSecond } = parameters;
    await stage.startServer();
    const { talk, watch } = await openTalkOnNodes(stage, {
      conversations,
      clientsEach: CLIENTS_EACH,
      perSecond,
    });
    talk.begin();
    await sleep(parameters.everyMs);
    const from = now();
    for (const node of stage.nodes) await watch.expect(node, 'Redis lost');
    const failures = await killSubscribers(stage, parameters);
    const overflows = await overflow(stage, talk, parameters);
    const calmFrom = now();
    await sleep(parameters.everyMs);
    await talk.end();
    await stage.quiet(CONVERGED_MS * 2);
    const seen = await watch.end();

    const arrivals = arrivalTimings(await stage.history());
    const troubledMs = longest(between(arrivals, from, calmFrom));
    const calmMs = longest(between(arrivals, calmFrom));
    return {
      figures: {
        kills: parameters.kills,
        overflows,
        arrivals: arrivals.length,
        slowestArrivalMs: round(troubledMs),
        slowestArrivalAfterwardsMs: round(calmMs),
        ...seen.figures,
      },
      failures: [
        ...failures,
        ...seen.failures,
        ...atLeast('subscriptions ended for want of room', overflows, 1),
        ...(stage.isQuick
          ? []
          : [
              ...atMost('arrival in ms', troubledMs, CONVERGED_MS),
              ...atMost('arrival in ms, once all is well', calmMs, TOLD_MS),
            ]),
      ],
    };
  },
});

/** @returns which kill did not find all nodes subscribed. A short form, beside other work, gives them time. */
async function killSubscribers(stage: Stage, { kills, everyMs }: Parameters): Promise<string[]> {
  const failures: string[] = [];
  const patienceMs = stage.isQuick ? SUBSCRIBED_MS : 0;
  for (let kill = 1; kill <= kills; kill++) {
    const length = await awaitSubscribers(stage, patienceMs);
    if (length !== stage.nodes.length) failures.push(`kill ${kill} found ${length} subscribers`);
    await stage.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await sleep(everyMs);
  }
  return failures;
}

/** Sends more than Redis may keep. @returns how many subscriptions it ended for that. */
async function overflow(stage: Stage, talk: Talk, parameters: Parameters): Promise<number> {
  const { floods, everyMs } = parameters;
  const limit = `pubsub ${BUFFER_BYTES} ${BUFFER_BYTES} 0`;
  await stage.redis.command('CONFIG', 'SET', 'client-output-buffer-limit', limit);
  let ended = 0;
  for (let flood = 0; flood < floods; flood++) {
    const before = await listSubscribers(stage);
    const large = { count: LARGE_EACH, text: LARGE_TEXT, isPipelined: true };
    const speaking = talk.conversationIds.map(async (conversationId, index) =>
      talk.clients[index * CLIENTS_EACH]?.burst({ conversationId, ...large }),
    );
    await Promise.all(speaking);
    await stage.redis.command('PUBLISH', CHANNEL, TOO_LARGE);
    await sleep(everyMs);
    const after = await listSubscribers(stage);
    ended += before.filter((id) => !after.includes(id)).length;
  }
  return ended;
}

/** Waits so long for all nodes to subscribe. @returns how many connections hear hints. */
async function awaitSubscribers(stage: Stage, patienceMs: number): Promise<number> {
  const endAt = now() + patienceMs;
  for (;;) {
    const { length } = await listSubscribers(stage);
    if (length >= stage.nodes.length || now() >= endAt) return length;
    await sleep(LOOK_MS);
  }
}

/** The connections that hear hints, by the number that Redis gave them. */
async function listSubscribers({ redis }: Stage): Promise<string[]> {
  const list = await redis.command('CLIENT', 'LIST', 'TYPE', 'pubsub');
  return [...list.matchAll(/\bid=(\d+)/g)].map(([, id = '']) => id);
}
