import { type Cursor, type Side, WIRE_LIMITS } from '@alcove/protocol';
import type { ConversationRecord, ConversationStorage } from '../storage/storage.ts';
import { actorOf, type Principal } from './principal.ts';

/**
 * Unread messages of each conversation, in the order given: those of the other side above the later of the principal's
 * own read cursor and its own side's last message, at most `WIRE_LIMITS.unreadCount`.
 */
export async function countUnread(
  conversations: ConversationStorage,
  principal: Principal,
  rows: readonly ConversationRecord[],
  cursors: ReadonlyMap<string, readonly Cursor[]>,
): Promise<number[]> {
  const own: Side = principal.kind === 'visitor' ? 'visitor' : 'team';
  const other: Side = own === 'visitor' ? 'team' : 'visitor';
  const me = actorOf(principal);
  const readUpTo = rows.map((row) => {
    const mine = cursors
      .get(row.id)
      ?.find(({ participant }) => participant.kind === me.kind && participant.id === me.id);
    return Math.max(mine?.read ?? 0, row.lastMessageSeq[own]);
  });
  // Most conversations are read: only the others are worth a look into the log.
  const queries = rows
    .map((row, index) => ({ row, after: readUpTo[index] ?? 0 }))
    .filter(({ row, after }) => row.lastMessageSeq[other] > after);
  if (queries.length === 0) return rows.map(() => 0);
  const counts = await conversations.countMessages(
    queries.map(({ row, after }) => ({
      conversationId: row.id,
      side: other,
      after,
      limit: WIRE_LIMITS.unreadCount,
    })),
  );
  const unread = new Map(queries.map(({ row }, index) => [row.id, counts[index] ?? 0]));
  return rows.map(({ id }) => unread.get(id) ?? 0);
}
