import type { TimelineItem } from './conversation-state.ts';
import type { Unsubscribe } from './listeners.ts';
import type { VisitorClientEvents } from './visitor-events.ts';
import type { VisitorState } from './visitor-state.ts';

export interface VisitorClientOptions {
  /** The server's address, for example `https://chat.example`. */
  serverUrl: string;
  /** The workspace's public key, `wk_…`. */
  workspaceKey: string;
  /** BCP 47; the browser's language unless given. */
  locale?: string;
  /** The `Origin` to send outside of browsers: one that the workspace allows. */
  origin?: string;
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
   * @param options.replyTo the `seq` of the message that this one answers.
   * @throws ChatError `invalid` for blank text, `too_large` above 8 KB, `busy` when no more can be kept.
   */
  send(text: string, options?: { conversationId?: string; replyTo?: number }): Promise<string>;
  /** Sends a failed message again, as a new act. */
  retry(clientMessageId: string): Promise<void>;
  /** Drops a failed or waiting message. */
  discard(clientMessageId: string): Promise<void>;
  /**
   * Puts other words into one's own message. Shown at once (`isSaving`), repeated under one id until the server has it,
   * and taken back when it is refused. Kept in memory: a page that goes away forgets it.
   *
   * @example
   * await client.edit(conversationId, item.seq, 'Do you ship to Norway?');
   * @throws ChatError when it is refused for good: `forbidden` unless it is one's own, `conflict` once it is deleted.
   */
  edit(conversationId: string, seq: number, text: string): Promise<void>;
  /** Takes one's own message back, as `edit` changes it. What is left has content of kind `deleted`. */
  delete(conversationId: string, seq: number): Promise<void>;
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
  /**
   * Whether this tab speaks for all of this visitor's tabs: plays the sound, shows the notification. Ask when it matters:
   * it changes as tabs come and go. True where tabs cannot be told apart.
   */
  isLeader(): boolean;
  /** Forgets this visitor and everything kept in this browser. */
  signOut(): Promise<void>;
  /** Lets go of the connection, timers and listeners. What is unsent stays kept. */
  close(): Promise<void>;
}
