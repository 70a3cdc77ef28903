import { z } from 'zod';
import { WIRE_LIMITS } from '../limits.ts';
import {
  atLeastOneOf,
  colourSchema,
  exactly,
  expected,
  expectedKind,
  flag,
  idSchema,
  listOf,
  moment,
  nameSchema,
  object,
  oneOf,
  originSchema,
  pageSchema,
  sentence,
  textSchema,
  wholeNumber,
} from './fields.ts';

/*
 * A schema is named for the type that it stands for, where what it means is written down.
 */

export const actorSchema = object({
  kind: oneOf(['visitor', 'agent', 'bot', 'system']),
  id: idSchema,
  name: sentence.optional(),
});

const textContentSchema = object({ kind: exactly('text'), text: textSchema });

export const sendableContentSchema = z.discriminatedUnion('kind', [textContentSchema], {
  error: expectedKind('must be "text"'),
});

export const contentSchema = z.discriminatedUnion(
  'kind',
  [textContentSchema, object({ kind: exactly('deleted') })],
  { error: expectedKind('must be "text" or "deleted"') },
);

export const viaSchema = oneOf(['widget', 'console', 'api', 'email']);

export const statusSchema = oneOf(['open', 'snoozed', 'resolved']);

export const assigneeSchema = atLeastOneOf({
  agentId: idSchema.optional(),
  teamId: idSchema.optional(),
});

export const messagePreviewSchema = object({
  seq: wholeNumber(1),
  actor: actorSchema,
  text: sentence,
  at: moment,
  isDeleted: exactly(true).optional(),
});

export const conversationRowSchema = object({
  id: idSchema,
  visitorId: idSchema,
  contactId: idSchema,
  status: statusSchema,
  assignee: assigneeSchema.nullable(),
  createdAt: moment,
  lastActivityAt: moment,
  appliedSeq: wholeNumber(),
  visitorSeq: wholeNumber(),
  messageCount: wholeNumber(),
  lastMessage: messagePreviewSchema.nullable(),
  lastMessageSeq: object({ visitor: wholeNumber(), team: wholeNumber() }),
  unansweredCount: wholeNumber(),
  waitingSince: moment.nullable(),
});

export const contactSummarySchema = object({
  id: idSchema,
  name: sentence.nullable(),
  email: sentence.nullable(),
});

export const contactSchema = contactSummarySchema.extend({
  page: pageSchema.nullable(),
  userAgent: sentence.nullable(),
  locale: sentence.nullable(),
  createdAt: moment,
  lastSeenAt: moment,
});

export const inboxRowSchema = conversationRowSchema.extend({
  contact: contactSummarySchema,
  isVisitorOnline: flag,
  isPresenceUnknown: exactly(true).optional(),
  unread: wholeNumber(0, WIRE_LIMITS.unreadCount),
});

export const cursorSchema = object({
  participant: actorSchema,
  delivered: wholeNumber(),
  deliveredAt: moment.nullable(),
  read: wholeNumber(),
  readAt: moment.nullable(),
});

export const receiptSchema = object({
  participant: actorSchema,
  deliveredAt: moment.nullable(),
  readAt: moment.nullable(),
});

export const visitorConversationSchema = object({
  id: idSchema,
  clientConversationId: sentence,
  status: statusSchema,
  lastActivityAt: moment,
  head: wholeNumber(),
  lastMessage: messagePreviewSchema.nullable(),
  unread: wholeNumber(0, WIRE_LIMITS.unreadCount),
  cursors: listOf(cursorSchema),
});

export const agentRoleSchema = oneOf(['owner', 'admin', 'agent']);

export const agentSchema = object({
  id: idSchema,
  name: sentence,
  email: sentence,
  role: agentRoleSchema,
  isDisabled: flag,
});

export const invitationSchema = object({
  id: idSchema,
  role: agentRoleSchema,
  createdAt: moment,
  expiresAt: moment,
});

export const widgetLookSchema = object({
  colour: colourSchema,
  side: oneOf(['start', 'end']),
  theme: oneOf(['light', 'dark', 'auto']),
});

/** Each origin once. */
export const allowedOriginsSchema = z
  .array(originSchema, { error: expected('must be a list of origins') })
  .max(WIRE_LIMITS.allowedOrigins, {
    error: `must hold at most ${WIRE_LIMITS.allowedOrigins} origins: use https://*.shop.example for many`,
  })
  .transform((origins) => [...new Set(origins)]);

export const workspaceSchema = object({
  id: idSchema,
  key: idSchema,
  name: nameSchema,
  look: widgetLookSchema,
  allowedOrigins: allowedOriginsSchema,
});

export const inboxViewSchema = oneOf(['all', 'mine', 'unassigned', 'resolved']);

export const inboxCountsSchema = object({
  all: wholeNumber(),
  mine: wholeNumber(),
  unassigned: wholeNumber(),
  resolved: wholeNumber(),
});

export const presenceStatusSchema = oneOf(['online', 'offline', 'unknown']);
