import type { MessageDeleted, MessageEdited } from '@alcove/protocol';
import { amendEvent, eventIdOf, foldConversation, isChange } from '@alcove/protocol';
import { trusted } from 'mongoose';
import { detailsOf } from '../event-details.ts';
import { foldedFields, toConversation } from './conversation-documents.ts';
import { lastPlaceOf, toEvent } from './collections/events.ts';
import type { Models } from './collections.ts';
import type { ConversationDocument, EventDocument } from './documents.ts';
import { MOST_TRIES, pause } from './tries.ts';

/** The rows of conversations: folds of their logs, which lag behind for a moment, or where a process died in between. */
export interface Rows {
  /** The row as its log has it now: one that is behind is folded first. */
  read(workspaceId: string, conversationId: string): Promise<ConversationDocument | null>;
  /**
   * Folds the event right after `row` into it. `null` when somebody else did, or the row is elsewhere: then read it.
   */
  fold(row: ConversationDocument, event: EventDocument): Promise<ConversationDocument | null>;
  /** Folds what is missing in a row. */
  mend(row: ConversationDocument): Promise<ConversationDocument>;
}

/** Rows hardly ever lag by more than one event: a page is plenty. */
const PAGE = 100;

export function createRows(models: Models): Rows {
  const { conversations, events } = models;
  const find = (workspaceId: string, conversationId: string) =>
    conversations.findOne({ _id: conversationId, workspaceId }).lean();
  const fold = createFold(models);

  const mend: Rows['mend'] = async (row) => {
    const { _id, workspaceId } = row;
    let current = row;
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const missing = await events
        .find({ _id: trusted(placesAfter(_id, current.appliedSeq)), workspaceId })
        .sort({ _id: 1 })
        .limit(PAGE)
        .lean();
      for (const event of missing) {
        current = (await fold(current, event)) ?? (await find(workspaceId, _id)) ?? current;
        // Somebody else is at it, and further on.
        if (current.appliedSeq !== event.seq) break;
      }
      if (current.appliedSeq >= (missing.at(-1)?.seq ?? 0)) return current;
      await pause();
    }
    return current;
  };
  return {
    async read(workspaceId, conversationId) {
      const [row, newest] = await Promise.all([
        find(workspaceId, conversationId),
        events
          .findOne({ _id: trusted(placesAfter(conversationId, 0)), workspaceId }, { seq: 1 })
          .sort({ _id: -1 })
          .lean(),
      ]);
      if (row === null || newest === null || newest.seq <= row.appliedSeq) return row;
      return await mend(row);
    },
    fold,
    mend,
  };
}

function createFold(models: Models): Rows['fold'] {
  const amend = createAmend(models);
  return async (row, document) => {
    const event = toEvent(document, document.seq - 1);
    // First: a row that accounts for a change stands for a log that has taken it.
    if (isChange(event)) await amend(row.workspaceId, event);
    const folded = foldConversation(toConversation(row), event);
    // As its writer stored it, who may be a newer node: this one may not know of its type who sees it, and what it counts as.
    const { isVisible, seq, messageCount, visitorMessageCount } = document;
    const visitorSeq = isVisible ? seq : row.visitorSeq;
    const fields = { ...foldedFields(folded), visitorSeq, messageCount, visitorMessageCount };
    const { matchedCount } = await models.conversations.updateOne(
      { _id: row._id, workspaceId: row.workspaceId, appliedSeq: row.appliedSeq },
      { $set: fields, $currentDate: { changedAt: true } },
    );
    return matchedCount === 1 ? { ...row, ...fields } : null;
  };
}

function placesAfter(conversationId: string, seq: number) {
  return { $gt: eventIdOf(conversationId, seq), $lte: lastPlaceOf(conversationId) };
}

/** Makes the function that lets the stored events of a message take an edit or a deletion. May be done again. */
function createAmend({ events }: Models) {
  const changedBy = (workspaceId: string, change: MessageEdited | MessageDeleted) => {
    const { conversationId, messageSeq, seq } = change;
    const message = eventIdOf(conversationId, messageSeq);
    if (change.type === 'message.edited') return events.find({ _id: message, workspaceId }).lean();
    // Deletions are rare: the log is looked through for the message's edits, instead of one index more for every event.
    const below = { $gt: eventIdOf(conversationId, 0), $lt: eventIdOf(conversationId, seq) };
    const about = [{ _id: message }, { 'details.messageSeq': messageSeq }];
    return events.find({ _id: trusted(below), workspaceId, $or: about }).lean();
  };
  return async (workspaceId: string, change: MessageEdited | MessageDeleted): Promise<void> => {
    for (const document of await changedBy(workspaceId, change)) {
      const event = toEvent(document, document.seq - 1);
      const amended = amendEvent(event, change);
      if (amended === event) continue;
      await events.updateOne(
        // Whoever was held up in the middle of an older change must not bring it back.
        { _id: document._id, workspaceId, amendedBy: trusted({ $lt: change.seq }) },
        { $set: { details: detailsOf(amended), amendedBy: change.seq } },
      );
    }
  };
}
