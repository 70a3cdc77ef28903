import { type Appended, createId, type SendMessage } from '@alcove/protocol';
import { LRUCache } from 'lru-cache';
import type { Limiter } from '../cluster/cluster.ts';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import type { Access, ConversationScope } from './access.ts';
import { checkAssignee } from './assignees.ts';
import { type Clock, toIso } from './clock.ts';
import type { ConversationLog } from './conversation-log.ts';
import { DomainError } from './domain-error.ts';
import type { Caller, VisitorPrincipal } from './principal.ts';
import type { Roster } from './roster.ts';

/** Saying something, which for a visitor may open the conversation. */
export interface Messages {
  /**
   * Resolves once the message is durable. Sent again under the same client id, it answers the first result.
   *
   * @throws DomainError `not_found`, `forbidden`, `invalid`, `id_conflict` or `rate_limited`.
   */
  send(caller: Caller, message: SendMessage): Promise<Appended>;
}

export function createMessages(options: {
  storage: Storage;
  access: Access;
  log: ConversationLog;
  roster: Roster;
  limiter: Limiter;
  clock: Clock;
  limits: Limits;
}): Messages {
  const { storage, access, log, roster, limiter, clock, limits } = options;
  // A first message that is sent again, because its ack was lost, must not count as one more conversation.
  const opened = new LRUCache<string, Promise<ConversationScope>>({ max: limits.cachedScopes });

  return {
    async send(caller, message) {
      const scope = await scopeOf(caller, message);
      // Each of these is rare: a plain message goes straight to the log.
      if (message.assigns) await checkAssigns(caller, message.assigns);
      if (message.replyTo !== undefined) await checkReply(caller, scope, message.replyTo);
      const appended = await log.append(caller, scope, {
        type: 'message.created',
        clientEventId: message.clientMessageId,
        content: message.content,
        replyTo: message.replyTo,
        assigns: message.assigns,
      });
      if (appended === 'stale') throw new Error('a message was refused as stale without a condition');
      return appended;
    },
  };

  function scopeOf(caller: Caller, message: SendMessage): Promise<ConversationScope> {
    const { principal } = caller;
    if (message.conversationId !== undefined) {
      return access.scopeOf(principal, message.conversationId);
    }
    if (principal.kind !== 'visitor') {
      throw new DomainError('forbidden', 'Only visitors open conversations: name a conversationId.');
    }
    return openOnce(principal, caller.address, message.clientConversationId);
  }

  function openOnce(principal: VisitorPrincipal, address: string, clientConversationId: string) {
    const key = `${principal.workspaceId}/${principal.visitorId}/${clientConversationId}`;
    const known = opened.get(key);
    if (known) return known;
    const opening = open(principal, address, clientConversationId);
    opened.set(key, opening);
    opening.catch(() => opened.delete(key));
    return opening;
  }

  async function open(principal: VisitorPrincipal, address: string, clientConversationId: string) {
    const { workspaceId, visitorId, contactId } = principal;
    const { retryAfterMs } = await limiter.take(
      'new-conversations',
      address,
      limits.newConversationsPerAddress,
    );
    if (retryAfterMs !== undefined) {
      throw new DomainError(
        'rate_limited',
        'Too many conversations were started from your network. Please try again later.',
        { retryAfterMs },
      );
    }
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

  async function checkAssigns(caller: Caller, assignee: NonNullable<SendMessage['assigns']>) {
    if (caller.principal.kind !== 'agent') {
      throw new DomainError('forbidden', 'Only agents assign conversations.');
    }
    await checkAssignee(roster, caller.principal.workspaceId, assignee);
  }

  async function checkReply(caller: Caller, scope: ConversationScope, replyTo: number) {
    const [answered] = await storage.forWorkspace(scope.workspaceId).conversations.readEvents({
      conversationId: scope.conversationId,
      audience: caller.principal.kind === 'visitor' ? 'visitor' : 'agents',
      after: replyTo - 1,
      limit: 1,
    });
    if (answered?.seq !== replyTo || answered.type !== 'message.created') {
      throw new DomainError('invalid', 'replyTo must be the seq of a message in this conversation.');
    }
  }
}
