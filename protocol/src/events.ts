import type { Actor, Assignee, Content, ConversationStatus, Via } from './entities.ts';

/** What every entry of a conversation's log has. */
export interface EventBase {
  /** `eventIdOf(conversationId, seq)`; a message's id is its event's. */
  id: string;
  conversationId: string;
  /** Dense, from 1, given by storage inside the insert. */
  seq: number;
  /** The `seq` before this one in the reader's audience; 0 before the first. */
  prev: number;
  /** The server's time, ISO 8601; never earlier than the event before it. */
  at: string;
  actor: Actor;
  via: Via;
  /** The actor's idempotency key, made once per act. */
  clientEventId: string;
}

/** A participant said something. Reopens a resolved conversation when the visitor says it. */
export interface MessageCreated extends EventBase {
  type: 'message.created';
  content: Content;
  /** The `seq` of the message that this one answers. */
  replyTo?: number;
  /** An agent's message may take the conversation in the same act. */
  assigns?: Assignee;
}

/** Somebody became responsible, or nobody is any more. */
export interface ConversationAssigned extends EventBase {
  type: 'conversation.assigned';
  assignee: Assignee | null;
}

/** The conversation was resolved or reopened by hand. */
export interface ConversationStatusChanged extends EventBase {
  type: 'conversation.status_changed';
  status: ConversationStatus;
}

/** An entry of a conversation's log. */
export type ConversationEvent = MessageCreated | ConversationAssigned | ConversationStatusChanged;

/** The name of a kind of event. */
export type EventType = ConversationEvent['type'];

/** An event before storage has given it a place: what happened, without `id`, `seq`, `prev` and `at`. */
export type EventDraft = ConversationEvent extends infer Event
  ? Event extends ConversationEvent
    ? Omit<Event, 'id' | 'conversationId' | 'seq' | 'prev' | 'at'>
    : never
  : never;
