import { LRUCache } from 'lru-cache';
import type { ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { assigneeKey, FOLDED_COLUMNS, foldedColumns, foldedValues } from './conversations.ts';
import type { EventValues } from './events.ts';
import { EVENT_PLACEHOLDERS, EVENT_VALUES } from './events.ts';

/** A conversation as of its last event. */
export interface LiveConversation {
  readonly workspaceId: string;
  readonly number: number;
  record: ConversationRecord;
  visitorMessages: number;
  /** What of it is not in its place in the file. */
  late?: {
    /** By `performance.now()`. */
    since: number;
    /** What the file's row says. */
    filed: ConversationRecord;
    events: LateEvent[];
  };
}

/** An event that waits for its place. */
export interface LateEvent {
  values: EventValues;
  /** Where it waits in the file: its row in `late_events`. */
  number?: number;
}

/** Puts conversations into the file: events into their log's stretch of it, and the row with its counts. */
export interface Placing {
  /** Puts everything that is late into its place. */
  place(conversation: LiveConversation): void;
  /** Makes durable what is late, wherever it comes to lie. */
  keep(conversation: LiveConversation): void;
  /** From now on the file alone says which numbers of changes were given out. */
  forget(): void;
}

/** Some 100 bytes each. */
const WORKSPACES = 5000;

export function createPlacing(prepare: Prepare): Placing {
  const placeEvent = prepare(`INSERT INTO events (${EVENT_VALUES}) VALUES (${EVENT_PLACEHOLDERS})`);
  const keepEvent = prepare(
    `INSERT INTO late_events (${EVENT_VALUES}) VALUES (${EVENT_PLACEHOLDERS})`,
  );
  const dropEvent = prepare('DELETE FROM late_events WHERE number = ?');
  const updateRow = prepare(
    `UPDATE conversations SET ${FOLDED_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE number = ?`,
  );
  const count = prepare(
    `INSERT INTO conversation_counts (workspace_id, status, assignee_key, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace_id, status, assignee_key) DO UPDATE SET count = count + excluded.count`,
  );
  const changes = numberingChanges(prepare);

  return {
    place(conversation) {
      const { workspaceId, number, record, visitorMessages, late } = conversation;
      if (late === undefined) return;
      conversation.late = undefined;
      for (const event of late.events) {
        placeEvent.run(...event.values);
        if (event.number !== undefined) dropEvent.run(event.number);
      }
      const folded = foldedColumns(record, { visitorMessages, change: changes.next(workspaceId) });
      updateRow.run(...foldedValues(folded), number);

      const { filed } = late;
      const [oldKey, newKey] = [assigneeKey(filed.assignee), assigneeKey(record.assignee)];
      const wasListed = filed.appliedSeq > 0;
      if (wasListed && filed.status === record.status && oldKey === newKey) return;
      if (wasListed) count.run(workspaceId, filed.status, oldKey, -1);
      count.run(workspaceId, record.status, newKey, 1);
    },

    keep({ late }) {
      for (const event of late?.events ?? []) {
        event.number ??= Number(keepEvent.run(...event.values).lastInsertRowid);
      }
    },

    forget: () => changes.forget(),
  };
}

/** Gives out the numbers of changes, by workspace. */
function numberingChanges(prepare: Prepare) {
  const latestChange = prepare<{ change: number | null }>(
    'SELECT max(change) AS change FROM conversations WHERE workspace_id = ? AND applied_seq > 0',
  );
  const known = new LRUCache<string, number>({ max: WORKSPACES });
  return {
    next(workspaceId: string): number {
      // Deleting the newest row would give its number out again: whoever builds that must keep the numbers rising.
      const latest = known.get(workspaceId) ?? latestChange.get(workspaceId)?.change ?? 0;
      known.set(workspaceId, latest + 1);
      return latest + 1;
    },
    forget: () => known.clear(),
  };
}
