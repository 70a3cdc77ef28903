import { sideOf } from '@alcove/protocol';
import type { TimelineItem } from '@alcove/sdk/agent';
import { dayKey } from '../shared/times.ts';
import type { MessageItem } from './message-acts.ts';

/** A message with its place in a group. */
export interface MessageRow {
  kind: 'message';
  key: string;
  item: MessageItem;
  isFirstOfGroup: boolean;
  /** The last of a group shows the small corner, the face and the time. */
  isLastOfGroup: boolean;
  /** Under the last message of the own side stands how far it got. */
  showsState: boolean;
}

/** One line of the timeline as it is drawn. */
export type TimelineRow =
  | MessageRow
  | { kind: 'event'; key: string; item: Exclude<TimelineItem, MessageItem> }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string };

/** Whether a row stands for an event of the log, or for a message on its way; marks come and go. */
export function isEventRow(row: TimelineRow | undefined): boolean {
  return row?.kind === 'message' || row?.kind === 'event';
}

/** Messages of one sender closer together than this stand as one group. */
const GROUP_MS = 5 * 60_000;

/**
 * Lays a conversation out: day marks, the "New" mark before the message `newFrom`, and groups of one sender.
 *
 * @param newFrom `seq` of the first message that was unread when the conversation was opened
 */
export function timelineRows(
  items: readonly TimelineItem[],
  newFrom: number | null,
): readonly TimelineRow[] {
  const rows: TimelineRow[] = [];
  const lastOwn = items.findLast((item) => item.kind === 'message' && item.isOwn);
  let day = '';
  let newestAt = '';
  for (const item of items) {
    // What is not sent yet carries the client's time, which may be behind: a day never comes twice.
    if (item.at > newestAt) newestAt = item.at;
    const itemDay = dayKey(newestAt);
    if (itemDay !== day) rows.push({ kind: 'day', key: `day:${itemDay}`, at: newestAt });
    day = itemDay;
    if (newFrom !== null && item.seq === newFrom) rows.push({ kind: 'new', key: 'new' });
    if (item.kind === 'message') rows.push(messageRow(item, rows.at(-1), item === lastOwn));
    else rows.push({ kind: 'event', key: item.key, item });
  }
  return rows;
}

/** Adds a message after `above`; when it continues that one's group, `above` is no longer the last of it. */
function messageRow(
  item: MessageItem,
  above: TimelineRow | undefined,
  isLastOwn: boolean,
): MessageRow {
  const continues = above?.kind === 'message' && isSameGroup(above.item, item);
  if (continues) above.isLastOfGroup = false;
  return {
    kind: 'message',
    key: item.key,
    item,
    isFirstOfGroup: !continues,
    isLastOfGroup: true,
    showsState: item.isOwn && (isLastOwn || item.state === 'failed'),
  };
}

function isSameGroup(above: MessageItem, item: MessageItem): boolean {
  return (
    above.actor.kind === item.actor.kind &&
    above.actor.id === item.actor.id &&
    // A line about a failure stands between the two.
    above.state !== 'failed' &&
    Date.parse(item.at) - Date.parse(above.at) < GROUP_MS
  );
}

/**
 * Where the "New" mark belongs: before the visitor's first message above both the agent's read cursor and the team's
 * last message. `null` when everything was read.
 */
export function firstUnread(items: readonly TimelineItem[], readSeq: number): number | null {
  let above = readSeq;
  for (const item of items) {
    if (item.kind === 'message' && item.seq !== undefined && sideOf(item.actor) === 'team') {
      above = Math.max(above, item.seq);
    }
  }
  const unread = items.find(
    (item) =>
      item.kind === 'message' &&
      sideOf(item.actor) === 'visitor' &&
      item.seq !== undefined &&
      item.seq > above,
  );
  return unread?.seq ?? null;
}

/** Up to three emoji and nothing else: shown large and without a bubble. */
export function isEmojiOnly(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 60) return false;
  const characters = [...new Intl.Segmenter().segment(trimmed)]
    .map(({ segment }) => segment)
    .filter((segment) => segment.trim() !== '');
  return (
    characters.length <= 3 &&
    characters.every((character) =>
      /^(?=.*\p{Extended_Pictographic}|.*\p{RI}\p{RI})[^\p{L}\p{N}]+$/u.test(character),
    )
  );
}
