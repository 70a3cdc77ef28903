import { trusted } from 'mongoose';
import type { ConversationStorage } from '../../storage.ts';
import type { Models } from '../collections.ts';
import { toConversation, toOpenedDocument } from '../conversation-documents.ts';
import type { ConversationDocument, CursorDocument } from '../documents.ts';
import { insert } from '../insert.ts';
import type { Rows } from '../rows.ts';
import { toCursors } from './cursors.ts';
import { countMessages } from './events.ts';

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

    listForVisitor: listing(workspaceId, models),
  };
}

/** Makes the function that finds a visitor's conversations with their cursors: one look, and one more for what is unread. */
function listing(workspaceId: string, models: Models): ConversationStorage['listForVisitor'] {
  return async (visitorId, limit, unreadIn) => {
    const found = await models.conversations.aggregate<
      ConversationDocument & { cursors: CursorDocument[] }
    >([
      // Whatever stands behind `$eq` is a value: a pipeline is not checked against the schema, as other filters are.
      { $match: { workspaceId, visitorId: { $eq: visitorId }, appliedSeq: { $gt: 0 } } },
      // A visitor has a handful: an index in this order would move with every event.
      { $sort: { lastActivityAt: -1, _id: -1 } },
      { $limit: limit },
      {
        $lookup: {
          from: 'cursors',
          localField: '_id',
          foreignField: 'conversationId',
          as: 'cursors',
        },
      },
    ]);
    const records = found.map(toConversation);
    const listed = new Map(found.map((row) => [row._id, toCursors(row.cursors)]));
    const queries = records.flatMap((row) => unreadIn(row, listed.get(row.id) ?? []) ?? []);
    const counts = await countMessages(models, workspaceId, queries, found);
    const unread = queries.map(
      ({ conversationId }, index) => [conversationId, counts[index] ?? 0] as const,
    );
    return { conversations: records, cursors: listed, unread: new Map(unread) };
  };
}
