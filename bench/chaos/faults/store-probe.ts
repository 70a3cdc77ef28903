import { type Appended, createId, type HistoryResult } from '@alcove/protocol';
import type { SpawnedServer } from '@alcove/server/testing';
import { connect, expectOk, openConversation, type Person } from '../../people.ts';

/** What a probe met since it was last asked. */
export interface Met {
  /** Refusals of messages, by code; `ok` those that were acknowledged. */
  sends: Record<string, number>;
  /** How long those that were acknowledged took. */
  ackMs: number[];
  /** Reads that were not answered with what was asked for. */
  failedReads: number;
  readMs: number[];
}

/** Somebody who writes and somebody who reads, on two connections, all the time. They repeat nothing. */
export interface StoreProbe {
  /** What was met since the last time. */
  take(): Met;
  /** Stops, and answers which acknowledged messages are not stored. */
  end(): Promise<string[]>;
}

const PAUSE_MS = 10;

/** Starts a probe. */
export async function startStoreProbe(server: SpawnedServer): Promise<StoreProbe> {
  const { accessToken } = await server.createVisitorSession();
  const writer = await connect(server, 'visitor', accessToken);
  const reader = await connect(server, 'visitor', accessToken);
  const { conversationId } = await openConversation(writer);
  const acked = new Set<string>();
  let met = createMet();
  let isWanted = true;

  const keepWriting = async () => {
    while (isWanted) {
      const askedAt = performance.now();
      const outcome = await sendOnce(writer, conversationId, acked);
      if (outcome === 'ok') met.ackMs.push(performance.now() - askedAt);
      met.sends[outcome] = (met.sends[outcome] ?? 0) + 1;
      await pause();
    }
  };
  const keepReading = async () => {
    while (isWanted) {
      const askedAt = performance.now();
      const answer = await reader.ask('history', { conversationId, limit: 20 }).catch(() => null);
      if (!answer?.ok) met.failedReads++;
      met.readMs.push(performance.now() - askedAt);
      await pause();
    }
  };
  const working = Promise.all([keepWriting(), keepReading()]);

  return {
    take() {
      const taken = met;
      met = createMet();
      return taken;
    },
    async end() {
      isWanted = false;
      await working;
      const stored = await readIds(reader, conversationId);
      for (const person of [writer, reader]) person.close();
      return [...acked].filter((id) => !stored.has(id));
    },
  };
}

function createMet(): Met {
  return { sends: {}, ackMs: [], failedReads: 0, readMs: [] };
}

async function sendOnce(
  writer: Person,
  conversationId: string,
  acked: Set<string>,
): Promise<string> {
  const clientMessageId = createId('cl');
  const content = { kind: 'text', text: 'probe' };
  try {
    const message = { conversationId, clientMessageId, content };
    const ack = await writer.ask<Appended>('message.send', message);
    if (!ack.ok) return ack.code;
    acked.add(clientMessageId);
    return 'ok';
  } catch {
    return 'silence';
  }
}

async function readIds(reader: Person, conversationId: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let before: number | undefined; ; ) {
    const { events } = expectOk(
      await reader.ask<HistoryResult>('history', { conversationId, before, limit: 200 }),
    );
    for (const { clientEventId } of events) ids.add(clientEventId);
    const [oldest] = events;
    if (!oldest || oldest.prev === 0) return ids;
    before = oldest.seq;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
