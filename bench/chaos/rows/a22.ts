import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, median, round } from '../../figures.ts';
import { now } from '../history.ts';
import { defineRow } from '../row.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';
import { arrivalTimings, between, longest } from './timings.ts';

interface Parameters {
  healthyMs: number;
  cutMs: number;
  conversations: number;
  perSecond: number;
}

const CONVERGED_MS = 6_000;
const DEGRADED_MS = 6_000;

/** The worst cut: connections stay open and say nothing, and to the other node all seems well. */
export const a22 = defineRow<Parameters>({
  name: 'A22',
  stages: ['nodes'],
  does: 'Only the link between node B and Redis goes silent for 2 min, half-open. B says so within 6 s; what is written on either node is on the other within 6 s all the time.',
  quick: { healthyMs: 800, cutMs: 5500, conversations: 6, perSecond: 40 },
  full: { healthyMs: 15_000, cutMs: 120_000, conversations: 20, perSecond: 30 },
  fullSeconds: 230,
  async run(stage, { healthyMs, cutMs, conversations, perSecond }) {
    await stage.startServer();
    const [, lonely] = stage.nodes;
    if (!lonely) throw new Error('there is no second node');
    const { talk, watch } = await openTalkOnNodes(stage, {
      conversations,
      clientsEach: 2,
      perSecond,
    });
    talk.begin();
    await sleep(healthyMs);
    await watch.expect(lonely, 'Redis lost');
    const cutAt = now();
    lonely.redisLink.set({ link: 'mute' });
    await sleep(cutMs);
    await watch.expect(lonely, 'Redis found');
    lonely.redisLink.set({});
    const healedAt = now();
    await sleep(healthyMs);
    await talk.end();
    await stage.quiet(CONVERGED_MS * 2);
    const degradedAt = lonely.lines.find(
      ({ at, text }) => at > cutAt && text.includes('Redis is out of reach'),
    )?.at;
    const degradedMs = (degradedAt ?? Infinity) - cutAt;
    const seen = await watch.end();

    const arrivals = arrivalTimings(await stage.history());
    const cut = between(arrivals, cutAt, healedAt);
    const afterwards = between(arrivals, healedAt);
    return {
      figures: {
        degradedMs: round(degradedMs),
        arrivals: arrivals.length,
        arrivalP50CutMs: round(median(cut)),
        slowestArrivalCutMs: round(longest(cut)),
        slowestArrivalAfterwardsMs: round(longest(afterwards)),
        ...seen.figures,
      },
      failures: [
        ...seen.failures,
        ...(stage.isQuick
          ? []
          : [
              ...atMost('B degraded after ms', degradedMs, DEGRADED_MS),
              ...atMost('arrival during the cut in ms', longest(cut), CONVERGED_MS),
              ...atMost('arrival afterwards in ms', longest(afterwards), CONVERGED_MS),
            ]),
      ],
    };
  },
});
