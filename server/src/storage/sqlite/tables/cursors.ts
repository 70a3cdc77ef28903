import type { ActorKind, Cursor, Receipt } from '@alcove/protocol';
import { cursorAtStart, moveCursor } from '../../move-cursor.ts';
import type { CursorAdvance } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import type { LiveConversations } from './live-conversations.ts';
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
  // The first move that reached `seq`: moves only go up.
  const firstReach = (reach: 'delivered' | 'read') => `(
    SELECT at FROM cursor_moves AS moves
    WHERE moves.conversation = cursors.conversation AND moves.participant_kind = cursors.participant_kind
      AND moves.participant_id = cursors.participant_id AND reach = '${reach}' AND seq >= ?
    ORDER BY seq LIMIT 1)`;
  const receipts = prepare<CursorColumns>(
    `SELECT participant_kind, participant_id, ${firstReach('delivered')} AS delivered_at, ${firstReach('read')} AS read_at
     FROM cursors WHERE conversation = ${CONVERSATION_NUMBER} ORDER BY participant_kind, participant_id`,
  );
  return {
    cursors: (workspaceId: string, conversationIds: readonly string[]) =>
      new Map(conversationIds.map((id) => [id, ofConversation.all(workspaceId, id).map(toCursor)])),

    receipts: (
      workspaceId: string,
      { conversationId, seq }: { conversationId: string; seq: number },
    ): Receipt[] =>
      receipts.all(seq, seq, workspaceId, conversationId).map((row) => ({
        participant: { kind: row.participant_kind, id: row.participant_id },
        deliveredAt: row.delivered_at,
        readAt: row.read_at,
      })),
  };
}

/** What is written of cursors. */
export function cursorWrites(prepare: Prepare, live: LiveConversations) {
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
  const keep = prepare(
    `INSERT INTO cursor_moves (conversation, participant_kind, participant_id, reach, seq, at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  return {
    advanceCursor(
      workspaceId: string,
      advance: CursorAdvance,
    ): { cursor: Cursor; hasMoved: boolean } | null {
      const { conversationId, participant } = advance;
      const { kind, id } = participant;
      const conversation = live.find(workspaceId, conversationId);
      if (conversation === undefined) return null;

      const { number, record } = conversation;
      const row = find.get(number, kind, id);
      const before = row === undefined ? cursorAtStart(participant) : toCursor(row);
      const cursor = moveCursor(before, advance, record.visitorSeq);
      const movedReaches = (['delivered', 'read'] as const).filter(
        (reach) => cursor[reach] > before[reach],
      );
      const hasMoved = movedReaches.length > 0;
      if (hasMoved) {
        const { delivered, deliveredAt, read, readAt } = cursor;
        store.run(number, kind, id, delivered, deliveredAt, read, readAt);
      }
      for (const reach of movedReaches)
        keep.run(number, kind, id, reach, cursor[reach], advance.at);
      return { cursor, hasMoved };
    },
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
