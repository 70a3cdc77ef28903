import type {
  Actor,
  Assignee,
  Content,
  ConversationStatus,
  SendableContent,
  Via,
} from './entities.ts';

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

/**
 * A participant said something. Reopens a resolved conversation when the visitor says it. A message that is read later
 * has taken its edits: `content` is what it says now.
 */
export interface MessageCreated extends EventBase {
  type: 'message.created';
  content: Content;
  /** The author's clock when it was written, ISO 8601. Shown; nothing is ever sorted by it. */
  writtenAt?: string;
  /** When it was last edited, ISO 8601. */
  editedAt?: string;
  /** The `seq` of the message that this one answers. */
  replyTo?: number;
  /** An agent's message may take the conversation in the same act. */
  assigns?: Assignee;
}

/** The author put something else in a message's place. */
export interface MessageEdited extends EventBase {
  type: 'message.edited';
  /** The `seq` of the message. */
  messageSeq: number;
  /** `deleted` once the message is: its words are kept nowhere. */
  content: Content;
}

/** The author took a message back. */
export interface MessageDeleted extends EventBase {
  type: 'message.deleted';
  /** The `seq` of the message. */
  messageSeq: number;
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
export type ConversationEvent =
  | MessageCreated
  | MessageEdited
  | MessageDeleted
  | ConversationAssigned
  | ConversationStatusChanged;

/** The name of a kind of event. */
export type EventType = ConversationEvent['type'];

/**
 * An event before storage has given it a place: what happened, without `id`, `seq`, `prev` and `at`, and without what
 * later events add to it.
 */
export type EventDraft = ConversationEvent extends infer Event
  ? Event extends { content: Content }
    ? Omit<Event, keyof Placed | 'editedAt' | 'content'> & { content: SendableContent }
    : Omit<Event, keyof Placed>
  : never;

type Placed = Pick<EventBase, 'id' | 'conversationId' | 'seq' | 'prev' | 'at'>;
