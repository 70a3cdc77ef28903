import type { ConversationStatus, MessageCreated, VisitorConversation } from '@alcove/protocol';
import type { ChatError } from './chat-error.ts';
import type {
  ConnectionState,
  ConversationState,
  PendingMessage,
  TimelineItem,
} from './conversation-state.ts';
import type { Unsubscribe } from './store.ts';

export interface VisitorClientOptions {
  /** The server's address, for example `https://chat.example`. */
  serverUrl: string;
  /** The workspace's public key, `wk_…`. */
  workspaceKey: string;
  /** BCP 47; the browser's language unless given. */
  locale?: string;
}

/** Everything that a visitor's client knows. Replaced, never changed in place. */
export interface VisitorState {
  connection: ConnectionState;
  /** Whether this browser has written before. */
  hasSession: boolean;
  visitorId: string | null;
  /** Latest activity first. */
  conversations: readonly VisitorConversation[];
  /** Logs by conversation id; filled by `openConversation`. */
  logs: Readonly<Record<string, ConversationState>>;
  /** Messages not acknowledged yet, in the order written. */
  pending: readonly PendingMessage[];
  /** Messages of the team that the visitor has not read. */
  unreadCount: number;
  isTeamOnline: boolean;
  /** `memory`: this browser lets nothing be stored, so what is unsent is lost with the page. */
  outboxStorage: 'indexeddb' | 'localstorage' | 'memory';
}

export interface VisitorClientEvents {
  /** A message of the team arrived; once each, live or on catch-up, never for history. */
  message: { message: MessageCreated };
  unread: { count: number };
  typing: { conversationId: string; isTyping: boolean; name: string | null };
  presence: { isTeamOnline: boolean };
  connection: ConnectionState;
  conversation: { conversationId: string; status: ConversationStatus };
  error: ChatError;
}

/**
 * A visitor's engine without a face: session, outbox, connection, catch-up, state.
 *
 * Nothing is stored and nothing is asked of the server until the visitor acts, unless this browser wrote before.
 */
export interface VisitorClient {
  getState(): VisitorState;
  /** Called after each change. */
  subscribe(listener: () => void): Unsubscribe;
  on<Name extends keyof VisitorClientEvents>(
    name: Name,
    listener: (event: VisitorClientEvents[Name]) => void,
  ): Unsubscribe;
  /** Reads what this browser keeps and, if it wrote before or has something unsent, connects. */
  resume(): Promise<void>;
  /**
   * Keeps the message and sends it as soon as possible. Resolves with its client message id once it is kept.
   * Without a conversation id it goes to the newest conversation, or opens the first.
   *
   * @throws ChatError `invalid` for blank text, `too_large` above 8 KB.
   */
  send(text: string, options?: { conversationId?: string }): Promise<string>;
  /** Sends a failed message again, as a new act. */
  retry(clientMessageId: string): Promise<void>;
  /** Drops a failed or waiting message. */
  discard(clientMessageId: string): Promise<void>;
  /** Loads the newest page of a conversation and keeps it current. */
  openConversation(conversationId: string): Promise<void>;
  loadOlder(conversationId: string): Promise<void>;
  /** What is shown, oldest first; pending messages last. Without an id: the first conversation that is still on its way. */
  timeline(conversationId: string | null): readonly TimelineItem[];
  /** The visitor has had this in view for a second. */
  markRead(conversationId: string, seq: number): void;
  /** Call on each key press; a stop is sent by itself. */
  setTyping(conversationId: string, isTyping: boolean): void;
  /** What the site knows of its visitor. Kept in memory until there is a session. `null` clears a field. */
  identify(person: { name?: string | null; email?: string | null }): Promise<void>;
  setPage(page: { url: string; title: string }): void;
  /** Forgets this visitor and everything kept in this browser. */
  signOut(): Promise<void>;
  /** Lets go of the connection, timers and listeners. What is unsent stays kept. */
  close(): Promise<void>;
}

export function createVisitorClient(options: VisitorClientOptions): VisitorClient {
  throw new Error(`not yet: ${options.serverUrl}`);
}
