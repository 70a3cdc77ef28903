import type { ConversationRow } from '@alcove/protocol';
import { emptyConversation } from '@alcove/protocol';
import { trusted } from 'mongoose';
import type { ConversationRecord, ConversationStorage, OpenConversation } from '../../storage.ts';
import type { Models } from '../collections.ts';
import type { ConversationDocument } from '../documents.ts';
import { insert } from '../insert.ts';
import type { Rows } from '../rows.ts';
import { cursorsOf } from './cursors.ts';
import { countMessages } from './events.ts';

/** `assigneeKey` of a conversation that nobody is responsible for. */
export const NOBODY = '';

/** Conversations one by one; views over many of them are in `inbox.ts`. */
export function conversationMethods(
  workspaceId: string,
  { models, rows }: { models: Models; rows: Rows },
): Pick<ConversationStorage, 'open' | 'get' | 'getMany' | 'listForVisitor'> {
  const { conversations } = models;
  return {
    async open(opened) {
      const { visitorId, clientConversationId, id } = opened;
      const identity = { workspaceId, visitorId, clientConversationId };
      const find = () => conversations.findOne(identity).lean();
      const earlier = await find();
      if (earlier !== null) return toConversation(earlier);
      const document = toOpenedDocument(workspaceId, opened);
      if (await insert(conversations, document)) return toConversation(document);
      const winner = await find();
      if (winner !== null) return toConversation(winner);
      throw new Error(`the id ${id} stands for another conversation`);
    },

    async get(conversationId) {
      const row = await rows.read(workspaceId, conversationId);
      return row === null ? null : toConversation(row);
    },

    async getMany(conversationIds) {
      const found = await conversations
        .find({ _id: trusted({ $in: conversationIds }), workspaceId })
        .lean();
      return found.map(toConversation);
    },

    async listForVisitor(visitorId, limit, unreadIn) {
      const found = await conversations
        .find({ workspaceId, visitorId, appliedSeq: trusted({ $gt: 0 }) })
        // A visitor has a handful: an index in this order would move with every event.
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .lean();
      const records = found.map(toConversation);
      const cursors = await cursorsOf(
        models,
        workspaceId,
        records.map(({ id }) => id),
      );
      const queries = records.flatMap((row) => unreadIn(row, cursors.get(row.id) ?? []) ?? []);
      const counts = await countMessages(models, workspaceId, queries);
      const unread = queries.map(
        ({ conversationId }, index) => [conversationId, counts[index] ?? 0] as const,
      );
      return { conversations: records, cursors, unread: new Map(unread) };
    },
  };
}

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
