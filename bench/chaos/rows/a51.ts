import { atMost } from '../../figures.ts';
import { openFrameProxy } from '../proxies/frame-proxy.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { sendAround, type Traffic, type TrafficTimes } from './traffic.ts';

const ACK_P50_MS = 30;
const ACK_P99_MS = 200;
const FAN_OUT_P99_MS = 300;
/** Over HTTP nobody is told: while somebody talks clients look every 1 to 2 s, and then ask for what is new. */
const POLLED_FAN_OUT_P99_MS = 2_500;
/** Of all answers, each node gives at least so much. */
const LEAST_SHARE = 0.25;

/** What comes next from somebody goes to the other node, be it a connection or a single request. */
export const a51 = defineRow<Traffic>({
  name: 'A51',
  stages: ['nodes'],
  does: 'A01 on two nodes without sticky sessions, first by WebSocket, then where only plain HTTP passes. Acks as in A01; fan-out p99 < 300 ms, over HTTP < 2.5 s.',
  quick: {
    workspaces: 2,
    conversations: 4,
    clientsEach: 3,
    sendsEach: 8,
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
  fullSeconds: 200,
  async run(stage, traffic) {
    await stage.startServer();
    const bySocket = await sendAround(stage, traffic);
    const proxy = await openFrameProxy({ targetPort: stage.server.port });
    stage.onEnd(() => proxy.close());
    proxy.setDoor('no-websocket');
    const before = await countAnswers(stage);
    const byHttp = await sendAround(stage, traffic, {
      from: traffic.conversations,
      personOf: () => ({ kind: 'sdk', url: proxy.url }),
    });
    const after = await countAnswers(stage);
    const answers = after.map((count, index) => count - (before[index] ?? 0));
    const total = answers.reduce((sum, count) => sum + count, 0);
    const leastShare = Math.min(...answers) / Math.max(1, total);
    return {
      figures: {
        ...named('socket', bySocket),
        ...named('http', byHttp),
        httpAnswersByNode: answers.join(' and '),
      },
      failures: [
        ...(leastShare < LEAST_SHARE ? [`one node gave ${Math.min(...answers)} of ${total}`] : []),
        ...(stage.isQuick ? [] : judge('by WebSocket', bySocket, FAN_OUT_P99_MS)),
        ...(stage.isQuick ? [] : judge('over HTTP', byHttp, POLLED_FAN_OUT_P99_MS)),
      ],
    };
  },
});

function named(way: string, times: TrafficTimes): Record<string, number> {
  return Object.fromEntries(
    Object.entries(times).map(([name, value]) => [
      `${way}${name[0]?.toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  );
}

function judge(way: string, times: TrafficTimes, fanOutLimitMs: number): string[] {
  return [
    ...atMost(`ack p50 ${way} in ms`, times.ackP50Ms, ACK_P50_MS),
    ...atMost(`ack p99 ${way} in ms`, times.ackP99Ms, ACK_P99_MS),
    ...atMost(`fan-out p99 ${way} in ms`, times.fanOutP99Ms, fanOutLimitMs),
  ];
}

/** Commands that each node has answered. */
function countAnswers(stage: Stage): Promise<number[]> {
  return Promise.all(
    stage.nodes.map(async (node) => {
      const lines = (await node.readMetrics()).matchAll(/^alcove_answers_total\{.*\} (\d+)$/gm);
      return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
    }),
  );
}
