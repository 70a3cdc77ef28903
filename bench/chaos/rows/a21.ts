import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, round } from '../../figures.ts';
import { now } from '../history.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';
import { arrivalTimings, between, longest } from './timings.ts';

interface Parameters {
  absentMs: number;
  presentMs: number;
  conversations: number;
  perSecond: number;
}

const CONVERGED_MS = 6_000;
const JOINED_MS = 5_000;
/** Nobody has looked at heads so soon: it was told. */
const TOLD_MS = 1_000;

/** Whoever starts everything at once cannot choose what is ready first. */
export const a21 = defineRow<Parameters>({
  name: 'A21',
  stages: ['nodes'],
  does: 'Nodes start without Redis, which appears after 60 s. They are ready at once and say that each is alone; what is written on one is on the other within 6 s; they join by themselves, and 5 s after Redis came everything is told.',
  quick: { absentMs: 2500, presentMs: 3000, conversations: 6, perSecond: 40 },
  full: { absentMs: 60_000, presentMs: 30_000, conversations: 20, perSecond: 30 },
  fullSeconds: 160,
  async run(stage, { absentMs, presentMs, conversations, perSecond }) {
    const { readyMs, failures } = await startAlone(stage);
    const { nodes, redis } = stage;
    const { talk, watch } = await openTalkOnNodes(stage, {
      conversations,
      clientsEach: 2,
      perSecond,
    });
    talk.begin();
    const aloneFrom = now();
    await sleep(absentMs);
    for (const node of nodes) await watch.expect(node, 'Redis found');
    await redis.restart();
    const thereAt = now();
    await sleep(presentMs);
    await talk.end();
    await stage.quiet(CONVERGED_MS * 2);
    const seen = await watch.end();

    const arrivals = arrivalTimings(await stage.history());
    const late = arrivals.filter(({ at, ms }) => at > thereAt && ms > TOLD_MS);
    const joinedMs = longest(late.map(({ at }) => at - thereAt));
    const aloneMs = longest(between(arrivals, aloneFrom, thereAt));
    return {
      figures: {
        readyMs: round(readyMs),
        arrivals: arrivals.length,
        slowestArrivalAloneMs: round(aloneMs),
        lastToldLateMs: round(joinedMs),
        slowestArrivalTogetherMs: round(longest(between(arrivals, thereAt + JOINED_MS))),
        ...seen.figures,
      },
      failures: [
        ...failures,
        ...seen.failures,
        ...(stage.isQuick
          ? []
          : [
              ...atMost('arrival without Redis in ms', aloneMs, CONVERGED_MS),
              ...atMost('the last one told late, ms after Redis came', joinedMs, JOINED_MS),
            ]),
      ],
    };
  },
});

/** Starts the nodes without Redis, and looks what they say of it. */
async function startAlone(stage: Stage): Promise<{ readyMs: number; failures: string[] }> {
  await stage.redis.kill();
  const startedAt = now();
  await stage.startServer();
  const failures: string[] = [];
  for (const { name, url, lines } of stage.nodes) {
    const { status } = await fetch(`${url}/readyz`);
    if (status !== 200) failures.push(`${name} is not ready without Redis: ${status}`);
    const isSaid = lines.some(({ text }) => text.includes('Redis is out of reach'));
    if (!isSaid) failures.push(`${name} does not say that there is no Redis`);
  }
  return { readyMs: now() - startedAt, failures };
}
