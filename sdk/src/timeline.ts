import { type ConversationEvent, type Cursor, type Side, sideOf, textOf } from '@alcove/protocol';
import type {
  ConversationState,
  PendingChange,
  PendingMessage,
  Quote,
  TimelineItem,
} from './conversation-state.ts';

/** Answers the lines of a conversation: the same array while none changed, the same object for each that did not. */
export type Timeline = (
  key: string,
  log: ConversationState | undefined,
  pending: readonly PendingMessage[],
  /** Edits and deletions on their way, of whichever conversation. */
  changes: readonly PendingChange[],
) => readonly TimelineItem[];

type MessageLine = TimelineItem & { kind: 'message' };

/** @param side whose messages carry states; @param self who acts here. */
export function createTimeline(side: Side, self: () => string): Timeline {
  const lines = new WeakMap<object, TimelineItem>();
  const shown = new Map<string, readonly TimelineItem[]>();

  /** The line that was there before, unless something outside of its source has changed it. */
  function remember(source: object, line: TimelineItem | undefined): TimelineItem | undefined {
    const before = lines.get(source);
    const isSame = before?.kind !== 'message' || line?.kind !== 'message' || isAlike(before, line);
    if (before && isSame) return before;
    if (line) lines.set(source, line);
    return line;
  }

  return (key, log, pending, changes) => {
    const events = log?.events ?? [];
    const view: View = {
      side,
      self: self(),
      others: log?.cursors.filter(({ participant }) => sideOf(participant) !== side) ?? [],
      changes: changes.filter(({ conversationId }) => conversationId === key),
      messages: new Map(events.map((event) => [event.seq, event])),
    };
    // An entry leaves the outbox right after its event has come; nobody shall see both.
    const known = new Set(pending.length ? events.map(({ clientEventId }) => clientEventId) : []);
    const items = [
      ...events.flatMap((event) => remember(event, toLine(event, view)) ?? []),
      ...pending.flatMap((message) =>
        known.has(message.clientMessageId) ? [] : (remember(message, lineOf(message, view)) ?? []),
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

/** What the lines of one conversation are made with. */
interface View {
  side: Side;
  self: string;
  /** Cursors of the other side. */
  others: readonly Cursor[];
  changes: readonly PendingChange[];
  /** By `seq`; other events, too. */
  messages: ReadonlyMap<number, ConversationEvent>;
}

function isAlike(before: MessageLine, line: MessageLine): boolean {
  return (
    before.state === line.state &&
    // With the words goes whether they are being saved, and whether what is quoted was deleted.
    before.content === line.content &&
    before.replyTo?.text === line.replyTo?.text
  );
}

function quoteOf(seq: number | undefined, { messages }: View): Quote | undefined {
  if (!seq) return undefined;
  const message = messages.get(seq);
  if (message?.type !== 'message.created') return { seq };
  const { actor, content } = message;
  return content.kind === 'deleted'
    ? { seq, actor, isDeleted: true }
    : { seq, actor, text: textOf(content) };
}

/** A line for a message that is on its way. */
function lineOf(message: PendingMessage, view: View): TimelineItem {
  const { clientMessageId: key, content, writtenAt, state, failure, replyTo } = message;
  return {
    kind: 'message',
    key,
    actor: { kind: view.side === 'visitor' ? 'visitor' : 'agent', id: view.self },
    isOwn: true,
    isMine: true,
    content,
    isEdited: false,
    isSaving: false,
    replyTo: quoteOf(replyTo, view),
    at: writtenAt,
    writtenAt,
    state,
    readAt: null,
    failure,
  };
}

function toLine(event: ConversationEvent, view: View): TimelineItem | undefined {
  const { seq, actor, at, id: key } = event;
  switch (event.type) {
    case 'message.created': {
      const { clientEventId, content, editedAt, replyTo, writtenAt } = event;
      const isOwn = sideOf(actor) === view.side;
      const read = isOwn ? view.others.find((cursor) => cursor.read >= seq) : undefined;
      const isDelivered = isOwn && view.others.some((cursor) => cursor.delivered >= seq);
      const change = view.changes.findLast(({ messageSeq }) => messageSeq === seq);
      return {
        kind: 'message',
        key: clientEventId,
        seq,
        actor,
        isOwn,
        isMine: actor.id === view.self,
        content: change?.content ?? content,
        editedAt,
        isEdited: !!editedAt,
        isSaving: !!change,
        replyTo: quoteOf(replyTo, view),
        at,
        writtenAt,
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
