import type { ActorKind, Cursor } from '@alcove/protocol';
import type { CursorAdvance } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { CONVERSATION_NUMBER } from './conversations.ts';

interface CursorColumns {
  participant_kind: ActorKind;
  participant_id: string;
  delivered: number;
  delivered_at: string | null;
  read: number;
  read_at: string | null;
}

const COLUMNS = 'participant_kind, participant_id, delivered, delivered_at, read, read_at';

/** What is read of cursors. */
export function cursorReads(prepare: Prepare) {
  const ofConversation = prepare<CursorColumns>(
    `SELECT ${COLUMNS} FROM cursors WHERE conversation = ${CONVERSATION_NUMBER}
     ORDER BY participant_kind, participant_id`,
  );
  return {
    cursors: (workspaceId: string, conversationIds: readonly string[]) =>
      new Map(conversationIds.map((id) => [id, ofConversation.all(workspaceId, id).map(toCursor)])),
  };
}

/** What is written of cursors. */
export function cursorWrites(prepare: Prepare) {
  const findConversation = prepare<{ number: number; visitor_seq: number }>(
    'SELECT number, visitor_seq FROM conversations WHERE workspace_id = ? AND id = ?',
  );
  const find = prepare<CursorColumns>(
    `SELECT ${COLUMNS} FROM cursors
     WHERE conversation = ? AND participant_kind = ? AND participant_id = ?`,
  );
  const store = prepare(
    `INSERT INTO cursors (conversation, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (conversation, participant_kind, participant_id) DO UPDATE SET
       delivered = excluded.delivered, delivered_at = excluded.delivered_at,
       read = excluded.read, read_at = excluded.read_at`,
  );
  return {
    advanceCursor(
      workspaceId: string,
      advance: CursorAdvance,
    ): { cursor: Cursor; hasMoved: boolean } | null {
      const { conversationId, participant } = advance;
      const { kind, id } = participant;
      const conversation = findConversation.get(workspaceId, conversationId);
      if (conversation === undefined) return null;

      const row = find.get(conversation.number, kind, id);
      const before = row === undefined ? untouched({ kind, id }) : toCursor(row);
      const cursor = moved(before, advance, conversation.visitor_seq);
      const hasMoved = cursor.delivered > before.delivered || cursor.read > before.read;
      if (hasMoved) {
        const { delivered, deliveredAt, read, readAt } = cursor;
        store.run(conversation.number, kind, id, delivered, deliveredAt, read, readAt);
      }
      return { cursor, hasMoved };
    },
  };
}

function untouched(participant: Cursor['participant']): Cursor {
  return { participant, delivered: 0, deliveredAt: null, read: 0, readAt: null };
}

function moved(before: Cursor, advance: CursorAdvance, newest: number): Cursor {
  const reach = (from: number, to = 0) => Math.max(from, Math.min(to, newest));
  const read = reach(before.read, advance.read);
  // What was read has been delivered.
  const delivered = Math.max(reach(before.delivered, advance.delivered), read);
  return {
    participant: before.participant,
    delivered,
    deliveredAt: delivered > before.delivered ? advance.at : before.deliveredAt,
    read,
    readAt: read > before.read ? advance.at : before.readAt,
  };
}

function toCursor(row: CursorColumns): Cursor {
  return {
    participant: { kind: row.participant_kind, id: row.participant_id },
    delivered: row.delivered,
    deliveredAt: row.delivered_at,
    read: row.read,
    readAt: row.read_at,
  };
}
