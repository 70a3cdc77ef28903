import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '@alcove/server';
import type { ChaosClient } from '../client.ts';
import { atLeast, atMost, percentile, round } from '../../figures.ts';
import { now } from '../history.ts';
import { defineRow } from '../row.ts';
import { openTalk, untilAllOnline } from './talk.ts';

interface Parameters {
  restarts: number;
  conversations: number;
  clientsEach: number;
  perSecond: number;
  /** The server's own, unless a short form needs less. */
  limits?: Partial<Limits>;
}

const EXIT_MS = 25_000;
const SPREAD_MS = 8_000;
/** A server that is overloaded sends visitors away for up to 30 s, and may do so more than once. */
const BACK_MS = 120_000;

/** What every update of the server does: it says goodbye, and the next one takes over. Two nodes take turns. */
export const a19 = defineRow<Parameters>({
  name: 'A19',
  stages: ['sqlite', 'nodes'],
  does: '`SIGTERM` and a new server, 20 times under 100 messages a second. Exit code 0 within 25 s, no message fails visibly, clients come back spread over at least 8 s.',
  quick: {
    restarts: 1,
    conversations: 6,
    clientsEach: 2,
    perSecond: 30,
    limits: { drainSpreadMs: 1500 },
  },
  full: { restarts: 20, conversations: 50, clientsEach: 4, perSecond: 100 },
  fullOnNodes: { conversations: 25, perSecond: 50 },
  fullSeconds: 700,
  async run(stage, { restarts, conversations, clientsEach, perSecond, limits }) {
    await stage.startServer({ limits });
    const talk = await openTalk(stage, { conversations, clientsEach, perSecond, kind: 'sdk' });
    const failures: string[] = [];
    const exitMs: number[] = [];
    const spreadMs: number[] = [];
    talk.begin();
    for (let restart = 1; restart <= restarts; restart++) {
      await sleep(1000);
      const toldAt = now();
      const server = stage.servers[restart % stage.servers.length] ?? stage.server;
      const { code, signal } = await server.kill('SIGTERM');
      exitMs.push(now() - toldAt);
      if (code !== 0) failures.push(`restart ${restart} ended with ${signal ?? code}`);
      await stage.startServer({ limits });
      await untilAllOnline(talk.clients, BACK_MS);
      spreadMs.push(await spreadSince(talk.clients, toldAt));
    }
    // Rejects if a single message was refused for good.
    const ackMs = await talk.end();
    if (!stage.isQuick) {
      failures.push(
        ...atMost('SIGTERM to exit in ms', Math.max(...exitMs), EXIT_MS),
        ...atLeast('spread of coming back in ms', Math.min(...spreadMs), SPREAD_MS),
      );
    }
    return {
      figures: {
        restarts,
        clients: talk.clients.length,
        sends: ackMs.length,
        ackP99Ms: round(percentile(ackMs, 0.99)),
        slowestExitMs: round(Math.max(...exitMs)),
        leastSpreadMs: round(Math.min(...spreadMs)),
      },
      failures,
    };
  },
});

/** Between the first and the last client's first try to come back. */
async function spreadSince(clients: readonly ChaosClient[], since: number): Promise<number> {
  const standings = await Promise.all(clients.map((client) => client.standing()));
  const triedAt = standings.flatMap(({ waits }) => {
    const first = waits.find(({ at }) => at >= since);
    return first ? [first.at + first.ms] : [];
  });
  return Math.max(...triedAt) - Math.min(...triedAt);
}
