import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, percentile, round } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { checkIntegrity } from '../stored-log.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  kills: number;
  /** How long the server lives between two deaths, on average. */
  aliveMs: number;
  conversations: number;
  perSecond: number;
}

const READY_MS = 2000;

/** What the kernel's memory killer does to a server. What was written is still in the kernel's memory: see A27 for the disk's. */
export const a17 = defineRow<Parameters>({
  name: 'A17',
  does: '`kill -9` of the server 50 times under 100 messages a second. The database file is sound each time; the next server is ready in under 2 s.',
  quick: { kills: 1, aliveMs: 1500, conversations: 6, perSecond: 60 },
  full: { kills: 50, aliveMs: 5000, conversations: 20, perSecond: 100 },
  fullSeconds: 400,
  async run(stage, { kills, aliveMs, conversations, perSecond }) {
    await stage.startServer();
    const talk = await openTalk(stage, { conversations, clientsEach: 2, perSecond });
    const failures: string[] = [];
    const readyMs: number[] = [];
    talk.begin();
    for (let kill = 0; kill < kills; kill++) {
      await sleep(aliveMs * (0.5 + stage.random.next()));
      await stage.server.kill('SIGKILL');
      const integrity = checkIntegrity(stage.file);
      if (integrity !== 'ok') failures.push(`after kill ${kill + 1}: ${integrity}`);
      const startedAt = performance.now();
      await stage.startServer();
      readyMs.push(performance.now() - startedAt);
    }
    const ackMs = await talk.end();
    const slowestReadyMs = round(Math.max(...readyMs));
    if (!stage.isQuick)
      failures.push(...atMost('restart to ready in ms', slowestReadyMs, READY_MS));
    return {
      figures: {
        kills,
        sends: ackMs.length,
        ackP50Ms: round(percentile(ackMs, 0.5)),
        ackP99Ms: round(percentile(ackMs, 0.99)),
        readyP50Ms: round(percentile(readyMs, 0.5)),
        slowestReadyMs,
      },
      failures,
    };
  },
});
