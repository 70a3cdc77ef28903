import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosClient } from '../client.ts';
import { watchProcess } from '../faults/process-watch.ts';
import { atMost, round } from '../../figures.ts';
import { openTcpProxy } from '../proxies/tcp-proxy.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';

interface Parameters {
  visitors: number;
  agents: number;
  idleMs: number;
  /** In the middle of it nothing arrives for so long, which is no reason to part. */
  darkMs: number;
}

/** More at the same time would only wait for each other. */
const AT_ONCE = 100;
const RSS_MB = 500;
const CPU_PERCENT = 25;

/** A quiet evening: pages are open and nobody says anything. */
export const a44 = defineRow<Parameters>({
  name: 'A44',
  does: '5,000 visitors and 50 agents are connected and idle for 5 min. RSS < 500 MB, CPU < 25 % of a core, nobody loses the connection.',
  quick: { visitors: 100, agents: 1, idleMs: 1500, darkMs: 500 },
  full: { visitors: 5000, agents: 50, idleMs: 300_000, darkMs: 10_000 },
  fullSeconds: 420,
  async run(stage, { visitors, agents, idleMs, darkMs }) {
    const server = await stage.startServer();
    const network = await openTcpProxy({ targetPort: server.port });
    stage.onEnd(() => network.close());
    await connectAll(stage, visitors, agents, network.url);

    const stopWatching = watchProcess(server.pid);
    await sleep(idleMs / 2);
    network.set({ link: 'dark' });
    await sleep(darkMs);
    network.set({});
    await sleep(idleMs / 2);
    const { mostRssMb, cpuPercent } = stopWatching();

    const standings = await Promise.all(stage.clients.map((client) => client.standing()));
    const losses = standings.reduce((sum, { lostAt }) => sum + lostAt.length, 0);
    const missing = standings.filter(({ isOnline }) => !isOnline).length;
    return {
      figures: {
        visitors,
        agents,
        mostRssMb: round(mostRssMb),
        cpuPercent: round(cpuPercent),
        losses,
        throughTheProxy: network.counts.open,
      },
      failures: [
        ...atMost('connections lost', losses, 0),
        ...atMost('clients that are not connected', missing, 0),
        ...(stage.isQuick ? [] : atMost('RSS in MB', mostRssMb, RSS_MB)),
        ...(stage.isQuick ? [] : atMost('CPU in percent of a core', cpuPercent, CPU_PERCENT)),
      ],
    };
  },
});

/** A tenth of the visitors through a network that can fail; all of them would make the proxy the heaviest part. */
async function connectAll(
  stage: Stage,
  visitors: number,
  agents: number,
  proxyUrl: string,
): Promise<void> {
  const add = (side: 'visitor' | 'team') => async (_: unknown, index: number) => {
    const url = side === 'visitor' && index % 10 === 0 ? { url: proxyUrl } : {};
    const client: ChaosClient = await stage.add({
      kind: 'bare',
      side,
      name: `${side} ${stage.clients.length}-${index}`,
      ...url,
    });
    await client.connect();
  };
  await Promise.all(Array.from({ length: agents }, add('team')));
  for (let connected = 0; connected < visitors; connected += AT_ONCE) {
    const size = Math.min(AT_ONCE, visitors - connected);
    await Promise.all(Array.from({ length: size }, add('visitor')));
  }
}
