import type { ConversationRow, InboxView, MessageReceipt } from '@alcove/protocol';
import type { AgentAction, AgentState } from './agent-state.ts';
import type { ConnectionState, TimelineItem } from './conversation-state.ts';
import type { Unsubscribe } from './listeners.ts';
import type { ClientStore } from './store.ts';

export interface AgentClientOptions {
  serverUrl: string;
  /**
   * Answers a fresh access token; called at connect and before the old one ends. `isRefused`: not the one given last,
   * however fresh it looks: the server has refused it or soon will, and this machine's clock may be wrong.
   */
  getAccessToken(isRefused: boolean): Promise<{ accessToken: string; accessExpiresAt: string }>;
  /** Keys the outbox: the account and workspace. */
  identity: string;
  /** The `Origin` to send outside of browsers: the server's own. */
  origin?: string;
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
  /** @param options.replyTo the `seq` of the message that this one answers. */
  send(
    conversationId: string,
    text: string,
    options?: { assignsSelf?: boolean; replyTo?: number },
  ): Promise<string>;
  retry(clientMessageId: string): Promise<void>;
  discard(clientMessageId: string): Promise<void>;
  /**
   * Puts other words into one's own message. Shown at once (`isSaving`), repeated under one id until the server has it,
   * and taken back when it is refused. Kept in memory: a page that goes away forgets it.
   *
   * @throws ChatError when it is refused for good: `forbidden` unless it is one's own, `conflict` once it is deleted.
   */
  edit(conversationId: string, seq: number, text: string): Promise<void>;
  /** Takes one's own message back, as `edit` changes it. What is left has content of kind `deleted`. */
  delete(conversationId: string, seq: number): Promise<void>;
  /**
   * How a message travelled: when it was written, stored, received and read.
   *
   * @example
   * const { storedAt, receipts } = await client.getReceipt(conversationId, item.seq);
   * @throws ChatError when the server refuses.
   */
  getReceipt(conversationId: string, seq: number): Promise<MessageReceipt>;
  /**
   * Waits for the connection, in the order of acts (`pendingActs`), as `resolve` and `reopen` do.
   *
   * @throws ChatError when the server refuses.
   */
  assign(conversationId: string, agentId: string | null): Promise<void>;
  /** @throws ChatError when the server refuses. */
  resolve(conversationId: string): Promise<void>;
  /** @throws ChatError when the server refuses. */
  reopen(conversationId: string): Promise<void>;
  markRead(conversationId: string, seq: number): void;
  setTyping(conversationId: string, isTyping: boolean): void;
  /**
   * Whether this tab speaks for all of this agent's tabs: plays the sound, shows the notification. Ask when it matters: it
   * changes as tabs come and go. True where tabs cannot be told apart.
   */
  isLeader(): boolean;
  close(): Promise<void>;
}
