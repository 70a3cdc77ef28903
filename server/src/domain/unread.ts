import { type Cursor, type Side, WIRE_LIMITS } from '@alcove/protocol';
import type { ConversationRecord, ConversationStorage, UnreadRule } from '../storage/storage.ts';
import { actorOf, type Principal } from './principal.ts';

/**
 * What the principal has not read: messages of the other side above the later of its own read cursor and its own side's
 * last message, at most `WIRE_LIMITS.unreadCount`. Most conversations are read: only the others are worth a look into
 * the log.
 */
export function unreadRule(principal: Principal): UnreadRule {
  const own: Side = principal.kind === 'visitor' ? 'visitor' : 'team';
  const other: Side = own === 'visitor' ? 'team' : 'visitor';
  const me = actorOf(principal);
  return ({ id, lastMessageSeq }, cursors) => {
    const mine = cursors.find(
      ({ participant }) => participant.kind === me.kind && participant.id === me.id,
    );
    const after = Math.max(mine?.read ?? 0, lastMessageSeq[own]);
    if (lastMessageSeq[other] <= after) return null;
    return { conversationId: id, side: other, after, limit: WIRE_LIMITS.unreadCount };
  };
}

/** Unread messages of each conversation, in the order given. */
export async function countUnread(
  conversations: ConversationStorage,
  principal: Principal,
  rows: readonly ConversationRecord[],
  cursors: ReadonlyMap<string, readonly Cursor[]>,
): Promise<number[]> {
  const unreadIn = unreadRule(principal);
  const queries = rows.flatMap((row) => unreadIn(row, cursors.get(row.id) ?? []) ?? []);
  if (queries.length === 0) return rows.map(() => 0);
  const counts = await conversations.countMessages(queries);
  const unread = new Map(
    queries.map(({ conversationId }, index) => [conversationId, counts[index] ?? 0]),
  );
  return rows.map(({ id }) => unread.get(id) ?? 0);
}
