import { type ConversationEvent, type Cursor, type Side, sideOf } from '@alcove/protocol';
import type { ConversationState, PendingMessage, TimelineItem } from './conversation-state.ts';

/** Answers the lines of a conversation: the same array while none changed, the same object for each that did not. */
export type Timeline = (
  key: string,
  log: ConversationState | undefined,
  pending: readonly PendingMessage[],
) => readonly TimelineItem[];

/** @param side whose messages carry states; @param self how pending messages are signed. */
export function createTimeline(side: Side, self: () => string): Timeline {
  const lines = new WeakMap<object, TimelineItem>();
  const shown = new Map<string, readonly TimelineItem[]>();

  /** The line that was there before, unless its mark has changed. */
  function remember(source: object, line: TimelineItem | undefined): TimelineItem | undefined {
    const before = lines.get(source);
    const isSame =
      before?.kind !== 'message' || line?.kind !== 'message' || before.state === line.state;
    if (before && isSame) return before;
    if (line) lines.set(source, line);
    return line;
  }

  const lineOf = (message: PendingMessage): TimelineItem => ({
    kind: 'message',
    key: message.clientMessageId,
    actor: { kind: side === 'visitor' ? side : 'agent', id: self() },
    isOwn: true,
    content: message.content,
    at: message.writtenAt,
    state: message.state,
    readAt: null,
    failure: message.failure,
  });

  return (key, log, pending) => {
    const others = log?.cursors.filter(({ participant }) => sideOf(participant) !== side) ?? [];
    const events = log?.events ?? [];
    // An entry leaves the outbox right after its event has come; nobody shall see both.
    const known = new Set(pending.length ? events.map(({ clientEventId }) => clientEventId) : []);
    const items = [
      ...events.flatMap((event) => remember(event, toLine(event, side, others)) ?? []),
      ...pending.flatMap((message) =>
        known.has(message.clientMessageId) ? [] : (remember(message, lineOf(message)) ?? []),
      ),
    ];
    const before = shown.get(key);
    if (before?.length === items.length && before.every((item, at) => item === items[at])) {
      return before;
    }
    shown.set(key, items);
    return items;
  };
}

function toLine(
  event: ConversationEvent,
  side: Side,
  others: readonly Cursor[],
): TimelineItem | undefined {
  const { seq, actor, at, id: key } = event;
  switch (event.type) {
    case 'message.created': {
      const isOwn = sideOf(actor) === side;
      const read = isOwn ? others.find((cursor) => cursor.read >= seq) : undefined;
      const isDelivered = isOwn && others.some((cursor) => cursor.delivered >= seq);
      return {
        kind: 'message',
        key: event.clientEventId,
        seq,
        actor,
        isOwn,
        content: event.content,
        at,
        state: read ? 'read' : isDelivered ? 'delivered' : 'sent',
        readAt: read?.readAt ?? null,
      };
    }
    case 'conversation.status_changed':
      return { kind: 'status', key, seq, actor, at, status: event.status };
    case 'conversation.assigned':
      return { kind: 'assignment', key, seq, actor, at, assignee: event.assignee };
    default:
      return undefined;
  }
}
