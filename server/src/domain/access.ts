import { LRUCache } from 'lru-cache';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import { DomainError } from './domain-error.ts';
import type { Principal } from './principal.ts';

/** Where a conversation belongs. Settled when it is opened, and never changed. */
export interface ConversationScope {
  readonly workspaceId: string;
  readonly conversationId: string;
  readonly visitorId: string;
}

/** Who may touch which conversation. */
export interface Access {
  /**
   * @throws DomainError `not_found` when there is no such conversation in the principal's workspace, and just the same
   * when it is another visitor's.
   */
  scopeOf(principal: Principal, conversationId: string): Promise<ConversationScope>;
  /** Whether the principal may see a conversation of its own workspace. */
  allows(principal: Principal, conversation: { visitorId: string }): boolean;
  /** Spares the next `scopeOf` its look into the store. */
  remember(scope: ConversationScope): void;
}

export function createAccess(options: { storage: Storage; limits: Limits }): Access {
  const { storage, limits } = options;
  // Every message asks, and the answer never changes: no need to wait for the store each time.
  const scopes = new LRUCache<string, ConversationScope>({ max: limits.cachedScopes });

  function allows(principal: Principal, conversation: { visitorId: string }) {
    return principal.kind === 'agent' || conversation.visitorId === principal.visitorId;
  }

  function remember(scope: ConversationScope) {
    scopes.set(keyOf(scope.workspaceId, scope.conversationId), scope);
  }

  async function find(workspaceId: string, conversationId: string) {
    const conversation = await storage.forWorkspace(workspaceId).conversations.get(conversationId);
    if (!conversation) return undefined;
    const scope = { workspaceId, conversationId, visitorId: conversation.visitorId };
    remember(scope);
    return scope;
  }

  return {
    async scopeOf(principal, conversationId) {
      const { workspaceId } = principal;
      const known = scopes.get(keyOf(workspaceId, conversationId));
      const scope = known ?? (await find(workspaceId, conversationId));
      if (!scope || !allows(principal, scope)) throw conversationNotFound();
      return scope;
    },
    allows,
    remember,
  };
}

/** The one answer for what is absent and for what is somebody else's. */
export function conversationNotFound(): DomainError {
  return new DomainError('not_found', 'There is no such conversation.');
}

function keyOf(workspaceId: string, conversationId: string): string {
  return `${workspaceId}/${conversationId}`;
}
