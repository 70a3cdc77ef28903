import type {
  Agent,
  Contact,
  ConversationRow,
  InboxCounts,
  InboxRow,
  InboxView,
  PresenceStatus,
  Workspace,
} from '@alcove/protocol';
import type {
  ConnectionState,
  ConversationState,
  PendingMessage,
  TimelineItem,
} from './conversation-state.ts';
import type { ClientStore, Unsubscribe } from './store.ts';

export interface AgentClientOptions {
  serverUrl: string;
  /** Answers a fresh access token; called at connect and before the old one ends. */
  getAccessToken(): Promise<{ accessToken: string; accessExpiresAt: string }>;
  /** Keys the outbox: the account and workspace. */
  identity: string;
  /** Where the state lives; the client's own store unless given. A Redux store fits, see `reduceAgent`. */
  store?: ClientStore<AgentState, AgentAction>;
}

/** One inbox view as far as it was loaded: ids in order, latest activity first. */
export interface InboxViewState {
  conversationIds: readonly string[];
  /** `null` when everything is loaded; `undefined` before the first page. */
  next: string | null | undefined;
  isLoading: boolean;
}

export interface AgentState {
  connection: ConnectionState;
  agent: Agent | null;
  workspace: Workspace | null;
  agents: readonly Agent[];
  /** By agent id and visitor id. */
  presence: Readonly<Record<string, PresenceStatus>>;
  rows: Readonly<Record<string, InboxRow>>;
  contacts: Readonly<Record<string, Contact>>;
  views: Readonly<Record<InboxView, InboxViewState>>;
  counts: InboxCounts | null;
  logs: Readonly<Record<string, ConversationState>>;
  pending: readonly PendingMessage[];
  outboxStorage: 'indexeddb' | 'localstorage' | 'memory';
}

/** A step of the state; opaque to users, plain data. */
export type AgentAction = { type: `alcove/${string}` } & Record<string, unknown>;

export interface AgentClientEvents {
  /** A visitor's message arrived; once each, never for history. */
  message: { conversationId: string; row: ConversationRow };
  connection: ConnectionState;
  /** The server ended the session: sign in again. */
  sessionEnded: { message: string };
}

/** An agent's engine: inbox, conversations, outbox, connection, catch-up, state. */
export interface AgentClient {
  getState(): AgentState;
  subscribe(listener: () => void): Unsubscribe;
  on<Name extends keyof AgentClientEvents>(
    name: Name,
    listener: (event: AgentClientEvents[Name]) => void,
  ): Unsubscribe;
  connect(): void;
  /** Loads the first page of a view, or the next one when it is loaded. */
  loadInbox(view: InboxView): Promise<void>;
  /** Loads the newest page and keeps it current until `closeConversation`. */
  openConversation(conversationId: string): Promise<void>;
  closeConversation(conversationId: string): void;
  loadOlder(conversationId: string): Promise<void>;
  loadContact(contactId: string): Promise<void>;
  timeline(conversationId: string): readonly TimelineItem[];
  send(conversationId: string, text: string, options?: { assignsSelf?: boolean }): Promise<string>;
  retry(clientMessageId: string): Promise<void>;
  discard(clientMessageId: string): Promise<void>;
  /** @throws ChatError when the server refuses. */
  assign(conversationId: string, agentId: string | null): Promise<void>;
  /** @throws ChatError when the server refuses. */
  resolve(conversationId: string): Promise<void>;
  /** @throws ChatError when the server refuses. */
  reopen(conversationId: string): Promise<void>;
  markRead(conversationId: string, seq: number): void;
  setTyping(conversationId: string, isTyping: boolean): void;
  close(): Promise<void>;
}
