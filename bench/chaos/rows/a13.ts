import { type CursorResult, createId, type InboxRow, type SyncResult } from '@alcove/protocol';
import { type BareClient, RefusedError } from '../bare-client.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';

interface Parameters {
  moves: number;
  messages: number;
}

/** So many moves are under way at once; they arrive in any order. */
const IN_FLIGHT = 64;

/** Sane and insane moves of cursors, while messages keep coming. */
export const a13 = defineRow<Parameters>({
  name: 'A13',
  does: '50,000 random moves of cursors, out of order, too high, negative and in somebody else’s conversation, while messages keep coming. Cursors only move forward, read <= delivered <= head, foreign ones are refused, and the unread count equals a recount.',
  quick: { moves: 1_500, messages: 30 },
  full: { moves: 50_000, messages: 300 },
  fullSeconds: 40,
  async run(stage, { moves, messages }) {
    const server = await stage.startServer();
    const session = await server.createAgent('owner');
    const [visitor, stranger, agent] = await Promise.all([
      stage.addHere({ side: 'visitor', name: 'visitor' }),
      stage.addHere({ side: 'visitor', name: 'stranger' }),
      stage.addHere({ side: 'team', name: 'agent', session }),
    ]);
    await Promise.all([visitor, stranger, agent].map((client) => client.connect()));
    const opening = { clientConversationId: createId('cl'), text: 'Hello' };
    const { conversationId } = await visitor.send(opening);
    await Promise.all([visitor, agent].map((client) => client.follow(conversationId)));
    const failures: string[] = [];
    const tally = { refused: 0, moved: 0 };
    const handedOver = { count: 1 };
    const talking = talk([visitor, agent], { conversationId, messages, handedOver });
    const movers = [
      { client: visitor, watched: watch('visitor', handedOver, failures) },
      { client: agent, watched: watch('agent', handedOver, failures) },
    ] as const;
    let next = 0;
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async (_, lane) => {
        while (next < moves) {
          next++;
          const mover = movers[lane % 2 === 0 ? 0 : 1];
          await move(stage, { ...mover, stranger, conversationId, messages, tally, failures });
        }
      }),
    );
    await talking;
    await checkUnread(agent, { conversationId, agentId: session.agent.id, failures });
    return { figures: { moves, ...tally, messages }, failures: failures.slice(0, 20) };
  },
});

interface Position {
  delivered: number;
  read: number;
}

interface Move {
  client: BareClient;
  watched: Watch;
  stranger: BareClient;
  conversationId: string;
  messages: number;
  tally: { refused: number; moved: number };
  failures: string[];
}

async function move(stage: Stage, options: Move): Promise<void> {
  const { client, watched, stranger, conversationId, messages, tally, failures } = options;
  const kind = stage.random.below(20);
  // The log ends at about one and a half times as many: a quarter of these is too high to the last.
  const seq = stage.random.below(messages * 2);
  if (kind < 2) {
    const isForeign = kind === 1;
    const who = isForeign ? stranger : client;
    const code = await refusalOf(who, { conversationId, read: isForeign ? seq : -seq - 1 });
    if (code !== (isForeign ? 'not_found' : 'invalid')) {
      failures.push(`${isForeign ? 'a foreign' : 'a negative'} move was answered with ${code}`);
    }
    tally.refused++;
    return;
  }
  const position = kind < 10 ? { read: seq } : { delivered: seq };
  const check = watched.moveSent();
  const answer = await client.ask('cursor.advance', { conversationId, ...position });
  check((answer as CursorResult).cursor);
  tally.moved++;
}

async function refusalOf(client: BareClient, payload: object): Promise<string> {
  try {
    await client.ask('cursor.advance', payload);
    return 'yes';
  } catch (error) {
    return error instanceof RefusedError ? error.code : String(error);
  }
}

/** Watches the cursor of one participant. */
interface Watch {
  /** Call when a move is sent; call the answer with what came back. */
  moveSent(): (cursor: Position) => void;
}

/** What was acknowledged before a move was sent holds for its answer. Answers under way at once may overtake each other. */
function watch(name: string, handedOver: { count: number }, failures: string[]): Watch {
  let known: Position = { delivered: 0, read: 0 };
  return {
    moveSent() {
      const floor = known;
      return ({ read, delivered }) => {
        if (read > delivered) failures.push(`${name}: read ${read} > delivered ${delivered}`);
        // What is stored by now was handed over before now.
        if (delivered > handedOver.count) {
          failures.push(`${name}: delivered ${delivered} of ${handedOver.count}`);
        }
        if (read < floor.read || delivered < floor.delivered) {
          failures.push(`${name}: a cursor moved back`);
        }
        known = {
          delivered: Math.max(known.delivered, delivered),
          read: Math.max(known.read, read),
        };
      };
    },
  };
}

interface Talking {
  conversationId: string;
  messages: number;
  handedOver: { count: number };
}

async function talk(
  clients: readonly BareClient[],
  { conversationId, messages, handedOver }: Talking,
) {
  for (let number = 0; number < messages; number++) {
    for (const [index, client] of clients.entries()) {
      // The agent falls silent half-way, so that something stays unread.
      if (index === 1 && number > messages / 2) continue;
      handedOver.count++;
      await client.send({ conversationId, text: `message ${number}` });
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
  agent: BareClient,
  { conversationId, agentId, failures }: UnreadCheck,
): Promise<void> {
  const { rows } = (await agent.ask('inbox.get', { conversationIds: [conversationId] })) as {
    rows: InboxRow[];
  };
  let have = 0;
  let answeredAt = 0;
  let readUpTo = 0;
  const visitorSeqs: number[] = [];
  for (let more = true; more; ) {
    const page = (await agent.ask('sync', { conversationId, since: have })) as SyncResult;
    readUpTo = page.cursors.find(({ participant }) => participant.id === agentId)?.read ?? 0;
    for (const event of page.events) {
      have = event.seq;
      if (event.type !== 'message.created') continue;
      if (event.actor.kind === 'visitor') visitorSeqs.push(event.seq);
      else answeredAt = event.seq;
    }
    more = page.more;
  }
  const recount = visitorSeqs.filter((seq) => seq > Math.max(answeredAt, readUpTo)).length;
  const shown = rows[0]?.unread;
  if (shown !== Math.min(recount, 100)) {
    failures.push(`unread is ${shown}, a recount says ${recount}`);
  }
}
