import { type Appended, createId, type HistoryResult, type SyncResult } from '@alcove/protocol';
import { connect, expectOk, openConversation, type Person, withServer } from './people.ts';
import type { SpawnedServer } from '@alcove/server/testing';
import type { BenchResult } from './bench-result.ts';
import { percentile, round } from './figures.ts';

const WRITERS = 64;
const SENDS = 10_000;
const READERS = 4;
const READS = 100_000;
/** Small, so that a run is many reads and not much copying. */
const PAGE = 20;
/** Every so many sends one is repeated, as after a lost ack. */
const REPEAT_EVERY = 10;
const ACK_P99_MS = 1000;

/**
 * 64 writers, half of them a visitor's tabs and half an agent's, fill one conversation with 10,000 messages, while
 * readers of both audiences catch up as fast as they can.
 *
 * Holds: `seq` is exactly 1..n; whoever sees an event can read each earlier one meant for them; repeats get the first
 * result; the slowest percent of acks stays under a second.
 */
export async function run(): Promise<BenchResult> {
  return await withServer(measure);
}

async function measure(server: SpawnedServer): Promise<BenchResult> {
  const failures: string[] = [];
  const visitorSession = await server.createVisitorSession();
  const agentSession = await server.createAgent('owner');
  const join = (index: number) =>
    index % 2 === 0
      ? connect(server, 'visitor', visitorSession.accessToken)
      : connect(server, 'agent', agentSession.accessToken);
  const writers = await Promise.all(Array.from({ length: WRITERS }, (_, index) => join(index)));
  const readers = await Promise.all(Array.from({ length: READERS }, (_, index) => join(index)));
  const [visitor] = writers;
  if (!visitor) throw new Error('nobody is connected');
  const { conversationId } = await openConversation(visitor);

  const progress = { isWriting: true, reads: 0 };
  const reading = Promise.all(
    readers.map((reader, index) =>
      readWhileWriting(reader, { conversationId, isAgent: index % 2 === 1, progress, failures }),
    ),
  );
  const { ackMs, seqs, seconds, repeats } = await write(writers, conversationId, failures);
  progress.isWriting = false;
  await reading;

  const wanted = Array.from({ length: SENDS }, (_, index) => index + 2);
  const given = seqs.toSorted((a, b) => a - b);
  if (given.join() !== wanted.join()) failures.push(`seq is not 2..${SENDS + 1}`);
  await checkNewestPage(visitor, conversationId, failures);
  const p99 = percentile(ackMs, 0.99);
  if (p99 > ACK_P99_MS) failures.push(`ack p99 is ${p99.toFixed(0)} ms`);
  for (const person of [...writers, ...readers]) person.close();
  return {
    failures,
    figures: {
      writers: WRITERS,
      sends: SENDS,
      repeats,
      reads: progress.reads,
      sendsPerSecond: Math.round(SENDS / seconds),
      ackP50Ms: round(percentile(ackMs, 0.5)),
      ackP99Ms: round(p99),
    },
  };
}

async function write(writers: readonly Person[], conversationId: string, failures: string[]) {
  const ackMs: number[] = [];
  const seqs: number[] = [];
  let next = 0;
  let repeats = 0;
  const startedAt = performance.now();
  await Promise.all(
    writers.map(async (writer) => {
      while (next < SENDS) {
        const number = next++;
        const message = {
          conversationId,
          clientMessageId: createId('cl'),
          content: { kind: 'text', text: `message ${number}` },
        };
        const sentAt = performance.now();
        const first = expectOk(await writer.ask<Appended>('message.send', message));
        ackMs.push(performance.now() - sentAt);
        seqs.push(first.seq);
        if (number % REPEAT_EVERY !== 0) continue;
        repeats++;
        const again = expectOk(await writer.ask<Appended>('message.send', message));
        if (!again.duplicate || again.seq !== first.seq)
          failures.push(`a repeat of ${first.seq} became ${again.seq}`);
      }
    }),
  );
  return { ackMs, seqs, repeats, seconds: (performance.now() - startedAt) / 1000 };
}

interface Reading {
  conversationId: string;
  isAgent: boolean;
  progress: { isWriting: boolean; reads: number };
  failures: string[];
}

/** Follows the log to its end again and again: while it grows, and until there were enough reads. */
async function readWhileWriting(reader: Person, reading: Reading): Promise<void> {
  const { conversationId, isAgent, progress, failures } = reading;
  let have = 0;
  while (progress.isWriting || progress.reads < READS) {
    progress.reads++;
    const { events, head, reset } = expectOk(
      await reader.ask<SyncResult>('sync', { conversationId, since: have, limit: PAGE }),
    );
    if (reset) have = events[0]?.prev ?? have;
    for (const event of events) {
      if (event.prev !== have)
        failures.push(`${event.seq} came with prev ${event.prev} after ${have}`);
      if (isAgent && event.seq !== have + 1) failures.push(`${event.seq} came after ${have}`);
      have = event.seq;
    }
    if (head < have) failures.push(`head ${head} is below ${have}`);
    // Once more from somewhere in the middle: an early part of the log reads the same at any time.
    if (!progress.isWriting) have = Math.floor(Math.random() * head);
    if (!progress.isWriting) have = await visibleAtOrBelow(reader, conversationId, have);
  }
}

/** A `seq` from which this reader may go on. */
async function visibleAtOrBelow(
  reader: Person,
  conversationId: string,
  seq: number,
): Promise<number> {
  const page = expectOk(
    await reader.ask<HistoryResult>('history', { conversationId, before: seq + 1, limit: 1 }),
  );
  return page.events[0]?.seq ?? 0;
}

async function checkNewestPage(
  reader: Person,
  conversationId: string,
  failures: string[],
): Promise<void> {
  const page = expectOk(await reader.ask<HistoryResult>('history', { conversationId, limit: 200 }));
  if (page.head !== SENDS + 1) failures.push(`head is ${page.head}, not ${SENDS + 1}`);
  if (page.events.at(-1)?.seq !== page.head)
    failures.push('the newest page does not end at the head');
}
