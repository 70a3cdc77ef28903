import { createId, type HistoryResult, type SyncResult } from '@alcove/protocol';
import type { BareClient } from '../bare-client.ts';
import type { Stage } from '../stage.ts';

/** How many write into one conversation at once, and how much. */
export interface Writing {
  writers: number;
  sends: number;
}

/** Every so many sends one is repeated, as after a lost ack. */
const REPEAT_EVERY = 10;

/** Everybody in one conversation: half of them a visitor's tabs, half an agent's. */
export async function gatherInOne(stage: Stage, writers: number, readers: number) {
  const visitor = await stage.server.createVisitorSession();
  const agent = await stage.server.createAgent('owner');
  const join = async (index: number) => {
    const isVisitor = index % 2 === 0;
    const client = await stage.addHere({
      side: isVisitor ? 'visitor' : 'team',
      name: `${isVisitor ? 'tab' : 'console'} ${index}`,
      session: isVisitor ? visitor : agent,
    });
    await client.connect();
    return client;
  };
  const all: BareClient[] = [];
  for (let index = 0; index < writers + readers; index++) all.push(await join(index));
  const [first] = all;
  if (!first) throw new Error('nobody is connected');
  const { conversationId } = await first.send({
    clientConversationId: createId('cl'),
    text: 'Hello',
  });
  // Two who follow are enough to see that everything reaches both sides.
  await Promise.all(all.slice(0, 2).map((client) => client.follow(conversationId)));
  return { conversationId, writers: all.slice(0, writers), readers: all.slice(writers) };
}

/**
 * Fills the conversation; every writer has one message on its way at a time.
 *
 * @param turn resolves when the message of this number may go out.
 */
export async function write(
  writers: readonly BareClient[],
  conversationId: string,
  sends: number,
  turn?: (number: number) => Promise<void>,
): Promise<{ ackMs: number[]; seconds: number; repeats: number; failures: string[] }> {
  const ackMs: number[] = [];
  const seqs: number[] = [];
  const failures: string[] = [];
  let next = 0;
  let repeats = 0;
  const startedAt = performance.now();
  await Promise.all(
    writers.map(async (writer) => {
      while (next < sends) {
        const number = next++;
        await turn?.(number);
        const message = { conversationId, id: createId('cl'), text: `message ${number}` };
        const first = await writer.send(message);
        ackMs.push(first.ackMs);
        seqs.push(first.seq ?? 0);
        if (number % REPEAT_EVERY !== 0) continue;
        repeats++;
        const again = await writer.send({ ...message, isRepeat: true });
        if (!again.isDuplicate || again.seq !== first.seq) {
          failures.push(`a repeat of ${first.seq} became ${again.seq}`);
        }
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const wanted = Array.from({ length: sends }, (_, index) => index + 2);
  if (seqs.toSorted((a, b) => a - b).join() !== wanted.join()) {
    failures.push(`the numbers given are not 2..${sends + 1}`);
  }
  return { ackMs, seconds, repeats, failures };
}

/** Small, so that a run is many reads and not much copying. */
const PAGE = 20;

export interface Reading {
  conversationId: string;
  isAgent: boolean;
  reads: number;
  progress: { isWriting: boolean; reads: number };
  failures: string[];
  stage: Stage;
}

/** Follows the log to its end again and again: while it grows, and until there were enough reads. */
export async function readWhileWriting(reader: BareClient, reading: Reading): Promise<void> {
  const { conversationId, isAgent, progress, failures, stage } = reading;
  let have = 0;
  while (progress.isWriting || progress.reads < reading.reads) {
    progress.reads++;
    const { events, head, reset } = (await reader.ask('sync', {
      conversationId,
      since: have,
      limit: PAGE,
    })) as SyncResult;
    if (reset) have = events[0]?.prev ?? have;
    for (const event of events) {
      if (event.prev !== have) {
        failures.push(`${event.seq} came with prev ${event.prev} after ${have}`);
      }
      if (isAgent && event.seq !== have + 1) failures.push(`${event.seq} came after ${have}`);
      have = event.seq;
    }
    if (head < have) failures.push(`head ${head} is below ${have}`);
    if (progress.isWriting) continue;
    // Once more from somewhere in the middle: an early part of the log reads the same at any time.
    have = await visibleAtOrBelow(reader, conversationId, stage.random.below(head));
  }
}

/** A `seq` from which this reader may go on. */
async function visibleAtOrBelow(
  reader: BareClient,
  conversationId: string,
  seq: number,
): Promise<number> {
  const page = (await reader.ask('history', {
    conversationId,
    before: seq + 1,
    limit: 1,
  })) as HistoryResult;
  return page.events[0]?.seq ?? 0;
}
