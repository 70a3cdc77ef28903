import type { MessageCreated } from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import type { ConversationScope } from './access.ts';
import { DomainError } from './domain-error.ts';
import type { Principal } from './principal.ts';

/**
 * The message with this `seq`.
 *
 * @throws DomainError `invalid` when it is none, or none that the principal can see: the answer is the same.
 */
export async function findMessage(
  storage: Storage,
  principal: Principal,
  { workspaceId, conversationId }: ConversationScope,
  seq: number,
  field: 'messageSeq' | 'replyTo' = 'messageSeq',
): Promise<MessageCreated> {
  const [event] = await storage.forWorkspace(workspaceId).conversations.readEvents({
    conversationId,
    audience: principal.kind === 'visitor' ? 'visitor' : 'agents',
    after: seq - 1,
    limit: 1,
  });
  if (event?.type === 'message.created' && event.seq === seq) return event;
  throw new DomainError('invalid', `${field} must be the seq of a message in this conversation.`);
}
