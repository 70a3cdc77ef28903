import { atMost, percentile, round } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { countTries } from '../nodes/count-tries.ts';
import { gatherInOne, write, type Writing } from './one-conversation.ts';

/** What the store allows itself. */
const MOST_TRIES = 8;

/** All at the same log. */
export const a03 = defineRow<Writing>({
  name: 'A03',
  stages: ['sqlite', 'nodes'],
  does: '64 writers send 10,000 messages into one conversation, every tenth twice. The numbers are exactly 1..n, repeats get the first answer; ack p99 < 1 s. Two nodes compete for each number, and try at most 8 times.',
  quick: { writers: 16, sends: 300 },
  full: { writers: 64, sends: 10_000 },
  fullSeconds: 30,
  async run(stage, { writers: count, sends }) {
    const tries = countTries(stage);
    await stage.startServer(tries.choice);
    const { conversationId, writers } = await gatherInOne(stage, count, 0);
    const { ackMs, seconds, repeats, failures } = await write(writers, conversationId, sends);
    const mostTries = tries.most();
    const ackP99Ms = round(percentile(ackMs, 0.99));
    if (!stage.isQuick) failures.push(...atMost('ack p99 in ms', ackP99Ms, 1000));
    if (stage.kind === 'nodes') {
      failures.push(...atMost('tries for a number', mostTries, MOST_TRIES));
      if (mostTries < 2) failures.push('the nodes never met at a number');
    }
    return {
      failures,
      figures: {
        writers: count,
        sends,
        repeats,
        sendsPerSecond: Math.round(sends / seconds),
        ackP50Ms: round(percentile(ackMs, 0.5)),
        ackP99Ms,
        ...(stage.kind === 'nodes' ? { mostTries } : {}),
      },
    };
  },
});
