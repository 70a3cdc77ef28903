import type { ConversationEvent, MessageDeleted, MessageEdited } from './events.ts';

/**
 * What an earlier event of a log says once `change` has happened. A message takes its edits; once it is deleted, neither
 * it nor its edits keep any words. Other events, and messages that `change` is not about, stay the very same object.
 *
 * Stores and clients share it, so that a log which was read before the change and then told of it equals one read after.
 */
export function amendEvent(
  event: ConversationEvent,
  change: MessageEdited | MessageDeleted,
): ConversationEvent {
  const isMessage = event.type === 'message.created' && event.seq === change.messageSeq;
  const isEdit = event.type === 'message.edited' && event.messageSeq === change.messageSeq;
  if (change.type === 'message.edited') {
    return isMessage ? { ...event, content: change.content, editedAt: change.at } : event;
  }
  return isMessage || isEdit ? { ...event, content: { kind: 'deleted' } } : event;
}

/** Whether an event changes an earlier one: see `amendEvent`. */
export function isChange(event: ConversationEvent): event is MessageEdited | MessageDeleted {
  return event.type === 'message.edited' || event.type === 'message.deleted';
}
