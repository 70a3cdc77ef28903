import type { PendingMessage } from './conversation-state.ts';

/** What a person wrote; the outbox adds the rest. */
export type Draft = Pick<
  PendingMessage,
  'conversationId' | 'clientConversationId' | 'content' | 'replyTo' | 'assigns'
>;

/** A message on its way. */
export interface OutboxEntry extends PendingMessage {
  /** Its place in the order of writing; unique, and sorts as text. */
  key: string;
  /** How often the server failed at it. */
  faults?: number;
  /** Its place in the log, once the server has acknowledged it and until the log shows it. */
  ackedSeq?: number;
}

/** Where unsent messages live. `set` rejects with a ChatError when no more may be kept. Every promise resolves after the change is on disk, as far as the browser can know. */
export interface OutboxStorage {
  readonly kind: 'indexeddb' | 'localstorage' | 'memory';
  /** Ordered by key. */
  all(): Promise<OutboxEntry[]>;
  get(key: string): Promise<OutboxEntry | undefined>;
  set(entry: OutboxEntry): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** Takes everything of this scope away, the place itself too. */
  destroy(): void;
  close(): void;
}
