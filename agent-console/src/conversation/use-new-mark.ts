import type { TimelineItem } from '@alcove/sdk/agent';
import { useState, useSyncExternalStore } from 'react';
import { firstUnread } from './timeline-rows.ts';

/**
 * Where the "New" mark stands: set when a conversation is opened with unread messages, or when one comes in while
 * nobody looks (another tab in front, or scrolled up). It stays while one reads, and goes when one answers.
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
  const [mark, setMark] = useState(unread);
  const isDue = unread !== null && !isLooking && (mark === null || mark <= readSeq);
  if (isDue && mark !== unread) setMark(unread);

  const answer = items.findLast((item) => item.kind === 'message' && item.isOwn)?.key;
  const [seenAnswer, setSeenAnswer] = useState(answer);
  if (answer !== seenAnswer) {
    setSeenAnswer(answer);
    setMark(null);
  }
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
