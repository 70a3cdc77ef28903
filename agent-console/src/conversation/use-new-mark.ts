import type { TimelineItem } from '@alcove/sdk/agent';
import { useState, useSyncExternalStore } from 'react';
import { firstUnread } from './timeline-rows.ts';

/**
 * Where the "New" mark stands: set when a conversation is opened with unread messages, or when one comes in while
 * nobody looks (another tab in front, or scrolled up). It stays while one reads, and goes when the team answers.
 *
 * @returns `seq` of the first new message, or `null`
 */
export function useNewMark(
  items: readonly TimelineItem[],
  readSeq: number,
  isAtBottom: boolean,
): number | null {
  const isLooking = usePageVisible() && isAtBottom;
  const unread = firstUnread(items, readSeq);
  const isAllRead = unread === null;
  // Kept is how far was read, not which message comes next: an older page may bring earlier ones.
  const [from, setFrom] = useState(isAllRead ? null : readSeq);
  const [wasAllRead, setWasAllRead] = useState(isAllRead);
  if (isAllRead !== wasAllRead) setWasAllRead(isAllRead);

  const mark = from === null ? null : firstUnread(items, from);
  const isDue = !isAllRead && !isLooking && (from === null || wasAllRead);
  if (isDue && from !== readSeq) setFrom(readSeq);
  else if (mark === null && from !== null) setFrom(null);
  return mark;
}

function usePageVisible(): boolean {
  return useSyncExternalStore(
    (listener) => {
      document.addEventListener('visibilitychange', listener);
      return () => document.removeEventListener('visibilitychange', listener);
    },
    () => document.visibilityState === 'visible',
  );
}
