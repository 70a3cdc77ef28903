import { setTimeout as sleep } from 'node:timers/promises';
import type { VisitorSession } from '@alcove/protocol';
import type { ChaosClient } from '../client.ts';
import { watchProcess } from '../faults/process-watch.ts';
import { atMost, percentile, round } from '../../figures.ts';
import { type HistoryEntry, now } from '../history.ts';
import { openTcpProxy } from '../proxies/tcp-proxy.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  rooms: number;
  /** In each room: so many who read slowly, and as many who do not. */
  readersEach: number;
  /** Over all rooms. */
  perSecond: number;
  textBytes: number;
  /** How long all read well, for comparison. */
  healthyMs: number;
  slowMs: number;
}

const SLOW_BYTES_PER_SECOND = 1000;
const RSS_MB = 200;
const LATENCY_RATIO = 2;

/** Phones at the edge of a cell: what they do not read must not pile up in the server, nor hold up anybody else. */
export const a42 = defineRow<Parameters>({
  name: 'A42',
  does: '200 readers at 1 kB/s and 200 others in 5 rooms with 50 messages of 2 kB a second together, for 10 min. The slow ones are parted with at the cap, RSS grows by less than 200 MB, what the others wait for a message stays below twice the baseline, the slow ones converge once they are faster.',
  quick: {
    rooms: 1,
    readersEach: 4,
    perSecond: 40,
    textBytes: 6000,
    healthyMs: 300,
    slowMs: 2000,
  },
  full: {
    rooms: 5,
    readersEach: 40,
    perSecond: 50,
    textBytes: 2000,
    healthyMs: 60_000,
    slowMs: 600_000,
  },
  fullSeconds: 760,
  quietMs: 90_000,
  async run(stage, parameters) {
    const server = await stage.startServer();
    const network = await openTcpProxy({ targetPort: server.port });
    stage.onEnd(() => network.close());
    const { talk, slow } = await openRooms(stage, parameters, network.url);

    talk.begin();
    const healthyFrom = now();
    await sleep(parameters.healthyMs);
    const slowFrom = now();
    const stopWatching = watchProcess(server.pid);
    network.set({ bytesPerSecond: SLOW_BYTES_PER_SECOND });
    await sleep(parameters.slowMs);
    const slowTo = now();
    const { mostRssMb, facts } = stopWatching();
    network.set({});
    await talk.end();

    const standings = await Promise.all(slow.map((client) => client.standing()));
    const history = await stage.history();
    const figures = {
      slowReaders: slow.length,
      timesParted: standings.reduce((sum, { lostAt }) => sum + lostAt.length, 0),
      neverParted: standings.filter(({ lostAt }) => lostAt.length === 0).length,
      rssGrownMb: round(mostRssMb - (facts[0]?.rssMb ?? 0)),
      baselineP99Ms: round(percentile(waitsBetween(history, healthyFrom, slowFrom), 0.99)),
      besideSlowP99Ms: round(percentile(waitsBetween(history, slowFrom, slowTo), 0.99)),
    };
    const ratio = figures.besideSlowP99Ms / figures.baselineP99Ms;
    const failures = stage.isQuick
      ? []
      : [
          ...atMost('slow readers that were kept', figures.neverParted, 0),
          ...atMost('grown RSS in MB', figures.rssGrownMb, RSS_MB),
          ...atMost('p99 against the baseline', ratio, LATENCY_RATIO),
        ];
    return { figures, failures };
  },
});

/** In each room somebody who writes, and readers of both sorts: all of them tabs of the room's visitor. */
async function openRooms(stage: Stage, parameters: Parameters, slowUrl: string) {
  const { rooms, readersEach, perSecond, textBytes } = parameters;
  const sessions: VisitorSession[] = [];
  for (let room = 0; room < rooms; room++) sessions.push(await stage.server.createVisitorSession());
  const talk = await openTalk(stage, {
    conversations: rooms,
    perSecond,
    kind: 'bare',
    text: 'x'.repeat(textBytes),
    personOf: (room) => ({ session: sessions[room] }),
  });
  const slow: ChaosClient[] = [];
  for (const [room, conversationId] of talk.conversationIds.entries()) {
    const shared = { room, conversationId, session: sessions[room], count: readersEach };
    slow.push(...(await gatherReaders(stage, { ...shared, slowUrl })));
    await gatherReaders(stage, shared);
  }
  return { talk, slow };
}

interface Readers {
  room: number;
  conversationId: string;
  session: VisitorSession | undefined;
  count: number;
  /** Of the slow network, for those on it. */
  slowUrl?: string;
}

function gatherReaders(stage: Stage, readers: Readers): Promise<ChaosClient[]> {
  const { room, conversationId, session, count, slowUrl } = readers;
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const name = `${slowUrl ? 'slow' : 'normal'} ${index} of ${room}`;
      const reader = slowUrl
        ? await stage.add({
            kind: 'bare',
            side: 'visitor',
            name,
            session,
            url: slowUrl,
            recordsApplied: false,
          })
        : // In another thread than those who catch up: what is measured is the server, not what clients cost each other.
          await stage.addHere({ side: 'visitor', name, session });
      await reader.connect();
      await reader.follow(conversationId);
      return reader;
    }),
  );
}

/** From a message's sending to its appearance, each time that it appeared to a normal reader. */
function waitsBetween(history: readonly HistoryEntry[], from: number, to: number): number[] {
  const sentAt = new Map<string, number>();
  const waits: number[] = [];
  for (const entry of history) {
    if (entry.type === 'invoke') sentAt.set(entry.id, entry.t);
    if (entry.type !== 'apply' || !entry.client.startsWith('normal')) continue;
    const at = sentAt.get(entry.id);
    if (at !== undefined && at >= from && entry.t < to) waits.push(entry.t - at);
  }
  return waits;
}
