import { LRUCache } from 'lru-cache';
import type { ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import type { ConversationColumns } from './conversations.ts';
import { CONVERSATION_COLUMNS, toConversation } from './conversations.ts';

/** What the writer knows of a conversation without asking the file. */
export interface CachedConversation {
  readonly number: number;
  record: ConversationRecord;
  visitorMessages: number;
}

/**
 * Conversations and counters as the writer last left them: reading and parsing a row back is a third of what an append
 * costs.
 *
 * Exact, because there is one writer. Whoever takes a transaction back, or finds that another program wrote to the file,
 * calls `clear`.
 */
export interface ConversationCache {
  find(workspaceId: string, conversationId: string): CachedConversation | undefined;
  /** The number of the workspace's next change. */
  nextChange(workspaceId: string): number;
  clear(): void;
}

/** About 2 KB each. */
const CONVERSATIONS = 5000;
const WORKSPACES = 5000;

export function createConversationCache(prepare: Prepare): ConversationCache {
  const select = prepare<ConversationColumns>(
    `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE workspace_id = ? AND id = ?`,
  );
  const latestChange = prepare<{ change: number | null }>(
    'SELECT max(change) AS change FROM conversations WHERE workspace_id = ? AND applied_seq > 0',
  );
  const conversations = new LRUCache<string, CachedConversation>({ max: CONVERSATIONS });
  const changes = new LRUCache<string, number>({ max: WORKSPACES });

  return {
    find(workspaceId, conversationId) {
      const key = `${workspaceId}/${conversationId}`;
      const known = conversations.get(key);
      if (known !== undefined) return known;
      const row = select.get(workspaceId, conversationId);
      if (row === undefined) return undefined;
      const { number, visitor_message_count: visitorMessages } = row;
      const found = { number, visitorMessages, record: toConversation(row) };
      conversations.set(key, found);
      return found;
    },

    nextChange(workspaceId) {
      // Deleting the newest row would give its number out again: whoever builds that must keep the numbers rising.
      const latest = changes.get(workspaceId) ?? latestChange.get(workspaceId)?.change ?? 0;
      changes.set(workspaceId, latest + 1);
      return latest + 1;
    },

    clear() {
      conversations.clear();
      changes.clear();
    },
  };
}
