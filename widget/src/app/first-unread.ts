import type { Cursor } from '@alcove/protocol';
import type { TimelineItem } from '@alcove/sdk';

/** The key of the first message that the visitor has not read; empty when they have read all. */
export function firstUnread(items: readonly TimelineItem[], cursors: readonly Cursor[]): string {
  const own = cursors.find(({ participant }) => participant.kind === 'visitor');
  const unread = items.find(
    (item) => item.kind === 'message' && !item.isOwn && Number(item.seq) > (own?.read ?? 0),
  );
  return unread?.key ?? '';
}
