import type { TimelineItem } from '@alcove/sdk';

/** A message of the timeline. */
export type MessageItem = Extract<TimelineItem, { kind: 'message' }>;

/** One row of the list: a line of the timeline, or a mark between two. */
export type Row =
  | { kind: 'day' | 'new' | 'status'; key: string; item: TimelineItem }
  | {
      kind: 'message';
      key: string;
      item: MessageItem;
      /** First or last of a group: what one person wrote within five minutes. */
      isFirst: boolean;
      isLast: boolean;
    };

const GROUP_MS = 5 * 60 * 1000;

const FRESH_MS = 2000;

/**
 * Puts marks between the lines and groups messages.
 *
 * @param newKey The first line that was unread when the panel opened; the "New" mark stands above it.
 */
export function toRows(items: readonly TimelineItem[], newKey: string | undefined): Row[] {
  const rows: Row[] = [];
  let day = '';
  for (const item of items) {
    const { kind, key, at } = item;
    if (kind === 'assignment') continue;
    const itemDay = new Date(at).toDateString();
    if (itemDay !== day) rows.push({ kind: 'day', key: `day ${itemDay}`, item });
    day = itemDay;
    if (key === newKey) rows.push({ kind: 'new', key: 'new', item });
    if (kind === 'status') {
      rows.push({ kind, key, item });
      continue;
    }
    const before = rows.at(-1);
    const isFirst = before?.kind !== 'message' || !isSameGroup(before.item, item);
    if (!isFirst) before.isLast = false;
    rows.push({ kind, key, item, isFirst, isLast: true });
  }
  return rows;
}

/** Whether it was written just now: then its bubble rises, while history stands still. */
export function isFresh(item: MessageItem): boolean {
  return Date.now() - Date.parse(item.at) < FRESH_MS;
}

function isSameGroup(before: MessageItem, item: MessageItem): boolean {
  return (
    before.isOwn === item.isOwn &&
    before.actor.id === item.actor.id &&
    Date.parse(item.at) - Date.parse(before.at) < GROUP_MS
  );
}
