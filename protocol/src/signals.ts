import type { Actor, Contact, Cursor, PresenceStatus } from './entities.ts';

/** Volatile hints without a `seq`. A lost one does no harm. */
export type Signal =
  | { type: 'typing'; conversationId: string; actor: Actor; isTyping: boolean }
  | { type: 'presence'; actor: Actor; status: PresenceStatus }
  | { type: 'cursor'; conversationId: string; cursor: Cursor }
  | { type: 'contact'; contact: Contact }
  /** The server is about to stop: reconnect after `afterMs`. */
  | { type: 'server.drain'; afterMs: number }
  /**
   * The server may not hear of everything that happens on its other nodes: ask for heads every 3 to 5 seconds, until the
   * next `hello`. Who is online cannot be told meanwhile.
   */
  | { type: 'server.degraded' }
  /** The session ended: signed out elsewhere, disabled, or expired. */
  | { type: 'session.ended'; message: string };

/** The name of a kind of signal. */
export type SignalType = Signal['type'];
