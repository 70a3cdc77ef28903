import type { Contact, ConversationEvent, Cursor, PresenceStatus, Actor } from '@alcove/protocol';

/**
 * The port by which the domain tells who is connected that something happened. Called after the commit. What it sends is
 * a hint: nothing rests on its arrival, so it never throws.
 */
export interface EventPublisher {
  /** `visitorPrev` is the event's `prev` for the visitor; agents' stands in the event. */
  event(workspaceId: string, event: ConversationEvent, visitorPrev: number): void;
  cursor(workspaceId: string, conversationId: string, cursor: Cursor): void;
  contact(workspaceId: string, contact: Contact): void;
  typing(workspaceId: string, conversationId: string, actor: Actor, isTyping: boolean): void;
  presence(workspaceId: string, actor: Actor, status: PresenceStatus): void;
}
