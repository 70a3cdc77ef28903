import { z } from 'zod';
import type { AgentCommands, VisitorCommands } from '../commands.ts';
import type { Ack, ErrorCode } from '../errors.ts';
import { ERROR_CODES } from '../errors.ts';
import {
  actorSchema,
  agentSchema,
  contactSchema,
  cursorSchema,
  inboxCountsSchema,
  inboxRowSchema,
  receiptSchema,
  visitorConversationSchema,
  workspaceSchema,
} from './entities.ts';
import { conversationEventSchema } from './events.ts';
import {
  exactly,
  expected,
  expectedKind,
  flag,
  idSchema,
  listOf,
  listCursorSchema,
  moment,
  object,
  oneOf,
  sentence,
  wholeNumber,
} from './fields.ts';

/*
 * A schema is named for the type that it stands for, where what it means is written down.
 */

export const refusalSchema = object({
  ok: exactly(false),
  code: oneOf(Object.keys(ERROR_CODES) as ErrorCode[]),
  message: sentence,
  retryable: flag,
  retryAfterMs: wholeNumber().optional(),
  requestId: sentence.optional(),
});

export const appendedSchema = object({
  conversationId: idSchema,
  eventId: sentence,
  seq: wholeNumber(1),
  at: moment,
  duplicate: flag,
});

export const syncResultSchema = object({
  events: listOf(conversationEventSchema),
  head: wholeNumber(),
  more: flag,
  reset: exactly(true).optional(),
  cursors: listOf(cursorSchema),
});

export const historyResultSchema = object({
  events: listOf(conversationEventSchema),
  head: wholeNumber(),
  cursors: listOf(cursorSchema),
});

export const headsResultSchema = object({
  heads: z.record(idSchema, wholeNumber(), {
    error: expected('must be an object with conversation ids as keys'),
  }),
});

export const cursorResultSchema = object({ cursor: cursorSchema });

export const sessionRenewedSchema = object({ expiresAt: moment });

export const contactIdentifiedSchema = object({
  name: sentence.nullable(),
  email: sentence.nullable(),
});

export const listInboxResultSchema = object({
  rows: listOf(inboxRowSchema),
  next: listCursorSchema.nullable(),
  cursor: listCursorSchema,
  counts: inboxCountsSchema,
});

export const syncInboxResultSchema = object({
  rows: listOf(inboxRowSchema),
  cursor: listCursorSchema,
  more: flag,
  counts: inboxCountsSchema,
});

export const inboxRowsResultSchema = object({ rows: listOf(inboxRowSchema) });

export const contactResultSchema = object({ contact: contactSchema });

export const visitorHelloSchema = object({
  protocol: wholeNumber(1),
  serverTime: moment,
  visitorId: idSchema,
  conversations: listOf(visitorConversationSchema),
  isTeamOnline: flag,
});

export const agentHelloSchema = object({
  protocol: wholeNumber(1),
  serverTime: moment,
  agent: agentSchema,
  workspace: workspaceSchema,
  agents: listOf(agentSchema),
  onlineAgentIds: listOf(idSchema),
  unknownAgentIds: listOf(idSchema).optional(),
  actor: actorSchema,
});

export const messageReceiptSchema = object({
  seq: wholeNumber(1),
  actor: actorSchema,
  writtenAt: moment.nullable(),
  storedAt: moment,
  receipts: listOf(receiptSchema),
});

export const receiptResultSchema = object({ receipt: messageReceiptSchema });

const sharedAckSchemas = {
  'message.send': ackOf(appendedSchema),
  'message.edit': ackOf(appendedSchema),
  'message.delete': ackOf(appendedSchema),
  sync: ackOf(syncResultSchema),
  history: ackOf(historyResultSchema),
  heads: ackOf(headsResultSchema),
  'cursor.advance': ackOf(cursorResultSchema),
  'typing.set': ackOf(object({})),
  'session.renew': ackOf(sessionRenewedSchema),
};

/** What a visitor is answered: command name, then the schema of its ack. */
export const visitorAckSchemas: {
  [Name in keyof VisitorCommands]: z.ZodType<Ack<VisitorCommands[Name]['result']>>;
} = {
  ...sharedAckSchemas,
  'hello.get': ackOf(visitorHelloSchema),
  'contact.identify': ackOf(contactIdentifiedSchema),
  'page.visit': ackOf(object({})),
};

/** What an agent is answered: command name, then the schema of its ack. */
export const agentAckSchemas: {
  [Name in keyof AgentCommands]: z.ZodType<Ack<AgentCommands[Name]['result']>>;
} = {
  ...sharedAckSchemas,
  'hello.get': ackOf(agentHelloSchema),
  'conversation.assign': ackOf(appendedSchema),
  'conversation.resolve': ackOf(appendedSchema),
  'conversation.reopen': ackOf(appendedSchema),
  'inbox.list': ackOf(listInboxResultSchema),
  'inbox.sync': ackOf(syncInboxResultSchema),
  'inbox.get': ackOf(inboxRowsResultSchema),
  'contact.get': ackOf(contactResultSchema),
  'receipt.get': ackOf(receiptResultSchema),
};

function ackOf<Shape extends z.ZodRawShape>(result: z.ZodObject<Shape>) {
  return z.discriminatedUnion('ok', [result.extend({ ok: exactly(true) }), refusalSchema], {
    error: expectedKind('must be true or false'),
  });
}
