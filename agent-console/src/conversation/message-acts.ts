import type { TimelineItem } from '@alcove/sdk/agent';

/** A line of the timeline that somebody said. */
export type MessageItem = Extract<TimelineItem, { kind: 'message' }>;

/** What an agent can do with one message. */
export type MessageAct = 'reply' | 'edit' | 'delete' | 'copy' | 'story';

/** Those acts that make sense for a message, in the order in which they are offered. */
export function actsFor(item: MessageItem): readonly MessageAct[] {
  const isStored = item.seq !== undefined;
  const isText = item.content.kind === 'text';
  const isChangeable = isStored && isText && item.isMine && !item.isSaving;
  const acts: readonly (MessageAct | false)[] = [
    isStored && isText && 'reply',
    isChangeable && 'edit',
    isText && 'copy',
    'story',
    isChangeable && 'delete',
  ];
  return acts.filter((act) => act !== false);
}

/** The newest of one's own messages that can still be edited. */
export function lastEditable(items: readonly TimelineItem[]): MessageItem | undefined {
  return items.findLast(
    (item): item is MessageItem => item.kind === 'message' && actsFor(item).includes('edit'),
  );
}
