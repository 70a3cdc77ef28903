import { type CursorResult, createId, type InboxRow, type SyncResult } from '@alcove/protocol';
import { connect, expectOk, openConversation, type Person, withServer } from './people.ts';
import type { SpawnedServer } from '@alcove/server/testing';
import type { BenchResult } from './bench-result.ts';

const MOVES = 50_000;
const MESSAGES = 300;
/** So many moves are under way at once; they arrive in any order. */
const IN_FLIGHT = 64;

/**
 * 50,000 random moves of cursors, out of order, too high, negative and in somebody else's conversation, while messages
 * keep coming.
 *
 * Holds: `read <= delivered <= head`, both only move forward, foreign and malformed moves are refused, and the unread
 * count equals a recount from the log.
 */
export async function run(): Promise<BenchResult> {
  return await withServer(measure);
}

async function measure(server: SpawnedServer): Promise<BenchResult> {
  const failures: string[] = [];
  const visitor = await connect(
    server,
    'visitor',
    (await server.createVisitorSession()).accessToken,
  );
  const stranger = await connect(
    server,
    'visitor',
    (await server.createVisitorSession()).accessToken,
  );
  const session = await server.createAgent('owner');
  const agent = await connect(server, 'agent', session.accessToken);
  const { conversationId } = await openConversation(visitor);
  const tally = { refused: 0, moved: 0 };
  const startedAt = performance.now();

  const talking = talk([visitor, agent], conversationId);
  const movers: [Person, Watch][] = [
    [visitor, watch('visitor', failures)],
    [agent, watch('agent', failures)],
  ];
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async (_, lane) => {
      while (next < MOVES) {
        const number = next++;
        const mover = movers[lane % 2];
        if (!mover) continue;
        await move(number, { mover, stranger, conversationId, tally, failures });
      }
    }),
  );
  await talking;
  const seconds = (performance.now() - startedAt) / 1000;
  await checkUnread(agent, { conversationId, agentId: session.agent.id, failures });
  for (const person of [visitor, stranger, agent]) person.close();
  return {
    failures,
    figures: {
      moves: MOVES,
      ...tally,
      messages: MESSAGES,
      movesPerSecond: Math.round(MOVES / seconds),
    },
  };
}

interface Position {
  delivered: number;
  read: number;
}

interface Move {
  mover: [Person, Watch];
  stranger: Person;
  conversationId: string;
  tally: { refused: number; moved: number };
  failures: string[];
}

async function move(
  number: number,
  { mover, stranger, conversationId, tally, failures }: Move,
): Promise<void> {
  const [person, watched] = mover;
  const kind = number % 20;
  const seq = Math.floor(Math.random() * MESSAGES * 1.5);
  if (kind === 0) {
    const ack = await person.ask('cursor.advance', { conversationId, read: -seq - 1 });
    if (ack.ok) failures.push('a negative cursor was accepted');
    tally.refused++;
    return;
  }
  if (kind === 1) {
    const ack = await stranger.ask('cursor.advance', { conversationId, read: seq });
    if (ack.ok || ack.code !== 'not_found') failures.push('a stranger moved a cursor');
    tally.refused++;
    return;
  }
  const position = kind < 10 ? { read: seq } : { delivered: seq };
  const check = watched.moveSent();
  const { cursor } = expectOk(
    await person.ask<CursorResult>('cursor.advance', { conversationId, ...position }),
  );
  check(cursor);
  tally.moved++;
}

/** Watches the cursor of one participant. */
interface Watch {
  /** Call when a move is sent; call the answer with what came back. */
  moveSent(): (cursor: Position) => void;
}

/** What was acknowledged before a move was sent holds for its answer. Answers under way at once may overtake each other. */
function watch(name: string, failures: string[]): Watch {
  let known: Position = { delivered: 0, read: 0 };
  return {
    moveSent() {
      const floor = known;
      return (cursor) => {
        if (cursor.read > cursor.delivered) {
          failures.push(`${name}: read ${cursor.read} > delivered ${cursor.delivered}`);
        }
        if (cursor.delivered > 2 * MESSAGES + 1) {
          failures.push(`${name}: delivered ${cursor.delivered} is beyond the log`);
        }
        if (cursor.read < floor.read || cursor.delivered < floor.delivered) {
          failures.push(`${name}: a cursor moved back`);
        }
        known = {
          delivered: Math.max(known.delivered, cursor.delivered),
          read: Math.max(known.read, cursor.read),
        };
      };
    },
  };
}

async function talk(people: readonly Person[], conversationId: string): Promise<void> {
  for (let number = 0; number < MESSAGES; number++) {
    for (const [index, person] of people.entries()) {
      // The agent falls silent half-way, so that something stays unread.
      if (index === 1 && number > MESSAGES / 2) continue;
      expectOk(
        await person.ask('message.send', {
          conversationId,
          clientMessageId: createId('cl'),
          content: { kind: 'text', text: `message ${number}` },
        }),
      );
    }
  }
}

interface UnreadCheck {
  conversationId: string;
  agentId: string;
  failures: string[];
}

/** Counts from the log what the inbox says in one number. */
async function checkUnread(
  agent: Person,
  { conversationId, agentId, failures }: UnreadCheck,
): Promise<void> {
  const { rows } = expectOk(
    await agent.ask<{ rows: InboxRow[] }>('inbox.get', { conversationIds: [conversationId] }),
  );
  let have = 0;
  let answeredAt = 0;
  let readUpTo = 0;
  const visitorSeqs: number[] = [];
  for (;;) {
    const page = expectOk(
      await agent.ask<SyncResult>('sync', { conversationId, since: have, limit: 200 }),
    );
    readUpTo = page.cursors.find(({ participant }) => participant.id === agentId)?.read ?? 0;
    for (const event of page.events) {
      have = event.seq;
      if (event.type !== 'message.created') continue;
      if (event.actor.kind === 'visitor') visitorSeqs.push(event.seq);
      else answeredAt = event.seq;
    }
    if (!page.more) break;
  }
  const recount = visitorSeqs.filter((seq) => seq > Math.max(answeredAt, readUpTo)).length;
  const shown = rows[0]?.unread;
  if (shown !== Math.min(recount, 100))
    failures.push(`unread is ${shown}, a recount says ${recount}`);
}
