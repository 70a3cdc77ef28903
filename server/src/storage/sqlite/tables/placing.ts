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
  /** Of its row in `late_events`. Given in the order in which things happened, and never twice. */
  number: number;
  /** Whether that row was written. */
  isKept: boolean;
}

/** Puts conversations into the file: events into their log's stretch of it, and the row with its counts. */
export interface Placing {
  /** Puts everything that is late into its place. Where it waited it stays until `drop` or `erase`. */
  place(conversation: LiveConversation): void;
  /** Makes durable what is late, wherever it comes to lie. */
  keep(conversation: LiveConversation): void;
  /** Takes away what lies before everything that waits since this conversation does; without one, all that there is. */
  drop(oldest: LiveConversation | undefined): void;
  /** Takes away at once what is left of a conversation's events where they waited. */
  erase(conversation: LiveConversation): void;
  /** From now on the file alone says which numbers of changes were given out. */
  forget(): void;
}

/** Some 100 bytes each. */
const WORKSPACES = 5000;

export function createPlacing(prepare: Prepare): Placing {
  const placeEvent = prepare(`INSERT INTO events (${EVENT_VALUES}) VALUES (${EVENT_PLACEHOLDERS})`);
  const waiting = keepingWaiting(prepare);
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
      for (const event of late.events) placeEvent.run(...event.values);
      waiting.leave(number, late.events);
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
        if (!event.isKept) waiting.add(event);
        event.isKept = true;
      }
    },

    drop: (oldest) => waiting.dropBefore(oldest?.late?.events[0]?.number),

    erase: ({ number }) => waiting.erase(number),

    forget() {
      changes.forget();
      waiting.forget();
    },
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

/**
 * The rows of `late_events`. One by one, as their events go to their places, they would change a page each; so they stay
 * until all before them may go, and go side by side.
 */
function keepingWaiting(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO late_events (number, ${EVENT_VALUES}) VALUES (?, ${EVENT_PLACEHOLDERS})`,
  );
  const deleteBefore = prepare('DELETE FROM late_events WHERE number < ?');
  const deleteAll = prepare('DELETE FROM late_events');
  const deleteOne = prepare('DELETE FROM late_events WHERE number = ?');
  let hasRows = false;
  /** Rows of events that are in their places, by conversation. */
  const left = new Map<number, number[]>();

  return {
    add({ number, values }: LateEvent): void {
      hasRows = true;
      insert.run(number, ...values);
    },
    leave(conversation: number, events: readonly LateEvent[]): void {
      const numbers = events.flatMap(({ number, isKept }) => (isKept ? number : []));
      if (numbers.length === 0) return;
      const earlier = left.get(conversation) ?? [];
      // Those that are left longest come first.
      left.delete(conversation);
      left.set(conversation, [...earlier, ...numbers]);
    },
    dropBefore(number: number | undefined): void {
      if (!hasRows) return;
      if (number === undefined) {
        deleteAll.run();
        left.clear();
        hasRows = false;
        return;
      }
      deleteBefore.run(number);
      for (const [conversation, numbers] of left) {
        if ((numbers.at(-1) ?? 0) >= number) break;
        left.delete(conversation);
      }
    },
    erase(conversation: number): void {
      for (const number of left.get(conversation) ?? []) deleteOne.run(number);
      left.delete(conversation);
    },
    /** Nobody knows any more what of them is in its place: all of it stays until the file was caught up with. */
    forget(): void {
      left.clear();
      hasRows = false;
    },
  };
}
