import { setTimeout as sleep } from 'node:timers/promises';
import { countTyping, type Crowd, openCrowd, type Tally } from '../crowd.ts';
import { atLeast, atMost, percentile, round } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { readStoredLogs } from '../stored-log.ts';

interface Parameters {
  visitors: number;
  firstPerSecond: number;
  /** Each step asks for so much more than the one before. */
  factor: number;
  steps: number;
  stepMs: number;
  overloadMs: number;
  /** What counts as quick again, once it is over. */
  calmP99Ms: number;
  /** Fewer than the server's own, where a short form cannot bring enough. */
  writesInFlight?: number;
}

/** Everybody types now and then, seldom enough to be relayed each time. */
const TYPING_PER_SECOND = 40;
const REFUSED_SHARE = 0.01;
const GOODPUT_SHARE = 0.8;
/** Of the typing that is relayed on a calm day, at most so much is relayed while messages are refused. */
const TYPING_SHARE = 0.5;
/** Of messages that leave together. Sent one by one, they cost the machine a third of what it has, and the server the same. */
const BURST = 4;
/** Of twice the capacity, so much must have been asked for: otherwise it was the crowd that could do no more. */
const ASKED_SHARE = 0.95;
/** Looked at again so often at most. */
const OVERLOADS = 4;
const RECOVERY_MS = 30_000;
const FOLLOWED = 5;

/** More than the machine can do: what matters most is done, the rest is refused at once, and calm returns by itself. */
export const a46 = defineRow<Parameters>({
  name: 'A46',
  does: 'From 500 messages a second upwards until some are refused, then twice that capacity. Refusals say busy, typing is shed, goodput stays at 80 % of the most, calm within 30 s of the end.',
  quick: {
    visitors: 20,
    firstPerSecond: 40,
    factor: 40,
    steps: 1,
    stepMs: 800,
    overloadMs: 800,
    calmP99Ms: 1000,
    writesInFlight: 16,
  },
  full: {
    visitors: 200,
    firstPerSecond: 500,
    factor: 1.3,
    steps: 16,
    stepMs: 8000,
    overloadMs: 30_000,
    calmP99Ms: 200,
  },
  fullSeconds: 250,
  async run(stage, { visitors, writesInFlight, ...climbing }) {
    const server = await stage.startServer({ limits: writesInFlight ? { writesInFlight } : {} });
    const typing = await countTyping(server);
    const crowd = await openCrowd(server, visitors, { burst: BURST });
    stage.onEnd(() => crowd.close());
    // Who follows what is said meanwhile must have all of it in the end.
    const agent = await stage.add({ kind: 'bare', side: 'team', name: 'agent' });
    await agent.connect();
    await Promise.all(crowd.conversationIds.slice(0, FOLLOWED).map((id) => agent.follow(id)));
    const measure = async (perSecond: number, ms: number): Promise<Measured> => {
      await crowd.settle();
      crowd.setPace({ sendsPerSecond: perSecond, typingPerSecond: TYPING_PER_SECOND });
      crowd.take();
      typing.take();
      await sleep(ms);
      const tally = crowd.take();
      const relayed = [...typing.take().values()].reduce((sum, count) => sum + count, 0);
      return { ...tally, goodput: tally.acked / tally.seconds, typing: relayed / tally.typed };
    };
    const { calm, most: climbed } = await climb(measure, climbing);
    const { over, most } = await overload(measure, climbed, climbing);
    const recoveryMs = await untilCalm(crowd, climbing);
    await crowd.settle();
    crowd.close();
    typing.close();

    const codes = Object.keys(over.refused);
    const lost = countLost(stage.file, crowd.ackedIds);
    const figures = {
      calmAckP99Ms: round(percentile(calm.ackMs, 0.99)),
      mostPerSecond: round(most),
      askedAtTwice: round(over.sent / over.seconds),
      goodputAtTwice: round(over.goodput),
      ackP99AtTwiceMs: round(percentile(over.ackMs, 0.99)),
      refusedAtTwicePercent: round(100 * refusedShare(over)),
      refusals: codes.join(' '),
      typingRelayedCalmPercent: round(100 * calm.typing),
      typingRelayedAtTwicePercent: round(100 * over.typing),
      recoveryMs: round(recoveryMs),
    };
    const failures = [
      ...atMost('acknowledged messages that are not stored', lost, 0),
      ...atMost('kinds of refusals besides busy', codes.filter((it) => it !== 'busy').length, 0),
      ...atMost('recovery in ms', recoveryMs, RECOVERY_MS),
    ];
    return { figures, failures: [...failures, ...(stage.isQuick ? [] : judge(calm, over, most))] };
  },
});

