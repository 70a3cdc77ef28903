import { MongoClient } from 'mongodb';
import type { StoredEvent, StoredLog } from '../stored-log.ts';

interface ConversationRow {
  _id: string;
  appliedSeq: number;
}

type EventRow = Omit<StoredEvent, 'details'> & {
  _id: string;
  conversationId: string;
  details: StoredEvent['details'];
};

/** Reads all logs from the database, past the engine: a witness who asked it would repeat its mistakes. */
export async function readMongoLogs(url: string): Promise<StoredLog[]> {
  const client = await MongoClient.connect(url);
  try {
    const logs = new Map<string, StoredLog>();
    for await (const { _id: id, appliedSeq } of client
      .db()
      .collection<ConversationRow>('conversations')
      .find()) {
      logs.set(id, { id, appliedSeq, events: [] });
    }
    const events = client.db().collection<EventRow>('events').find();
    for await (const { conversationId, ...event } of events) {
      // Without a row it is a log that nothing accounts for.
      const log = logs.get(conversationId) ?? { id: conversationId, appliedSeq: 0, events: [] };
      logs.set(conversationId, log);
      log.events.push(toEvent(event));
    }
    for (const { events: stored } of logs.values()) stored.sort((a, b) => a.seq - b.seq);
    return [...logs.values()];
  } finally {
    await client.close();
  }
}

function toEvent({
  seq,
  type,
  at,
  actor,
  clientEventId,
  isVisible,
  details,
}: Omit<EventRow, 'conversationId'>): StoredEvent {
  return { seq, type, at, actor, clientEventId, isVisible, details };
}
