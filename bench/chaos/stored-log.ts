import { DatabaseSync } from 'node:sqlite';
import type { ActorKind, Content, EventType } from '@alcove/protocol';

/** An event as it lies in the file. */
export interface StoredEvent {
  seq: number;
  type: EventType;
  at: string;
  actor: { kind: ActorKind; id: string };
  clientEventId: string;
  /** To the visitor. */
  isVisible: boolean;
  details: {
    content?: Content;
    editedAt?: string;
    replyTo?: number;
    status?: string;
    assignee?: { agentId?: string; teamId?: string } | null;
    messageSeq?: number;
  };
}

/** A conversation as it lies in the file. */
export interface StoredLog {
  id: string;
  /** `seq` of the newest event that the conversation's row accounts for. */
  appliedSeq: number;
  events: StoredEvent[];
}

/**
 * Reads all logs from a database file. With SQL of its own: a witness who asked the storage engine would repeat its mistakes.
 * What was stored a moment ago, and has not come to its place yet, counts.
 */
export function readStoredLogs(file: string): StoredLog[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const logs = new Map<unknown, StoredLog>();
    for (const row of database.prepare('SELECT number, id, applied_seq FROM conversations').all()) {
      logs.set(row['number'], {
        id: String(row['id']),
        appliedSeq: Number(row['applied_seq']),
        events: [],
      });
    }
    const events = database.prepare('SELECT * FROM all_events ORDER BY conversation, seq');
    for (const row of events.iterate()) logs.get(row['conversation'])?.events.push(toEvent(row));
    return [...logs.values()];
  } finally {
    database.close();
  }
}

/** What SQLite itself says about the file. `ok` is all it says of a sound one. */
export function checkIntegrity(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare('PRAGMA integrity_check').all();
    return rows.map((row) => String(row['integrity_check'])).join('; ');
  } finally {
    database.close();
  }
}

function toEvent(row: Record<string, unknown>): StoredEvent {
  return {
    seq: Number(row['seq']),
    type: row['type'] as EventType,
    at: String(row['at']),
    actor: { kind: row['actor_kind'] as ActorKind, id: String(row['actor_id']) },
    clientEventId: String(row['client_event_id']),
    isVisible: row['is_visible'] === 1,
    details: JSON.parse(String(row['details'])),
  };
}
