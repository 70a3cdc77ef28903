import { z } from 'zod';
import {
  actorSchema,
  assigneeSchema,
  contactSchema,
  contentSchema,
  cursorSchema,
  presenceStatusSchema,
  statusSchema,
  viaSchema,
} from './entities.ts';
import {
  clientIdSchema,
  exactly,
  expected,
  expectedKind,
  flag,
  idSchema,
  moment,
  object,
  sentence,
  wholeNumber,
} from './fields.ts';

const eventBase = {
  // An event's id is its conversation's and ten digits or more, hence longer than other ids.
  id: z.string({ error: expected('must be an id, a string') }).regex(/^[a-z0-9_:-]{1,80}$/, {
    error: 'must be an event id such as cv_…:0000000001',
  }),
  conversationId: idSchema,
  seq: wholeNumber(1),
  prev: wholeNumber(),
  at: moment,
  actor: actorSchema,
  via: viaSchema,
  clientEventId: clientIdSchema,
};

export const messageCreatedSchema = object({
  type: exactly('message.created'),
  ...eventBase,
  content: contentSchema,
  writtenAt: moment.optional(),
  editedAt: moment.optional(),
  replyTo: wholeNumber(1).optional(),
  assigns: assigneeSchema.optional(),
});

export const messageEditedSchema = object({
  type: exactly('message.edited'),
  ...eventBase,
  messageSeq: wholeNumber(1),
  content: contentSchema,
});

export const messageDeletedSchema = object({
  type: exactly('message.deleted'),
  ...eventBase,
  messageSeq: wholeNumber(1),
});

export const conversationAssignedSchema = object({
  type: exactly('conversation.assigned'),
  ...eventBase,
  assignee: assigneeSchema.nullable(),
});

export const conversationStatusChangedSchema = object({
  type: exactly('conversation.status_changed'),
  ...eventBase,
  status: statusSchema,
});

/** An entry of a conversation's log. */
export const conversationEventSchema = z.discriminatedUnion(
  'type',
  [
    messageCreatedSchema,
    messageEditedSchema,
    messageDeletedSchema,
    conversationAssignedSchema,
    conversationStatusChangedSchema,
  ],
  { error: expectedKind('must be a known type of event') },
);

/** A volatile hint. */
export const signalSchema = z.discriminatedUnion(
  'type',
  [
    object({
      type: exactly('typing'),
      conversationId: idSchema,
      actor: actorSchema,
      isTyping: flag,
    }),
    object({ type: exactly('presence'), actor: actorSchema, status: presenceStatusSchema }),
    object({ type: exactly('cursor'), conversationId: idSchema, cursor: cursorSchema }),
    object({ type: exactly('contact'), contact: contactSchema }),
    object({ type: exactly('server.drain'), afterMs: wholeNumber() }),
    object({ type: exactly('server.degraded') }),
    object({ type: exactly('session.ended'), message: sentence }),
  ],
  { error: expectedKind('must be a known type of signal') },
);
