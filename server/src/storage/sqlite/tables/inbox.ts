import type { InboxCounts, InboxView } from '@alcove/protocol';
import type { ChangedConversations, InboxPage, InboxQuery } from '../../storage.ts';
import type { Prepare, Statement } from '../connection.ts';
import type { ConversationColumns } from './conversations.ts';
import {
  CONVERSATION_COLUMNS,
  CONVERSATION_NUMBER,
  NOBODY,
  toConversation,
} from './conversations.ts';

/** The last row of a page: `last_activity_at` and `number`. */
type Place = readonly [lastActivityAt: string, number: number];

/** Above every row: `~` sorts after all digits. */
const TOP: Place = ['~', 0];

/** What is read of the inbox. No read grows with the number of conversations: pages and counts come from indexes. */
export function inboxReads(prepare: Prepare) {
  const listed = `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE workspace_id = ? AND applied_seq > 0`;
  const below =
    '(last_activity_at, number) < (?, ?) ORDER BY last_activity_at DESC, number DESC LIMIT ?';
  const ofStatus = prepare<ConversationColumns>(`${listed} AND status = ? AND ${below}`);
  const ofAssignee = prepare<ConversationColumns>(
    `${listed} AND status = ? AND assignee_key = ? AND ${below}`,
  );
  const placeOf = findingPlaces(prepare);
  const rowsOf: Record<
    InboxView,
    (workspaceId: string, agentId: string, place: Place, limit: number) => ConversationColumns[]
  > = {
    all: (workspaceId, _agentId, place, limit) =>
      ofStatus.all(workspaceId, 'open', ...place, limit),
    mine: (workspaceId, agentId, place, limit) =>
      ofAssignee.all(workspaceId, 'open', agentId, ...place, limit),
    unassigned: (workspaceId, _agentId, place, limit) =>
      ofAssignee.all(workspaceId, 'open', NOBODY, ...place, limit),
    resolved: (workspaceId, _agentId, place, limit) =>
      ofStatus.all(workspaceId, 'resolved', ...place, limit),
  };
  return {
    inbox(workspaceId: string, { view, agentId, before, limit }: InboxQuery): InboxPage {
      const place = before === undefined ? TOP : placeOf(workspaceId, before);
      // One row more than asked tells whether there is a next page.
      const rows = rowsOf[view](workspaceId, agentId, place, limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = rows.length > limit && last !== undefined ? encodePlace(last) : null;
      return { conversations: page.map(toConversation), next };
    },

    ...countReads(prepare),
    ...changeReads(prepare, listed),
  };
}

/** How many conversations each view holds. */
function countReads(prepare: Prepare) {
  const counts = prepare<{ status: string; assignee_key: string; count: number }>(
    'SELECT status, assignee_key, count FROM conversation_counts WHERE workspace_id = ?',
  );
  return {
    inboxCounts(workspaceId: string, agentId: string, limit: number): InboxCounts {
      const rows = counts.all(workspaceId);
      const sum = (status: string, assignee?: string) =>
        rows
          .filter(
            (row) => row.status === status && (assignee ?? row.assignee_key) === row.assignee_key,
          )
          .reduce((total, row) => Math.min(limit, total + row.count), 0);
      return {
        all: sum('open'),
        mine: sum('open', agentId),
        unassigned: sum('open', NOBODY),
        resolved: sum('resolved'),
      };
    },
  };
}

/** Makes the function that finds the place which `encodePlace` wrote down. */
function findingPlaces(prepare: Prepare) {
  const numberOf = prepare<{ number: number | null }>(`SELECT ${CONVERSATION_NUMBER} AS number`);
  return (workspaceId: string, text: string): Place => {
    const [lastActivityAt, id] = decodePlace(text);
    // One that is gone was above every other of its time.
    return [lastActivityAt, numberOf.get(workspaceId, id)?.number ?? Number.MAX_SAFE_INTEGER];
  };
}

/**
 * The writer numbers the changes of a workspace in the order in which they become visible, so whoever has seen a number
 * has seen all below it.
 */
function changeReads(prepare: Prepare, listed: string) {
  const changedAfter: Statement<ConversationColumns> = prepare(
    `${listed} AND change > ? ORDER BY change LIMIT ?`,
  );
  const latestChange = prepare<{ change: number | null }>(
    'SELECT max(change) AS change FROM conversations WHERE workspace_id = ? AND applied_seq > 0',
  );
  const latest = (workspaceId: string) => latestChange.get(workspaceId)?.change ?? 0;
  const generation = prepare<{ generation: string }>('SELECT generation FROM store');
  const cursorAt = (change: number) => `${generation.get()?.generation}.${change}`;
  return {
    changedConversations(workspaceId: string, cursor: string, limit: number): ChangedConversations {
      const seen = decodeCursor(cursor);
      // Numbers of another life of the data say nothing about this one: begin anew. So does one that was never given out.
      const isOurs = cursorAt(seen) === cursor && seen <= latest(workspaceId);
      const after = isOurs ? seen : 0;
      const rows = changedAfter.all(workspaceId, after, limit + 1);
      const page = rows.slice(0, limit);
      return {
        conversations: page.map(toConversation),
        cursor: cursorAt(page.at(-1)?.change ?? after),
        more: rows.length > limit,
      };
    },

    latestCursor: (workspaceId: string) => cursorAt(latest(workspaceId)),
  };
}

function encodePlace(row: ConversationColumns): string {
  return Buffer.from(JSON.stringify([row.last_activity_at, row.id])).toString('base64url');
}

/** Told by the conversation's id: its number would tell how many there are in all workspaces. */
function decodePlace(text: string): [lastActivityAt: string, id: string] {
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(place)) {
      const [lastActivityAt, id]: unknown[] = place;
      if (typeof lastActivityAt === 'string' && typeof id === 'string') return [lastActivityAt, id];
    }
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw new RangeError('the place in the inbox cannot be read; start again from the first page');
}

function decodeCursor(cursor: string): number {
  // Without a generation it is one of version 0.1.0.
  const [, change] = /^(?:[0-9a-f]{16}\.)?(\d{1,15})$/.exec(cursor) ?? [];
  if (change !== undefined) return Number(change);
  throw new RangeError('the inbox cursor cannot be read; load the inbox anew');
}
