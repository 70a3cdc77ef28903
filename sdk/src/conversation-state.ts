import type {
  Actor,
  Assignee,
  Content,
  ConversationEvent,
  ConversationStatus,
  Cursor,
  ErrorCode,
  SendableContent,
} from '@alcove/protocol';

/** What a client holds of one conversation's log. */
export interface ConversationState {
  id: string;
  status: ConversationStatus;
  /** Applied events, ascending. Each one's `prev` is the one before it. */
  events: readonly ConversationEvent[];
  /** Events that came before one that they follow; applied as soon as it is here. */
  buffer: readonly ConversationEvent[];
  /** `seq` of the newest applied event. */
  have: number;
  /** Newest `seq` heard of; above `have` while the client catches up. */
  head: number;
  /** Whether the log was read at least once. */
  isLoaded: boolean;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  cursors: readonly Cursor[];
  /** Participants who are typing now, this client's own left out. */
  typing: readonly Actor[];
}

/** Where an own message stands, in the order in which it happens. `waiting`: no connection yet. */
export type MessageState = 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

/** A message that has not been acknowledged. */
export interface PendingMessage {
  clientMessageId: string;
  /** Empty until the server has named the conversation. */
  conversationId?: string;
  clientConversationId?: string;
  content: SendableContent;
  replyTo?: number;
  assigns?: Assignee;
  /** The client's time, ISO 8601. Shown, never used to sort. */
  writtenAt: string;
  state: 'waiting' | 'sending' | 'failed';
  /** Why it failed, written for the person who wrote it. */
  failure?: string;
}

/** An edit or deletion of one's own message that the log does not show yet. Shown at once, kept in memory only. */
export interface PendingChange {
  clientEventId: string;
  conversationId: string;
  messageSeq: number;
  /** What the message is going to say. */
  content: Content;
  /** The place of the change in the log, once the server has acknowledged it. */
  ackedSeq?: number;
}

/** The message that another one answers. */
export interface Quote {
  seq: number;
  /** Missing, as are the words, while the answered message is not loaded. */
  actor?: Actor;
  text?: string;
  isDeleted?: true;
}

/** One line of a conversation as it is shown. */
export type TimelineItem =
  | {
      kind: 'message';
      /** The client message id: stays the same when the message is acknowledged, so that it moves at most once. */
      key: string;
      /** Missing while pending. */
      seq?: number;
      actor: Actor;
      /** Whether one's own side wrote it: the visitor, or the team. `actor` says who exactly. */
      isOwn: boolean;
      /** Whether this very participant wrote it. With a `seq` and not deleted, they may edit or delete it. */
      isMine: boolean;
      /** Of kind `deleted` once its author took it back. */
      content: Content;
      /** When it was last edited, ISO 8601. */
      editedAt?: string;
      isEdited: boolean;
      /** An edit or deletion is on its way; `content` shows it already. */
      isSaving: boolean;
      replyTo?: Quote;
      /** ISO 8601. */
      at: string;
      /** The author's clock when they pressed send. Shown, never used to sort. */
      writtenAt?: string;
      /** For messages of one's own side. */
      state: MessageState;
      /** When the other side read it, if it did. */
      readAt: string | null;
      failure?: string;
    }
  | {
      kind: 'status';
      key: string;
      seq: number;
      actor: Actor;
      at: string;
      status: ConversationStatus;
    }
  | {
      kind: 'assignment';
      key: string;
      seq: number;
      actor: Actor;
      at: string;
      assignee: Assignee | null;
    };

/**
 * The connection in states that a person can be told about. `idle`: nothing to connect for yet. `connecting`: the first
 * try. `online`. `reconnecting`: lost, trying again. `offline`: the browser has no network. `refused`: trying again is
 * of no use; `reason` says why and what to do.
 */
export type ConnectionState =
  | { status: 'idle' | 'connecting' | 'online' | 'offline' }
  | { status: 'reconnecting'; retryAt: number }
  | { status: 'refused'; reason: string; code: ErrorCode };
