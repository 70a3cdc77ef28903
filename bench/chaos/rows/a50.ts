import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '@alcove/server';
import { countTyping, openCrowd } from '../crowd.ts';
import { atMost, median, percentile, round } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  typists: number;
  typingPerSecondEach: number;
  conversations: number;
  perSecond: number;
  /** Calm and flood take turns, so that a machine that slows down meanwhile slows both. */
  turns: number;
  turnMs: number;
}

const RELAYED_PER_SECOND = 0.5;
const LATENCY_SHARE = 0.2;

/** A broken or hostile page that says all the time that somebody types. */
export const a50 = defineRow<Parameters>({
  name: 'A50',
  does: '200 connections say 100 times a second that somebody types. At most 0.5 a second of each are relayed; the p99 of durable messages stays within 20 % of what it is without them.',
  quick: {
    typists: 4,
    typingPerSecondEach: 100,
    conversations: 4,
    perSecond: 40,
    turns: 1,
    turnMs: 1000,
  },
  full: {
    typists: 200,
    typingPerSecondEach: 100,
    conversations: 20,
    perSecond: 100,
    turns: 3,
    turnMs: 45_000,
  },
  fullSeconds: 330,
  async run(stage, { typists, typingPerSecondEach, turns, turnMs, ...talking }) {
    // The rates of a server as it comes: what a flood runs into is them.
    const { visitorCommands, visitorFramesPerSecond } = defaultLimits;
    const limits = { visitorCommands, visitorFramesPerSecond };
    const server = await stage.startServer({ limits });
    const talk = await openTalk(stage, { ...talking, clientsEach: 2, kind: 'bare' });
    const typing = await countTyping(server);
    const crowd = await openCrowd(server, typists);
    stage.onEnd(() => crowd.close());
    const spend = async (typingPerSecond: number) => {
      crowd.setPace({ sendsPerSecond: 0, typingPerSecond });
      crowd.take();
      typing.take();
      talk.begin();
      await sleep(turnMs);
      const ackMs = await talk.end();
      const { typed, seconds } = crowd.take();
      // One more than the rate may fall on the edges of the turn.
      const most = Math.max(1, ...typing.take().values()) - 1;
      return { p99: percentile(ackMs, 0.99), typed, relayed: most / seconds };
    };
    const calm: Turn[] = [];
    const flood: Turn[] = [];
    for (let turn = 0; turn < turns; turn++) {
      calm.push(await spend(0));
      flood.push(await spend(typists * typingPerSecondEach));
    }
    crowd.close();
    typing.close();

    const relayed = Math.max(...flood.map((turn) => turn.relayed));
    const [calmP99Ms, floodP99Ms] = [calm, flood].map((them) => median(them.map(({ p99 }) => p99)));
    const ratio = (floodP99Ms ?? 0) / (calmP99Ms ?? 0);
    return {
      figures: {
        typists,
        typed: flood.reduce((sum, { typed }) => sum + typed, 0),
        relayedPerSecond: Math.round(relayed * 100) / 100,
        calmP99Ms: round(calmP99Ms ?? 0),
        floodP99Ms: round(floodP99Ms ?? 0),
        floodAgainstCalm: Math.round(ratio * 100) / 100,
      },
      failures: [
        ...atMost('relayed a second of one connection', relayed, RELAYED_PER_SECOND),
        ...(stage.isQuick ? [] : atMost('p99 against calm', ratio, 1 + LATENCY_SHARE)),
      ],
    };
  },
});

interface Turn {
  p99: number;
  typed: number;
  /** Of the connection that was relayed most, per second. */
  relayed: number;
}
