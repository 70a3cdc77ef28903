import { LRUCache } from 'lru-cache';
import type { ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { assigneeKey, FOLDED_COLUMNS, foldedColumns, foldedValues } from './conversations.ts';

/** A conversation as of its last event. */
export interface LiveConversation {
  readonly workspaceId: string;
  readonly number: number;
  record: ConversationRecord;
  visitorMessages: number;
  /** Set while the file's row is behind the log. */
  behind?: {
    /** What the file's row says. */
    filed: ConversationRecord;
    /** By `performance.now()`. */
    since: number;
    /** Whether the file knows it, too. */
    isNoted: boolean;
  };
}

/** Writes conversations' rows, with the counts and the numbers of changes that go with them. */
export interface RowWriter {
  /** Brings the file's row up to the conversation, if it is behind. */
  write(conversation: LiveConversation): void;
  /** Lets the file know that the row is behind, if it is. */
  note(conversation: LiveConversation): void;
  /** From now on the file alone says which numbers were given out. */
  forget(): void;
}

/** Some 100 bytes each. */
const WORKSPACES = 5000;

export function createRowWriter(prepare: Prepare): RowWriter {
  const update = prepare(
    `UPDATE conversations SET ${FOLDED_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE number = ?`,
  );
  const count = prepare(
    `INSERT INTO conversation_counts (workspace_id, status, assignee_key, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace_id, status, assignee_key) DO UPDATE SET count = count + excluded.count`,
  );
  const note = prepare('INSERT INTO rows_behind (conversation) VALUES (?)');
  const unnote = prepare('DELETE FROM rows_behind WHERE conversation = ?');
  const latestChange = prepare<{ change: number | null }>(
    'SELECT max(change) AS change FROM conversations WHERE workspace_id = ? AND applied_seq > 0',
  );
  const changes = new LRUCache<string, number>({ max: WORKSPACES });

  function nextChange(workspaceId: string): number {
    // Deleting the newest row would give its number out again: whoever builds that must keep the numbers rising.
    const latest = changes.get(workspaceId) ?? latestChange.get(workspaceId)?.change ?? 0;
    changes.set(workspaceId, latest + 1);
    return latest + 1;
  }

  return {
    write(conversation) {
      const { workspaceId, number, record, visitorMessages, behind } = conversation;
      if (behind === undefined) return;
      conversation.behind = undefined;
      if (behind.isNoted) unnote.run(number);
      const change = nextChange(workspaceId);
      update.run(...foldedValues(foldedColumns(record, { visitorMessages, change })), number);

      const { filed } = behind;
      const [oldKey, newKey] = [assigneeKey(filed.assignee), assigneeKey(record.assignee)];
      const wasListed = filed.appliedSeq > 0;
      if (wasListed && filed.status === record.status && oldKey === newKey) return;
      if (wasListed) count.run(workspaceId, filed.status, oldKey, -1);
      count.run(workspaceId, record.status, newKey, 1);
    },

    note({ number, behind }) {
      if (behind === undefined || behind.isNoted) return;
      note.run(number);
      behind.isNoted = true;
    },

    forget: () => changes.clear(),
  };
}
