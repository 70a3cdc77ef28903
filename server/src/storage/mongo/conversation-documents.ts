import type { ConversationRow } from '@alcove/protocol';
import { emptyConversation } from '@alcove/protocol';
import type { ConversationRecord, OpenConversation } from '../storage.ts';
import type { ConversationDocument } from './documents.ts';

/** `assigneeKey` of a conversation that nobody is responsible for. */
export const NOBODY = '';

/** The record of a row. */
export function toConversation(row: ConversationDocument): ConversationRecord {
  return {
    id: row._id,
    visitorId: row.visitorId,
    contactId: row.contactId,
    clientConversationId: row.clientConversationId,
    createdAt: row.createdAt,
    status: row.status,
    assignee: row.assignee,
    lastActivityAt: row.lastActivityAt,
    appliedSeq: row.appliedSeq,
    visitorSeq: row.visitorSeq,
    messageCount: row.messageCount,
    lastMessage: row.lastMessage,
    lastMessageSeq: row.lastMessageSeq,
    unansweredCount: row.unansweredCount,
    waitingSince: row.waitingSince,
  };
}

/** A row that stands for an empty log. */
export function toOpenedDocument(
  workspaceId: string,
  opened: OpenConversation,
): ConversationDocument {
  const { id, visitorId, contactId, clientConversationId, createdAt } = opened;
  return {
    _id: id,
    workspaceId,
    visitorId,
    contactId,
    clientConversationId,
    createdAt,
    ...foldedFields(emptyConversation(opened)),
    visitorMessageCount: 0,
    changedAt: null,
  };
}

/** What an event changes in a row, and what the engine derives from it. */
export function foldedFields(row: ConversationRow) {
  const { assignee, status } = row;
  return {
    status,
    assignee,
    lastActivityAt: row.lastActivityAt,
    appliedSeq: row.appliedSeq,
    visitorSeq: row.visitorSeq,
    messageCount: row.messageCount,
    lastMessage: row.lastMessage,
    lastMessageSeq: row.lastMessageSeq,
    unansweredCount: row.unansweredCount,
    waitingSince: row.waitingSince,
    // Ids carry their kind in their prefix, so an agent is never taken for a team.
    assigneeKey: assignee?.agentId ?? assignee?.teamId ?? NOBODY,
    listedAs: row.appliedSeq > 0 ? status : null,
  };
}
