import {
  type Appended,
  createId,
  type HistoryResult,
  type SyncResult,
  WIRE_LIMITS,
} from '@alcove/protocol';
import { openStorage, type SpawnedServer, spawnTestServer } from '@alcove/server/testing';
import type { BenchResult } from './bench-result.ts';
import { each } from './each.ts';
import { median, round } from './figures.ts';
import { makeDataDir, startMeasuredServer } from './measured-server.ts';
import { connect, expectOk, liftedLimits, openConversation, type Person } from './people.ts';

const LONG = 1_000_000;
const SHORT = 1_000;
const READS = 400;
const WARM_UP_READS = 50;
/** What a reader has missed: most of a page. */
const BEHIND = 150;
const RATIO = 1.5;
/** Appends that the store is asked for at once while it is filled. */
const FILLING = 512;

/** The two conversations of one visitor. */
interface Prepared {
  dataDir: string;
  accessToken: string;
  long: string;
  short: string;
}

/**
 * Reading a conversation of 1,000,000 events against one of 1,000, by a visitor and by an agent, over the wire: the newest
 * page, a page in the middle, and catching up with the last 150 events.
 */
export async function run(): Promise<BenchResult> {
  const filledAt = performance.now();
  const prepared = await prepare();
  const fillSeconds = (performance.now() - filledAt) / 1000;
  const { server, close } = await startMeasuredServer({ dataDir: prepared.dataDir });
  try {
    const people = {
      visitor: await connect(server, 'visitor', prepared.accessToken),
      agent: await connect(server, 'agent', (await server.createAgent('owner')).accessToken),
    };
    const result = await compare(people, prepared);
    for (const person of Object.values(people)) person.close();
    return { ...result, figures: { ...result.figures, fillSeconds: Math.round(fillSeconds) } };
  } finally {
    await close();
  }
}

/** Asks once; fails when the answer is not what was asked for. */
type Read = (conversationId: string, head: number) => Promise<void>;

async function compare(
  people: Record<'visitor' | 'agent', Person>,
  { long, short }: Prepared,
): Promise<BenchResult> {
  const reads = Object.entries(people).flatMap(([who, person]) =>
    Object.entries(readsOf(person)).map(([what, read]) => ({ name: `${who}: ${what}`, read })),
  );
  const rows = [];
  for (const { name, read } of reads) {
    const times = { long: [] as number[], short: [] as number[] };
    for (let number = -WARM_UP_READS; number < READS; number++) {
      const longMs = await time(() => read(long, LONG));
      const shortMs = await time(() => read(short, SHORT));
      if (number < 0) continue;
      times.long.push(longMs);
      times.short.push(shortMs);
    }
    const [longMs, shortMs] = [median(times.long), median(times.short)];
    rows.push({
      read: name,
      ratio: round(longMs / shortMs, 3),
      longMs: round(longMs, 3),
      shortMs: round(shortMs, 3),
    });
  }
  const ratio = Math.max(...rows.map((row) => row.ratio));
  return {
    failures: rows
      .filter((row) => row.ratio > RATIO)
      .map((row) => `${row.read} takes ${row.ratio} times as long, above ${RATIO}`),
    figures: { ratio, longEvents: LONG, shortEvents: SHORT, rounds: READS, reads: rows },
  };
}

function readsOf(person: Person): Record<string, Read> {
  const history = async (conversationId: string, before?: number) => {
    const page = expectOk(await person.ask<HistoryResult>('history', { conversationId, before }));
    if (page.events.length !== WIRE_LIMITS.pageSize) throw new Error('the page is not full');
  };
  return {
    'newest page': (conversationId) => history(conversationId),
    'page in the middle': (conversationId, head) => history(conversationId, head / 2),
    'catch-up': async (conversationId, head) => {
      const since = head - BEHIND;
      const { events } = expectOk(await person.ask<SyncResult>('sync', { conversationId, since }));
      if (events.length !== BEHIND) throw new Error(`${events.length} events came`);
    },
  };
}

async function time(act: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/** People come in through the server's doors; the logs grow without it, straight in the store. */
async function prepare(): Promise<Prepared> {
  const dataDir = makeDataDir();
  const server = await spawnTestServer({ dataDir, limits: liftedLimits });
  const { accessToken, visitorId } = await server.createVisitorSession();
  const [long, short] = [await openOne(server, accessToken), await openOne(server, accessToken)];
  await server.kill('SIGTERM');

  const storage = await openStorage(`sqlite:${dataDir}/alcove.db`);
  const { conversations } = storage.forWorkspace(server.workspace.id);
  const fill = ({ conversationId, seq }: Appended, events: number) =>
    each(
      events - seq,
      async (index) => {
        const { outcome } = await conversations.append({
          conversationId,
          at: new Date().toISOString(),
          event: {
            type: 'message.created',
            actor: { kind: 'visitor', id: visitorId },
            via: 'widget',
            clientEventId: createId('cl'),
            content: { kind: 'text', text: `message ${index} `.padEnd(120, 'abcdefgh ') },
          },
        });
        if (outcome !== 'appended') throw new Error(`a message was ${outcome}`);
      },
      FILLING,
    );
  await fill(short, SHORT);
  await fill(long, LONG);
  await storage.close();
  return { dataDir, accessToken, long: long.conversationId, short: short.conversationId };
}

async function openOne(server: SpawnedServer, accessToken: string): Promise<Appended> {
  const visitor = await connect(server, 'visitor', accessToken);
  const opened = await openConversation(visitor);
  visitor.close();
  return opened;
}
