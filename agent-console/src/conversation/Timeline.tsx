import type { Agent, InboxRow } from '@alcove/protocol';
import type { ConversationState, TimelineItem } from '@alcove/sdk/agent';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useSelector } from 'react-redux';
import { selectSelf } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { contactName } from '../shared/contact-name.ts';
import { t } from '../shared/texts.ts';
import { useNow } from '../shared/use-now.ts';
import { JumpButton } from './JumpButton.tsx';
import { TimelineLine } from './TimelineLine.tsx';
import { Lines, Older, Root, Scroller } from './timeline-parts.tsx';
import { isEventRow, type TimelineRow, timelineRows } from './timeline-rows.ts';
import { TypingBubble } from './TypingBubble.tsx';
import { useNewMark } from './use-new-mark.ts';
import { useReadMark } from './use-read-mark.ts';
import { useTimelineWindow } from './use-timeline-window.ts';

interface TimelineProps {
  row: InboxRow;
  log: ConversationState;
}

/**
 * A conversation as it was said. Only a window of its rows is in the page; it slides with the scrolling, and older
 * pages are asked for at its upper end.
 */
export function Timeline({ row, log }: TimelineProps) {
  const client = useClient();
  const self = useSelector(selectSelf);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isAtBottom, setIsAtBottom] = useState(true);
  // Depends on the outbox as well as on the log; the client answers the same array until one of them changes it.
  const items = useSelector(() => client.timeline(row.id));
  const readSeq = log.cursors.find((cursor) => cursor.participant.id === self?.id)?.read ?? 0;
  const newFrom = useNewMark(items, readSeq, isAtBottom);
  const rows = useMemo(() => timelineRows(items, newFrom), [items, newFrom]);
  const watchEnd = useReadMark(scroller, (seq) => client.markRead(row.id, seq));
  const [shown, jump] = useTimelineWindow({
    rows,
    scroller,
    list,
    onBottom: setIsAtBottom,
    onTop: () => {
      if (log.hasOlder && !log.isLoadingOlder) void client.loadOlder(row.id);
    },
  });
  useFollowOwn(items.at(-1), jump);

  return (
    <Root>
      <Scroller ref={scroller} role="region" aria-label={t('timeline.label')} tabIndex={0}>
        <Older role="status">{log.isLoadingOlder && t('timeline.older')}</Older>
        <Lines ref={list} role="list">
          <ShownLines rows={shown} row={row} self={self} watchEnd={watchEnd} />
        </Lines>
        <TypingBubble log={log} row={row} />
      </Scroller>
      {!isAtBottom && <JumpButton unread={row.unread} onJump={jump} />}
    </Root>
  );
}

interface ShownLinesProps {
  rows: readonly TimelineRow[];
  row: InboxRow;
  self: Agent | null;
  watchEnd(end: HTMLElement | null): (() => void) | undefined;
}

function ShownLines({ rows, row, self, watchEnd }: ShownLinesProps) {
  const now = useNow();
  const visitorName = contactName(row.contact);
  return rows.map((line) => (
    <div
      key={line.key}
      data-key={isEventRow(line) ? line.key : undefined}
      data-start={line.kind === 'new' || undefined}
      role="listitem"
    >
      <TimelineLine
        line={line}
        now={now}
        self={self}
        visitorName={visitorName}
        visitorFaceId={row.contact.id}
        watchEnd={watchEnd}
      />
    </div>
  ));
}

/** Whoever sends wants to see what they sent, wherever they had scrolled to. */
function useFollowOwn(newest: TimelineItem | undefined, follow: () => void): void {
  const isJustSent = newest?.kind === 'message' && newest.isOwn && newest.seq === undefined;
  const sentKey = isJustSent ? newest.key : null;
  const onSent = useEffectEvent(follow);
  useEffect(() => {
    if (sentKey !== null) onSent();
  }, [sentKey]);
}
