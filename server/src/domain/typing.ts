import type { SetTyping } from '@alcove/protocol';
import { LRUCache } from 'lru-cache';
import type { Limits } from '../limits.ts';
import type { Access } from './access.ts';
import type { Clock } from './clock.ts';
import type { EventPublisher } from './event-publisher.ts';
import { presentActor } from './present.ts';
import { actorOf, type Caller } from './principal.ts';
import type { Roster } from './roster.ts';

/** Who is writing. Relayed and forgotten, never stored. */
export interface Typing {
  /**
   * Relays, or silently does nothing when this session said the same a moment ago: the receiver lets it expire anyway.
   *
   * @throws DomainError `not_found`
   */
  set(caller: Caller, command: SetTyping): Promise<void>;
}

export function createTyping(options: {
  access: Access;
  publisher: EventPublisher;
  roster: Roster;
  clock: Clock;
  limits: Limits;
}): Typing {
  const { access, publisher, roster, clock, limits } = options;
  // By session, so that neither a second tab nor HTTP requests have turns of their own.
  const relayedAt = new LRUCache<string, number>({ max: limits.cachedTurns });

  /** Beginning and ending have turns of their own: an end that is swallowed would look like typing for seconds more. */
  function takeTurn({ principal }: Caller, { conversationId, isTyping }: SetTyping): boolean {
    const key = `${principal.sessionId}/${conversationId}/${isTyping}`;
    const now = clock.now();
    const last = relayedAt.get(key);
    // A clock that was set back must not silence anybody.
    if (last !== undefined && now >= last && now - last < limits.typingIntervalMs) return false;
    relayedAt.set(key, now);
    return true;
  }

  return {
    async set(caller, command) {
      const scope = await access.scopeOf(caller.principal, command.conversationId);
      if (!takeTurn(caller, command)) return;
      const agents = await roster.agents(scope.workspaceId);
      publisher.typing(scope, presentActor(actorOf(caller.principal), agents), command.isTyping);
    },
  };
}
