import type { Connection, Model, SchemaDefinition } from 'mongoose';
import { Schema } from 'mongoose';
import type { CollectionName, Documents } from './documents.ts';

/** The models of one connection. */
export type Models = { readonly [Name in CollectionName]: Model<Documents[Name]> };

/** An index that the engine relies on: for speed, and where it is `unique`, for correctness. */
export interface Index {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique?: true;
}

interface Collection {
  readonly fields: SchemaDefinition;
  readonly indexes: readonly Index[];
}

const text = { type: String };
const { Mixed } = Schema.Types;
const actor = { kind: text, id: text };

/**
 * Everything that is kept, declared in one place. Times are ISO 8601 text, made by the caller's clock, except for the two
 * that are `Date`: those are the database's own.
 *
 * Plain unique indexes are all that correctness needs: no transactions, partial or TTL indexes, change streams.
 */
export const COLLECTIONS: { readonly [Name in CollectionName]: Collection } = {
  workspaces: {
    fields: { key: text, name: text, look: Mixed, allowedOrigins: [String], createdAt: text },
    indexes: [{ name: 'one_workspace_per_key', key: { key: 1 }, unique: true }],
  },
  accounts: {
    fields: { email: text, passwordHash: text, createdAt: text },
    indexes: [{ name: 'one_account_per_email', key: { email: 1 }, unique: true }],
  },
  sessions: {
    fields: {
      familyId: text,
      principalId: text,
      kind: text,
      workspaceId: text,
      createdAt: text,
      expiresAt: text,
      rotatedAt: text,
      revokedAt: text,
    },
    indexes: [
      { name: 'sessions_by_family', key: { familyId: 1, expiresAt: 1 } },
      { name: 'sessions_by_revocation', key: { familyId: 1, revokedAt: 1 } },
      { name: 'sessions_by_principal', key: { principalId: 1 } },
      { name: 'sessions_by_expiry', key: { expiresAt: 1 } },
      { name: 'sessions_by_rotation', key: { rotatedAt: 1 } },
    ],
  },
  agents: {
    fields: {
      workspaceId: text,
      accountId: text,
      name: text,
      email: text,
      role: text,
      isDisabled: Boolean,
      createdAt: text,
    },
    indexes: [
      { name: 'one_agent_per_account', key: { workspaceId: 1, accountId: 1 }, unique: true },
      { name: 'agents_by_account', key: { accountId: 1 } },
    ],
  },
  invitations: {
    fields: {
      workspaceId: text,
      tokenHash: text,
      role: text,
      createdAt: text,
      expiresAt: text,
      usedAt: text,
    },
    indexes: [
      { name: 'one_invitation_per_token', key: { tokenHash: 1 }, unique: true },
      { name: 'invitations_by_use', key: { workspaceId: 1, usedAt: 1 } },
    ],
  },
  contacts: {
    fields: {
      workspaceId: text,
      name: text,
      email: text,
      page: Mixed,
      userAgent: text,
      locale: text,
      createdAt: text,
      lastSeenAt: text,
    },
    indexes: [],
  },
  visitors: { fields: { workspaceId: text, contactId: text, createdAt: text }, indexes: [] },
  conversations: {
    fields: {
      workspaceId: text,
      visitorId: text,
      contactId: text,
      clientConversationId: text,
      createdAt: text,
      status: text,
      assignee: Mixed,
      lastActivityAt: text,
      appliedSeq: Number,
      visitorSeq: Number,
      messageCount: Number,
      lastMessage: Mixed,
      lastMessageSeq: Mixed,
      unansweredCount: Number,
      waitingSince: text,
      listedAs: text,
      assigneeKey: text,
      visitorMessageCount: Number,
      wantedSeq: Number,
      changedAt: Date,
    },
    indexes: [
      {
        name: 'one_conversation_per_client_id',
        key: { workspaceId: 1, visitorId: 1, clientConversationId: 1 },
        unique: true,
      },
      { name: 'inbox', key: { workspaceId: 1, listedAs: 1, lastActivityAt: -1, _id: -1 } },
      {
        name: 'inbox_by_assignee',
        key: { workspaceId: 1, listedAs: 1, assigneeKey: 1, lastActivityAt: -1, _id: -1 },
      },
      { name: 'conversations_by_change', key: { workspaceId: 1, changedAt: 1, _id: 1 } },
    ],
  },
  events: {
    fields: {
      workspaceId: text,
      conversationId: text,
      seq: Number,
      type: { type: String },
      at: text,
      actor,
      via: text,
      clientEventId: text,
      details: Mixed,
      said: text,
      isVisible: Boolean,
      visitorPrev: Number,
      messageCount: Number,
      visitorMessageCount: Number,
      amendedBy: Number,
      storedAt: Date,
    },
    indexes: [
      {
        name: 'one_event_per_act',
        // The client id first: it begins with a time, so that new entries of all conversations lie side by side.
        key: { clientEventId: 1, conversationId: 1, 'actor.kind': 1, 'actor.id': 1 },
        unique: true,
      },
      { name: 'events_by_arrival', key: { storedAt: 1 } },
    ],
  },
  cursors: {
    fields: {
      workspaceId: text,
      conversationId: text,
      participant: actor,
      delivered: Number,
      deliveredAt: text,
      read: Number,
      readAt: text,
    },
    // Looked up with their conversations, which are of one workspace.
    indexes: [{ name: 'cursors_by_conversation', key: { conversationId: 1 } }],
  },
  cursor_moves: { fields: { workspaceId: text, at: text }, indexes: [] },
  store: {
    fields: {
      version: Number,
      at: Date,
      sweptUpTo: Date,
      told: Number,
      source: text,
      finishedAt: text,
    },
    indexes: [],
  },
};

/** The collections' names. */
export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as CollectionName[];

/** Makes the models of a connection. */
export function defineModels(connection: Connection): Models {
  const models = COLLECTION_NAMES.map((name) => {
    const schema = new Schema(
      { _id: String, ...COLLECTIONS[name].fields },
      // A field that the schema does not know is a mistake, in a filter as much as in a change. An empty object is kept.
      { strict: 'throw', strictQuery: 'throw', minimize: false, versionKey: false, id: false },
    );
    return [name, connection.model(name, schema, name)];
  });
  return Object.fromEntries(models) as Models;
}
