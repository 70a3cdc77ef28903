import type { ActorKind, ConversationEvent, EventType, Via } from '@alcove/protocol';
import { eventIdOf } from '@alcove/protocol';
import { saidOf } from '../../event-details.ts';
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

/** A row of `events`, with what is kept of its first words once they were changed. */
export interface StoredEvent extends EventColumns {
  said: string | null;
}

/** The columns that `toEvent` reads. */
export const EVENT_COLUMNS =
  'seq, type, at, actor_kind, actor_id, via, client_event_id, details, visitor_prev';

/** The columns that are written when an event happens, in the order of `EventValues`. */
export const EVENT_VALUES = `conversation, ${EVENT_COLUMNS}, message_seq, is_visible, message_count, visitor_message_count`;

export const EVENT_PLACEHOLDERS = '?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?';

/** An event as it is written. */
export type EventValues = readonly (string | number | null)[];

/** Where events are read: in their place, or also where they wait for it, which takes longer. */
export type EventSource = 'events' | 'all_events';

/** What is read of logs. */
export function eventReads(prepare: Prepare, source: EventSource) {
  const ofConversation = `SELECT ${EVENT_COLUMNS} FROM ${source}
    WHERE conversation = ${CONVERSATION_NUMBER} AND seq > ? AND seq < ? AND is_visible >= ?`;
  const upwards = prepare<EventColumns>(`${ofConversation} ORDER BY seq LIMIT ?`);
  const downwards = prepare<EventColumns>(`${ofConversation} ORDER BY seq DESC LIMIT ?`);
  const countsUpTo = prepare<{ message_count: number; visitor_message_count: number }>(
    `SELECT message_count, visitor_message_count FROM ${source}
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

/** `saidOf` the act that a row came from. */
export function saidIn(row: StoredEvent): string {
  return row.said ?? saidOf(row.client_event_id, JSON.parse(row.details));
}
