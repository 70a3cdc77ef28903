import type { ActorKind, ConversationEvent, EventDraft, EventType, Via } from '@alcove/protocol';
import { eventIdOf } from '@alcove/protocol';
import type { EventQuery, MessageCountQuery } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { CONVERSATION_NUMBER } from './conversations.ts';

/** A row of `events`, without the conversation. */
export interface EventColumns {
  seq: number;
  type: EventType;
  at: string;
  actor_kind: ActorKind;
  actor_id: string;
  via: Via;
  client_event_id: string;
  details: string;
  visitor_prev: number;
}

/** The columns that `toEvent` reads. */
export const EVENT_COLUMNS =
  'seq, type, at, actor_kind, actor_id, via, client_event_id, details, visitor_prev';

/** What is read of logs. */
export function eventReads(prepare: Prepare) {
  const ofConversation = `SELECT ${EVENT_COLUMNS} FROM events
    WHERE conversation = ${CONVERSATION_NUMBER} AND seq > ? AND seq < ? AND is_visible >= ?`;
  const upwards = prepare<EventColumns>(`${ofConversation} ORDER BY seq LIMIT ?`);
  const downwards = prepare<EventColumns>(`${ofConversation} ORDER BY seq DESC LIMIT ?`);
  const countsUpTo = prepare<{ message_count: number; visitor_message_count: number }>(
    `SELECT message_count, visitor_message_count FROM events
     WHERE conversation = ${CONVERSATION_NUMBER} AND seq <= ? ORDER BY seq DESC LIMIT 1`,
  );

  const messagesUpTo = (
    workspaceId: string,
    { conversationId, side }: MessageCountQuery,
    seq: number,
  ) => {
    const counts = countsUpTo.get(workspaceId, conversationId, seq);
    if (counts === undefined) return 0;
    const { message_count: all, visitor_message_count: visitors } = counts;
    return side === 'visitor' ? visitors : all - visitors;
  };
  return {
    events(workspaceId: string, query: EventQuery): ConversationEvent[] {
      const { conversationId, audience, after, before = Number.MAX_SAFE_INTEGER, limit } = query;
      const range = [workspaceId, conversationId, after ?? 0, before] as const;
      const isVisible = audience === 'visitor' ? 1 : 0;
      const rows =
        after === undefined
          ? downwards.all(...range, isVisible, limit).reverse()
          : upwards.all(...range, isVisible, limit);
      return rows.map((row) => {
        const prev = audience === 'visitor' ? row.visitor_prev : row.seq - 1;
        return toEvent(conversationId, row, prev);
      });
    },

    // Each event carries how many messages there were by then: counting is two look-ups, however long the log.
    messageCounts: (workspaceId: string, queries: readonly MessageCountQuery[]) =>
      queries.map((query) => {
        const total = messagesUpTo(workspaceId, query, Number.MAX_SAFE_INTEGER);
        const seen = messagesUpTo(workspaceId, query, query.after);
        return Math.min(query.limit, total - seen);
      }),
  };
}

/** The event of a row. */
export function toEvent(
  conversationId: string,
  row: EventColumns,
  prev: number,
): ConversationEvent {
  return {
    id: eventIdOf(conversationId, row.seq),
    conversationId,
    seq: row.seq,
    prev,
    at: row.at,
    type: row.type,
    actor: { kind: row.actor_kind, id: row.actor_id },
    via: row.via,
    clientEventId: row.client_event_id,
    ...JSON.parse(row.details),
  };
}

/**
 * What an event of its type says, as text that is equal when it says the same: keys are sorted. Who did it is in columns
 * of its own; by which door it came (`via`) is left out, since a repeat may use another.
 */
export function detailsOf(draft: EventDraft): string {
  const {
    type: _type,
    actor: _actor,
    via: _via,
    clientEventId: _clientEventId,
    ...details
  } = draft;
  return JSON.stringify(details, sortedKeys);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
