import { emptyConversation } from '@alcove/protocol';
import type { ConversationRecord, OpenConversation } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import type { LiveConversations } from './live-conversations.ts';
import { FOLDED_COLUMNS, foldedColumns, foldedValues, OPENED_COLUMNS } from './conversations.ts';

/** The write that opens a conversation. */
export function openingWrites(prepare: Prepare, live: LiveConversations) {
  const insert = prepare(
    `INSERT INTO conversations (workspace_id, ${[...OPENED_COLUMNS, ...FOLDED_COLUMNS].join(', ')})
     VALUES (?, ?, ?, ?, ?, ?, ${FOLDED_COLUMNS.map(() => '?').join(', ')})`,
  );
  const byClientId = prepare<{ id: string }>(
    `SELECT id FROM conversations
     WHERE workspace_id = ? AND visitor_id = ? AND client_conversation_id = ?`,
  );
  return {
    openConversation(workspaceId: string, opened: OpenConversation): ConversationRecord {
      const { id, visitorId, contactId, clientConversationId, createdAt } = opened;
      const earlier = byClientId.get(workspaceId, visitorId, clientConversationId);
      const known = earlier && live.find(workspaceId, earlier.id);
      if (known !== undefined) return known.record;
      const conversation: ConversationRecord = {
        ...emptyConversation({ id, visitorId, contactId, createdAt }),
        clientConversationId,
      };
      const folded = foldedColumns(conversation, { visitorMessages: 0, change: 0 });
      insert.run(
        workspaceId,
        id,
        visitorId,
        contactId,
        clientConversationId,
        createdAt,
        ...foldedValues(folded),
      );
      return conversation;
    },
  };
}
