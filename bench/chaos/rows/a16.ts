import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, percentile, round } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { untilAllOnline } from './talk.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';
import { ackTimings, absences } from './timings.ts';

interface Parameters {
  kills: number;
  everyMs: number;
  conversations: number;
  perSecond: number;
}

const BACK_MS = 10_000;
/** Visitors who were refused while a node started may be told to wait for as long as this. */
const ALL_BACK_MS = 60_000;

/** What the kernel's memory killer does to a node, again and again, while the other one goes on. */
export const a16 = defineRow<Parameters>({
  name: 'A16',
  stages: ['nodes'],
  does: '`kill -9` of one of two nodes every 5 s for 5 min under 50 messages a second. Whoever was connected to it is back within 10 s (p95).',
  quick: { kills: 2, everyMs: 2000, conversations: 6, perSecond: 40 },
  full: { kills: 60, everyMs: 5000, conversations: 20, perSecond: 50 },
  fullSeconds: 420,
  async run(stage, { kills, everyMs, conversations, perSecond }) {
    await stage.startServer();
    const { talk, watch } = await openTalkOnNodes(stage, {
      conversations,
      clientsEach: 2,
      perSecond,
      isBalanced: true,
    });
    talk.begin();
    for (let kill = 0; kill < kills; kill++) {
      const node = stage.random.pick(stage.nodes);
      const nextAt = performance.now() + everyMs;
      await watch.expect(node, 'killed');
      await node.kill('SIGKILL');
      await node.restart();
      await sleep(Math.max(0, nextAt - performance.now()));
    }
    await untilAllOnline(talk.clients, ALL_BACK_MS);
    await talk.end();
    const standings = await Promise.all(talk.clients.map((client) => client.standing()));
    const awayMs = standings.flatMap(absences);
    const acks = ackTimings(await stage.history()).map(({ ms }) => ms);
    const backP95Ms = round(percentile(awayMs, 0.95));
    const seen = await watch.end();
    return {
      figures: {
        kills,
        sends: acks.length,
        ackP50Ms: round(percentile(acks, 0.5)),
        ackP99Ms: round(percentile(acks, 0.99)),
        returns: awayMs.length,
        backP95Ms,
        ...seen.figures,
      },
      failures: [
        ...seen.failures,
        ...(awayMs.length === 0 ? ['nobody lost a connection'] : []),
        ...(stage.isQuick ? [] : atMost('95 % of clients were back after ms', backP95Ms, BACK_MS)),
      ],
    };
  },
});
