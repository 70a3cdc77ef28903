import { createId } from '@alcove/protocol';
import { LRUCache } from 'lru-cache';
import type { Limiter } from '../cluster/cluster.ts';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import type { Access, ConversationScope } from './access.ts';
import { type Clock, toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { Caller, VisitorPrincipal } from './principal.ts';

/** A visitor's first message opens the conversation. */
export interface Openings {
  /**
   * The conversation that this visitor opened under the client id, opened now if need be.
   *
   * @throws DomainError `rate_limited` when too many were opened from the caller's address.
   */
  open(caller: Caller<VisitorPrincipal>, clientConversationId: string): Promise<ConversationScope>;
}

export function createOpenings(options: {
  storage: Storage;
  access: Access;
  limiter: Limiter;
  clock: Clock;
  limits: Limits;
}): Openings {
  const { storage, access, limiter, clock, limits } = options;
  // A first message that is sent again, because its ack was lost, must not count as one more conversation.
  const opened = new LRUCache<string, Promise<ConversationScope>>({ max: limits.cachedScopes });

  async function open(
    { principal, address }: Caller<VisitorPrincipal>,
    clientConversationId: string,
  ): Promise<ConversationScope> {
    const { workspaceId, visitorId, contactId } = principal;
    await takePoint(limiter, address, limits);
    const conversation = await storage.forWorkspace(workspaceId).conversations.open({
      id: createId('cv'),
      visitorId,
      contactId,
      clientConversationId,
      createdAt: toIso(clock.now()),
    });
    const scope = { workspaceId, conversationId: conversation.id, visitorId };
    access.remember(scope);
    return scope;
  }

  return {
    open(caller, clientConversationId) {
      const { workspaceId, visitorId } = caller.principal;
      const key = `${workspaceId}/${visitorId}/${clientConversationId}`;
      const known = opened.get(key);
      if (known) return known;
      const opening = open(caller, clientConversationId);
      opened.set(key, opening);
      opening.catch(() => opened.delete(key));
      return opening;
    },
  };
}

async function takePoint(limiter: Limiter, address: string, limits: Limits) {
  const rate = limits.newConversationsPerAddress;
  const { retryAfterMs } = await limiter.take('new-conversations', address, rate);
  if (retryAfterMs === undefined) return;
  throw new DomainError(
    'rate_limited',
    'Too many conversations were started from your network. Please try again later.',
    { retryAfterMs },
  );
}
