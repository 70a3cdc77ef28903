import { setTimeout as sleep } from 'node:timers/promises';
import { createMeter } from '../../meter.ts';
import { watchProcess } from '../faults/process-watch.ts';
import { atLeast, atMost, percentile, round } from '../../figures.ts';
import { openTcpProxy } from '../proxies/tcp-proxy.ts';
import { defineRow } from '../row.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  visitors: number;
  agents: number;
  perSecond: number;
  talkMs: number;
}

const ACK_P99_MS = 50;
const EVENT_LOOP_P99_MS = 50;
/** Of the messages that were to be sent. */
const RATE_SHARE = 0.95;
/** Conversations that each agent follows. */
const FOLLOWED = 20;

/** A busy day, hour after hour the same. */
export const a45 = defineRow<Parameters>({
  name: 'A45',
  does: '1,000 connections and 500 durable messages a second (at least 475 reached) for 10 min. Ack p99 < 50 ms, event loop p99 < 50 ms.',
  quick: { visitors: 20, agents: 1, perSecond: 40, talkMs: 2000 },
  full: { visitors: 990, agents: 10, perSecond: 500, talkMs: 600_000 },
  fullSeconds: 700,
  async run(stage, { visitors, agents, perSecond, talkMs }) {
    const meter = createMeter();
    const server = await stage.startServer({ execArgv: meter.execArgv });
    stage.onEnd(() => meter.close());
    // In the short form a few are reset: it has to hold what a fault breaks, and its latency is not judged.
    const network = await openTcpProxy({ targetPort: server.port });
    stage.onEnd(() => network.close());
    const talk = await openTalk(stage, {
      conversations: visitors,
      perSecond,
      kind: 'bare',
      personOf: () => (stage.isQuick ? { url: network.url } : {}),
    });
    for (let index = 0; index < agents; index++) {
      const agent = await stage.add({ kind: 'bare', side: 'team', name: `agent ${index}` });
      await agent.connect();
      const followed = talk.conversationIds.filter((_, place) => place % agents === index);
      await Promise.all(followed.slice(0, FOLLOWED).map((id) => agent.follow(id)));
    }

    await meter.read('eventLoop');
    const stopWatching = watchProcess(server.pid);
    const startedAt = performance.now();
    talk.begin();
    await sleep(talkMs / 2);
    if (stage.isQuick) network.reset(0.5);
    await sleep(talkMs / 2);
    const seconds = (performance.now() - startedAt) / 1000;
    const { mostRssMb, cpuPercent } = stopWatching();
    const eventLoop = await meter.read('eventLoop');
    const ackMs = await talk.end();
    const ackP99Ms = percentile(ackMs, 0.99);
    return {
      figures: {
        sends: ackMs.length,
        sendsPerSecond: round(ackMs.length / seconds),
        ackP50Ms: round(percentile(ackMs, 0.5)),
        ackP99Ms: round(ackP99Ms),
        eventLoopP50Ms: round(eventLoop.p50),
        eventLoopP99Ms: round(eventLoop.p99),
        mostRssMb: round(mostRssMb),
        cpuPercent: round(cpuPercent),
      },
      failures: stage.isQuick
        ? []
        : [
            // Clients that wait for answers ask for less: that is no steady load.
            ...atLeast('messages a second', ackMs.length / seconds, RATE_SHARE * perSecond),
            ...atMost('ack p99 in ms', ackP99Ms, ACK_P99_MS),
            ...atMost('event loop p99 in ms', eventLoop.p99, EVENT_LOOP_P99_MS),
          ],
    };
  },
});
