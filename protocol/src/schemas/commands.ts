import { z } from 'zod';
import type { AgentCommands, ConversationReference, VisitorCommands } from '../commands.ts';
import { WIRE_LIMITS } from '../limits.ts';
import { assigneeSchema, inboxViewSchema, sendableContentSchema } from './entities.ts';
import {
  asidePageSchema,
  clientIdSchema,
  emailSchema,
  expected,
  flag,
  idSchema,
  listCursorSchema,
  moment,
  nameSchema,
  object,
  pageSchema,
  tokenSchema,
  wholeNumber,
} from './fields.ts';

/*
 * A schema is named for the type that it stands for, where what it means is written down.
 */

const pageLimit = wholeNumber(1, WIRE_LIMITS.pageSize).optional();

export const sendMessageSchema = object({
  conversationId: idSchema.optional(),
  clientConversationId: clientIdSchema.optional(),
  clientMessageId: clientIdSchema,
  content: sendableContentSchema,
  replyTo: wholeNumber(1).optional(),
  writtenAt: moment.optional(),
  assigns: assigneeSchema.optional(),
}).transform(({ conversationId, clientConversationId, ...message }, context) => {
  const reference = toReference(conversationId, clientConversationId);
  if (reference) return { ...message, ...reference };
  context.addIssue({
    code: 'custom',
    message:
      'must name the conversation by either conversationId or clientConversationId, not by both or none',
  });
  return z.NEVER;
});

function toReference(
  conversationId: string | undefined,
  clientConversationId: string | undefined,
): ConversationReference | undefined {
  if (conversationId !== undefined && clientConversationId === undefined) return { conversationId };
  if (clientConversationId !== undefined && conversationId === undefined) {
    return { clientConversationId };
  }
  return undefined;
}

export const editMessageSchema = object({
  conversationId: idSchema,
  clientEventId: clientIdSchema,
  messageSeq: wholeNumber(1),
  content: sendableContentSchema,
});

export const deleteMessageSchema = object({
  conversationId: idSchema,
  clientEventId: clientIdSchema,
  messageSeq: wholeNumber(1),
});

export const syncSchema = object({
  conversationId: idSchema,
  since: wholeNumber(),
  limit: pageLimit,
});

export const historySchema = object({
  conversationId: idSchema,
  before: wholeNumber(1).optional(),
  limit: pageLimit,
});

const conversationIds = z
  .array(idSchema, { error: expected('must be a list of conversation ids') })
  .max(WIRE_LIMITS.pageSize, {
    error: `must hold at most ${WIRE_LIMITS.pageSize} ids: ask in several commands`,
  });

export const headsSchema = object({ conversationIds });

export const advanceCursorSchema = object({
  conversationId: idSchema,
  delivered: wholeNumber().optional(),
  read: wholeNumber().optional(),
}).refine(({ delivered, read }) => delivered !== undefined || read !== undefined, {
  error: 'must have at least one of: delivered, read',
});

export const setTypingSchema = object({ conversationId: idSchema, isTyping: flag });

export const renewSessionSchema = object({ accessToken: tokenSchema });

export const identifyContactSchema = object({
  name: nameSchema.nullable().optional(),
  email: emailSchema.nullable().optional(),
});

export const assignConversationSchema = object({
  conversationId: idSchema,
  clientEventId: clientIdSchema,
  assignee: assigneeSchema.nullable(),
});

export const changeStatusSchema = object({
  conversationId: idSchema,
  clientEventId: clientIdSchema,
});

export const listInboxSchema = object({
  view: inboxViewSchema,
  before: listCursorSchema.optional(),
  limit: pageLimit,
});

export const syncInboxSchema = object({ cursor: listCursorSchema });

export const getInboxRowsSchema = object({ conversationIds });

export const getReceiptSchema = object({ conversationId: idSchema, messageSeq: wholeNumber(1) });

export const getContactSchema = object({ contactId: idSchema });

const sharedCommandSchemas = {
  'hello.get': object({}),
  'message.send': sendMessageSchema,
  'message.edit': editMessageSchema,
  'message.delete': deleteMessageSchema,
  sync: syncSchema,
  history: historySchema,
  heads: headsSchema,
  'cursor.advance': advanceCursorSchema,
  'typing.set': setTypingSchema,
  'session.renew': renewSessionSchema,
};

/** What a visitor may ask: command name, then the schema of its payload. */
export const visitorCommandSchemas: {
  [Name in keyof VisitorCommands]: z.ZodType<VisitorCommands[Name]['payload']>;
} = {
  ...sharedCommandSchemas,
  'contact.identify': identifyContactSchema,
  'page.visit': pageSchema,
};

/** What an agent may ask: command name, then the schema of its payload. */
export const agentCommandSchemas: {
  [Name in keyof AgentCommands]: z.ZodType<AgentCommands[Name]['payload']>;
} = {
  ...sharedCommandSchemas,
  'conversation.assign': assignConversationSchema,
  'conversation.resolve': changeStatusSchema,
  'conversation.reopen': changeStatusSchema,
  'inbox.list': listInboxSchema,
  'inbox.sync': syncInboxSchema,
  'inbox.get': getInboxRowsSchema,
  'contact.get': getContactSchema,
  'receipt.get': getReceiptSchema,
};

/**
 * The part of a handshake that every protocol version has. Read it first: a client of another version may well send the
 * rest in another shape, and has to be told `upgrade_required` instead of `invalid`.
 */
export const handshakeVersionSchema = object({ protocol: wholeNumber(1) });

/** `auth` of the Socket.IO handshake. */
export const handshakeSchema = object({
  protocol: wholeNumber(1),
  accessToken: tokenSchema,
  page: asidePageSchema,
});
