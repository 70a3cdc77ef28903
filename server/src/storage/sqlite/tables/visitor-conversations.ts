import type { UnreadRule, VisitorConversations } from '../../storage.ts';
import type { conversationReads } from './conversations.ts';
import type { cursorReads } from './cursors.ts';
import type { eventReads } from './events.ts';

type Tables = Pick<ReturnType<typeof conversationReads>, 'conversationsOfVisitor'> &
  Pick<ReturnType<typeof cursorReads>, 'cursors'> &
  Pick<ReturnType<typeof eventReads>, 'messageCounts'>;

/** What a visitor is greeted with, put together without a pause, so that nothing can come in between. */
export function visitorConversationReads(tables: Tables) {
  return {
    visitorConversations(
      workspaceId: string,
      visitorId: string,
      limit: number,
      unreadIn: UnreadRule,
    ): VisitorConversations {
      const conversations = tables.conversationsOfVisitor(workspaceId, visitorId, limit);
      const ids = conversations.map(({ id }) => id);
      const cursors = tables.cursors(workspaceId, ids);
      const queries = conversations.flatMap(
        (conversation) => unreadIn(conversation, cursors.get(conversation.id) ?? []) ?? [],
      );
      const counts = tables.messageCounts(workspaceId, queries);
      const unread = new Map(
        queries.map(({ conversationId }, index) => [conversationId, counts[index] ?? 0]),
      );
      return { conversations, cursors, unread };
    },
  };
}
