import { isVisibleTo } from './audience.ts';
import type { Content, ConversationRow, MessagePreview } from './entities.ts';
import { sideOf } from './entities.ts';
import type { ConversationEvent, MessageCreated, MessageDeleted, MessageEdited } from './events.ts';
import { WIRE_LIMITS } from './limits.ts';

/** What a conversation is before its first event: not listed anywhere yet. */
export function emptyConversation(
  opened: Pick<ConversationRow, 'id' | 'visitorId' | 'contactId' | 'createdAt'>,
): ConversationRow {
  return {
    ...opened,
    status: 'open',
    assignee: null,
    lastActivityAt: opened.createdAt,
    appliedSeq: 0,
    visitorSeq: 0,
    messageCount: 0,
    lastMessage: null,
    lastMessageSeq: { visitor: 0, team: 0 },
    unansweredCount: 0,
    waitingSince: null,
  };
}

/**
 * Folds the next event into a conversation's row. Pure: server engines and clients get the same row from the same log.
 *
 * What follows from an event is folded here instead of being written as a second event: a visitor's message reopens,
 * a message that `assigns` changes the assignee, the team's answer ends the wait.
 *
 * @throws RangeError when `event` is not the one right after `row.appliedSeq`.
 */
export function foldConversation(row: ConversationRow, event: ConversationEvent): ConversationRow {
  if (event.seq !== row.appliedSeq + 1) {
    throw new RangeError(`event ${event.seq} does not follow ${row.appliedSeq} in ${row.id}`);
  }
  const next: ConversationRow = {
    ...row,
    appliedSeq: event.seq,
    visitorSeq: isVisibleTo('visitor', event.type) ? event.seq : row.visitorSeq,
    lastActivityAt: event.at,
  };
  switch (event.type) {
    case 'message.created':
      return { ...next, ...messageConsequences(row, event) };
    case 'message.edited':
    case 'message.deleted':
      return { ...next, lastMessage: changedPreview(row.lastMessage, event) };
    case 'conversation.assigned':
      return { ...next, assignee: event.assignee };
    case 'conversation.status_changed':
      // Resolving answers the visitor, even when nobody wrote: the wait is over.
      return event.status === 'resolved'
        ? { ...next, status: event.status, unansweredCount: 0, waitingSince: null }
        : { ...next, status: event.status };
    default:
      return unknownEvent(event, next);
  }
}

function messageConsequences(
  row: ConversationRow,
  event: MessageCreated,
): Partial<ConversationRow> {
  const side = sideOf(event.actor);
  const isFromVisitor = side === 'visitor';
  return {
    status: isFromVisitor ? 'open' : row.status,
    assignee: event.assigns ?? row.assignee,
    messageCount: row.messageCount + 1,
    lastMessage: previewOf(event),
    lastMessageSeq: { ...row.lastMessageSeq, [side]: event.seq },
    unansweredCount: isFromVisitor ? row.unansweredCount + 1 : 0,
    waitingSince: isFromVisitor ? (row.waitingSince ?? event.at) : null,
  };
}

/** The shortened message that lists show. */
export function previewOf({ seq, actor, content, at }: MessageCreated): MessagePreview {
  return { seq, actor, ...shorten(content), at };
}

/** The preview after an edit or deletion. Counts stay as they are: what was deleted leaves its place in the conversation. */
export function changedPreview(
  preview: MessagePreview | null,
  change: MessageEdited | MessageDeleted,
): MessagePreview | null {
  if (preview?.seq !== change.messageSeq) return preview;
  const content = change.type === 'message.edited' ? change.content : { kind: 'deleted' as const };
  const { seq, actor, at } = preview;
  return { seq, actor, ...shorten(content), at };
}

function shorten(content: Content): Pick<MessagePreview, 'text' | 'isDeleted'> {
  if (content.kind === 'deleted') return { text: '', isDeleted: true };
  const line = textOf(content).replace(/\s+/g, ' ').trim();
  if (line.length <= WIRE_LIMITS.previewLength) return { text: line };
  // Whole code points only: half a surrogate pair would show as a broken character.
  const text = [...line.slice(0, 2 * WIRE_LIMITS.previewLength)]
    .slice(0, WIRE_LIMITS.previewLength)
    .join('');
  return { text };
}

/** The words of a message; empty when it was deleted, and for a kind of content that only a newer build knows. */
export function textOf(content: Content): string {
  return content.kind === 'text' ? content.text : '';
}

/** A newer server may send a type that this build does not know: it takes its place in the log and changes nothing. */
function unknownEvent(_event: never, row: ConversationRow): ConversationRow {
  return row;
}
