import type { MessageCreated } from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import type { ConversationScope } from './access.ts';
import type { Principal } from './principal.ts';

/** The message with this `seq`, if it is one and the principal can see it. */
export async function findMessage(
  storage: Storage,
  principal: Principal,
  { workspaceId, conversationId }: ConversationScope,
  seq: number,
): Promise<MessageCreated | undefined> {
  const [event] = await storage.forWorkspace(workspaceId).conversations.readEvents({
    conversationId,
    audience: principal.kind === 'visitor' ? 'visitor' : 'agents',
    after: seq - 1,
    limit: 1,
  });
  return event?.type === 'message.created' && event.seq === seq ? event : undefined;
}
