import type {
  Actor,
  Audience,
  Contact,
  ConversationEvent,
  Cursor,
  PresenceStatus,
} from '@alcove/protocol';
import type { ConversationScope } from './access.ts';

/**
 * The port by which the domain tells who is connected that something happened. Called after the commit, with what
 * `present.ts` made for each audience. What it sends is a hint: nothing rests on its arrival, so it never throws.
 */
export interface EventPublisher {
  event(scope: ConversationScope, event: ForAudiences<ConversationEvent>): void;
  cursor(scope: ConversationScope, cursor: ForAudiences<Cursor>): void;
  /** Agents see everybody type; the visitor sees agents. */
  typing(scope: ConversationScope, actor: Actor, isTyping: boolean): void;
  /** To agents only. */
  contact(workspaceId: string, contact: Contact): void;
  /** To those connected to this node: every node hears of a transition by itself. */
  presence(workspaceId: string, audience: Audience, actor: Actor, status: PresenceStatus): void;
}

/** The same fact as each audience may see it; `null` for a visitor who may not. */
export interface ForAudiences<Fact> {
  agents: Fact;
  visitor: Fact | null;
}