interface Measured extends Tally {
  /** Acknowledged messages per second. */
  goodput: number;
  /** Share of typing that agents were told of. */
  typing: number;
}

type Measure = (perSecond: number, ms: number) => Promise<Measured>;

/**
 * Up to the second step in a row that is not done in full: one alone may be another program's doing. Answers the first
 * step, and the most that was done.
 */
async function climb(
  measure: Measure,
  { firstPerSecond, factor, steps, stepMs }: Omit<Parameters, 'visitors' | 'writesInFlight'>,
): Promise<{ calm: Measured; most: number }> {
  const calm = await measure(firstPerSecond, stepMs);
  let most = calm.goodput;
  let perSecond = firstPerSecond;
  let misses = 0;
  for (let step = 0; step < steps && misses < 2; step++) {
    perSecond *= factor;
    const reached = await measure(perSecond, stepMs);
    most = Math.max(most, reached.goodput);
    const isDone = refusedShare(reached) <= REFUSED_SHARE && reached.goodput >= 0.9 * perSecond;
    misses = isDone ? 0 : misses + 1;
  }
  return { calm, most };
}

/** Twice the most. Whoever does more under it than was taken for the most can do more: then twice of that. */
async function overload(
  measure: Measure,
  climbed: number,
  { overloadMs }: Pick<Parameters, 'overloadMs'>,
): Promise<{ over: Measured; most: number }> {
  let most = climbed;
  for (let tries = 1; ; tries++) {
    const over = await measure(2 * most, overloadMs);
    if (over.goodput <= most || tries === OVERLOADS) return { over, most };
    most = over.goodput;
  }
}

function judge(calm: Measured, over: Measured, most: number): string[] {
  return [
    ...atLeast('messages asked for a second', over.sent / over.seconds, ASKED_SHARE * 2 * most),
    ...atLeast('goodput at twice the capacity', over.goodput, GOODPUT_SHARE * most),
    ...atLeast('share refused at twice the capacity', refusedShare(over), REFUSED_SHARE),
    ...atMost('typing still relayed', over.typing / calm.typing, TYPING_SHARE),
  ];
}

function refusedShare({ sent, refused }: Tally): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0) / Math.max(1, sent);
}

/** Back at the first pace: until a second passes in which nothing is refused and all is quick. */
async function untilCalm(
  crowd: Crowd,
  { firstPerSecond, calmP99Ms }: Pick<Parameters, 'firstPerSecond' | 'calmP99Ms'>,
): Promise<number> {
  crowd.setPace({ sendsPerSecond: firstPerSecond, typingPerSecond: TYPING_PER_SECOND });
  const since = performance.now();
  for (;;) {
    await sleep(1000);
    const tally = crowd.take();
    const isQuick = percentile(tally.ackMs, 0.99) < calmP99Ms;
    const elapsedMs = performance.now() - since;
    if (isQuick && tally.acked >= 0.9 * firstPerSecond * tally.seconds && refusedShare(tally) === 0)
      return elapsedMs;
    if (elapsedMs > 2 * RECOVERY_MS) return elapsedMs;
  }
}

function countLost(file: string, ackedIds: ReadonlySet<string>): number {
  const stored = new Set(
    readStoredLogs(file).flatMap(({ events }) => events.map(({ clientEventId }) => clientEventId)),
  );
  return [...ackedIds].filter((id) => !stored.has(id)).length;
}
