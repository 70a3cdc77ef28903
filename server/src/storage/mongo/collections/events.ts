import type { ConversationEvent } from '@alcove/protocol';
import { eventIdOf } from '@alcove/protocol';
import { trusted } from 'mongoose';
import type { ConversationStorage, MessageCountQuery } from '../../storage.ts';
import type { Models } from '../collections.ts';
import type { EventDocument } from '../documents.ts';

/** Above every place of a conversation: `~` sorts after all digits. */
export function lastPlaceOf(conversationId: string): string {
  return `${conversationId}:~`;
}

/** What is read of logs. */
export function eventMethods(
  workspaceId: string,
  models: Models,
): Pick<ConversationStorage, 'readEvents' | 'countMessages'> {
  const { events } = models;
  return {
    async readEvents({ conversationId, audience, after, before, limit }) {
      const places = {
        $gt: eventIdOf(conversationId, after ?? 0),
        $lt: before === undefined ? lastPlaceOf(conversationId) : eventIdOf(conversationId, before),
      };
      const found = await events
        .find({
          _id: trusted(places),
          workspaceId,
          ...(audience === 'visitor' && { isVisible: true }),
        })
        .sort({ _id: after === undefined ? -1 : 1 })
        .limit(limit)
        .lean();
      if (after === undefined) found.reverse();
      return found.map((event) =>
        toEvent(event, audience === 'visitor' ? event.visitorPrev : event.seq - 1),
      );
    },

    countMessages: (queries) => countMessages(models, workspaceId, queries),
  };
}

/**
 * Messages of a side above a place. Each event carries how many there were by then: two look-ups, or one for whoever has
 * the `rows`, however many logs are asked for, and however long they are.
 */
export async function countMessages(
  { conversations, events }: Models,
  workspaceId: string,
  queries: readonly MessageCountQuery[],
  rows?: readonly ({ _id: string } & Counts)[],
): Promise<number[]> {
  if (queries.length === 0) return [];
  const asked = queries.filter(({ after }) => after > 0);
  const [counted, seen] = await Promise.all([
    rows ??
      conversations
        .find({ _id: trusted({ $in: queries.map(conversationOf) }), workspaceId }, COUNTS)
        .lean(),
    asked.length === 0
      ? []
      : events.find({ _id: trusted({ $in: asked.map(placeOf) }), workspaceId }, COUNTS).lean(),
  ]);
  const totals = new Map(counted.map((row) => [row._id, row]));
  const places = new Map(seen.map((event) => [event._id, event]));
  return queries.map((query) => {
    const total = totals.get(query.conversationId);
    const upTo = query.after <= 0 ? undefined : (places.get(placeOf(query)) ?? total);
    const count = messagesOf(query, total) - messagesOf(query, upTo);
    // The row may be behind the event for a moment.
    return Math.min(query.limit, Math.max(0, count));
  });
}

const COUNTS = { messageCount: 1, visitorMessageCount: 1 } as const;

type Counts = Pick<EventDocument, 'messageCount' | 'visitorMessageCount'>;

function messagesOf({ side }: MessageCountQuery, counts: Counts | undefined): number {
  if (counts === undefined) return 0;
  const { messageCount, visitorMessageCount } = counts;
  return side === 'visitor' ? visitorMessageCount : messageCount - visitorMessageCount;
}

function conversationOf({ conversationId }: MessageCountQuery): string {
  return conversationId;
}

function placeOf({ conversationId, after }: MessageCountQuery): string {
  return eventIdOf(conversationId, after);
}

/** The event of a document. */
export function toEvent(document: EventDocument, prev: number): ConversationEvent {
  const { _id: id, conversationId, seq, at, type, actor, via, clientEventId, details } = document;
  // Stored as it came out of `detailsOf` for an event of this type.
  return {
    id,
    conversationId,
    seq,
    prev,
    at,
    type,
    actor,
    via,
    clientEventId,
    ...details,
  } as ConversationEvent;
}
