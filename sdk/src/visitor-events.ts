import type { ConversationStatus, MessageCreated } from '@alcove/protocol';
import type { ChatError } from './chat-error.ts';
import type { ConnectionState } from './conversation-state.ts';
import type { Events } from './listeners.ts';
import type { VisitorState } from './visitor-state.ts';

export interface VisitorClientEvents {
  /** A message of the team arrived; once each, live or on catch-up, never for history. */
  message: { message: MessageCreated };
  unread: { count: number };
  typing: { conversationId: string; isTyping: boolean; name: string | null };
  presence: { isTeamOnline: boolean };
  connection: ConnectionState;
  conversation: { conversationId: string; status: ConversationStatus };
  error: ChatError;
}

/** Tells what a change of the state means. */
export function emitChanges(
  emit: Events<VisitorClientEvents>['emit'],
  before: VisitorState,
  { connection, unreadCount, isTeamOnline, conversations, logs }: VisitorState,
): void {
  if (connection !== before.connection) emit('connection', connection);
  if (unreadCount !== before.unreadCount) emit('unread', { count: unreadCount });
  if (isTeamOnline !== before.isTeamOnline) emit('presence', { isTeamOnline });
  for (const { id: conversationId, status } of conversations) {
    const old = before.conversations.find(({ id }) => id === conversationId);
    if (old && old.status !== status) emit('conversation', { conversationId, status });
    const typing = logs[conversationId]?.typing ?? [];
    const wasTyping = before.logs[conversationId]?.typing ?? [];
    if (typing.length !== wasTyping.length || typing[0]?.id !== wasTyping[0]?.id) {
      const name = typing[0]?.name ?? null;
      emit('typing', { conversationId, isTyping: typing.length > 0, name });
    }
  }
}
