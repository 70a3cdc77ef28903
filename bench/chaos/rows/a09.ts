import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConversationEvent,
  createId,
  SERVER_FRAMES,
  type VisitorHello,
} from '@alcove/protocol';
import { openSocket } from '../../people.ts';
import { round } from '../../figures.ts';
import type { ClientSession } from '../client.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';

interface Parameters {
  connects: number;
  writers: number;
  perSecond: number;
}

/** So many come at once. */
const AT_ONCE = 10;
/** Each stays until it has heard so many events. */
const HEARD = 5;

/** Between reading how far a conversation goes and being told of what follows there must be no moment. */
export const a09 = defineRow<Parameters>({
  name: 'A09',
  does: 'A visitor connects 1,000 times while the conversation gets 200 messages a second. The first event after each hello is the one that follows its head, or an earlier one: none falls in between.',
  quick: { connects: 50, writers: 10, perSecond: 100 },
  full: { connects: 1000, writers: 20, perSecond: 200 },
  fullSeconds: 60,
  async run(stage, { connects, writers: count, perSecond }) {
    const server = await stage.startServer();
    const session = await server.createVisitorSession();
    const tab = await stage.add({ kind: 'bare', side: 'visitor', name: 'tab', session });
    await tab.connect();
    const opening = { clientConversationId: createId('cl'), text: 'Hello' };
    const { conversationId } = await tab.send(opening);
    await tab.follow(conversationId);
    const agent = await server.createAgent('owner');
    const writers = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const name = `writer ${index}`;
        const writer = await stage.add({ kind: 'bare', side: 'team', name, session: agent });
        await writer.connect();
        return writer;
      }),
    );
    const life = { isOver: false };
    const everyMs = (1000 * count) / perSecond;
    const startedAt = performance.now();
    let written = 0;
    const writing = writers.map(async (writer) => {
      while (!life.isOver) {
        const acks = await writer.burst({ conversationId, count: 2, everyMs });
        written += acks.length;
      }
    });

    const failures: string[] = [];
    const tally = { connected: 0, overlaps: 0 };
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (tally.connected < connects) {
          tally.connected++;
          await sleep(20 * stage.random.next());
          const { head, heard } = await visit(stage, session, conversationId);
          const gap = findGap(head, heard);
          if (gap) failures.push(gap);
          if ((heard[0] ?? 0) <= head) tally.overlaps++;
        }
      }),
    );
    const messagesPerSecond = round((1000 * written) / (performance.now() - startedAt));
    life.isOver = true;
    await Promise.all(writing);
    return { figures: { connects, messagesPerSecond, overlaps: tally.overlaps }, failures };
  },
});

/** Connects, listens for a moment, and leaves. */
async function visit(stage: Stage, session: ClientSession, conversationId: string) {
  const socket = openSocket(stage.server, 'visitor', session.accessToken);
  const heard: number[] = [];
  try {
    return await new Promise<{ head: number; heard: number[] }>((resolve, reject) => {
      let head = -1;
      const look = () => {
        if (head >= 0 && heard.length >= HEARD) resolve({ head, heard });
      };
      socket.on(SERVER_FRAMES.event, (event: ConversationEvent) => {
        if (event.conversationId === conversationId) heard.push(event.seq);
        look();
      });
      socket.once(SERVER_FRAMES.hello, ({ conversations }: VisitorHello) => {
        head = conversations.find(({ id }) => id === conversationId)?.head ?? 0;
        look();
      });
      socket.once('connect_error', reject);
      socket.once('disconnect', (reason) => reject(new Error(`disconnected: ${reason}`)));
    });
  } finally {
    socket.removeAllListeners();
    socket.disconnect();
  }
}

function findGap(head: number, heard: readonly number[]): string | undefined {
  const [first = 0] = heard;
  if (first > head + 1) return `the head was ${head}, the first event ${first}`;
  const at = heard.findIndex((seq, index) => index > 0 && seq !== (heard[index - 1] ?? 0) + 1);
  return at < 0 ? undefined : `${heard[at]} came after ${heard[at - 1]}`;
}
