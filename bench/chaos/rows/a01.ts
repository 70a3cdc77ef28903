import { atMost } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { sendAround, type Traffic } from './traffic.ts';

/** Nothing goes wrong: what is fast and right here is the measure of all other rows. */
export const a01 = defineRow<Traffic>({
  name: 'A01',
  stages: ['sqlite', 'nodes'],
  does: '200 clients in 50 conversations of 10 workspaces send 20,000 messages, and nothing fails. Ack p50 < 30 ms, p99 < 200 ms; fan-out p99 < 300 ms.',
  quick: {
    workspaces: 2,
    conversations: 10,
    clientsEach: 4,
    sendsEach: 10,
    everyMs: 40,
    warmUpMs: 0,
  },
  full: {
    workspaces: 10,
    conversations: 50,
    clientsEach: 4,
    sendsEach: 100,
    everyMs: 400,
    warmUpMs: 0,
  },
  fullOnNodes: { everyMs: 3000, warmUpMs: 20_000 },
  fullSeconds: 70,
  async run(stage, traffic) {
    await stage.startServer();
    const figures = await sendAround(stage, traffic);
    const failures = stage.isQuick
      ? []
      : [
          ...atMost('ack p50 in ms', figures.ackP50Ms, 30),
          ...atMost('ack p99 in ms', figures.ackP99Ms, 200),
          ...atMost('fan-out p99 in ms', figures.fanOutP99Ms, 300),
        ];
    return { figures, failures };
  },
});
