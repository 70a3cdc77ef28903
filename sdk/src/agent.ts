import type { ConversationRow, InboxView } from '@alcove/protocol';
import type { AgentAction, AgentState } from './agent-state.ts';
import type { ConnectionState, TimelineItem } from './conversation-state.ts';
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

export function createAgentClient(options: AgentClientOptions): AgentClient {
  throw new Error(`not yet: ${options.serverUrl}`);
}
