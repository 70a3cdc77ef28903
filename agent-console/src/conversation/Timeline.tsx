import type { Agent, InboxRow } from '@alcove/protocol';
import type { ConversationState, TimelineItem } from '@alcove/sdk/agent';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useSelector } from 'react-redux';
import { selectSelf } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { selectHasShortcuts } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';
import { useLate } from '../shared/use-late.ts';
import { useNow } from '../shared/use-now.ts';
import { JumpButton } from './JumpButton.tsx';
import type { MessageTools } from './message-props.ts';
import { TimelineLine } from './TimelineLine.tsx';
import { Lines, Older, Root, Scroller } from './timeline-parts.tsx';
import { isEventRow, type TimelineRow, timelineRows } from './timeline-rows.ts';
import { TypingBubble } from './TypingBubble.tsx';
import { type ActiveMessage, useActiveMessage } from './use-active-message.ts';
import type { DraftStarts } from './use-draft-starts.ts';
import { useJumpToMessage } from './use-jump-to-message.ts';
import { useMessageTools } from './use-message-tools.ts';
import { useNewMark } from './use-new-mark.ts';
import { useReadMark } from './use-read-mark.ts';
import { useTimelineWindow } from './use-timeline-window.ts';

interface TimelineProps {
  row: InboxRow;
  log: ConversationState;
  /** Ways to begin writing about a message. */
  starts: DraftStarts;
}

const loadDialogs = () => import('./MessageDialogs.tsx');

/**
 * A conversation as it was said. Only a window of its rows is in the page; it slides with the scrolling, and older
 * pages are asked for at its upper end.
 */
export function Timeline({ row, log, starts }: TimelineProps) {
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
  const [shown, jump, reveal] = useTimelineWindow({
    rows,
    scroller,
    list,
    onBottom: setIsAtBottom,
    onTop: () => {
      if (log.hasOlder && !log.isLoadingOlder) void client.loadOlder(row.id);
    },
  });
  useFollowOwn(items.at(-1), jump);
  const [foundKey, jumpTo] = useJumpToMessage({ log, rows, reveal });
  const [tools, open, close] = useMessageTools({ starts, jumpTo });
  const late = useLate(loadDialogs, open !== null);
  const hasShortcuts = useSelector(selectHasShortcuts);
  const active = useActiveMessage({ rows: shown, list, hasShortcuts, onAct: tools.run });

  return (
    <Root>
      <Scroller
        ref={scroller}
        role="region"
        aria-label={t('timeline.label')}
        tabIndex={0}
        {...active.handlers}
      >
        <Older role="status">{log.isLoadingOlder && t('timeline.older')}</Older>
        <Lines ref={list} role="list">
          <ShownLines {...{ rows: shown, row, self, active, foundKey, tools, watchEnd }} />
        </Lines>
        <TypingBubble log={log} row={row} />
      </Scroller>
      {!isAtBottom && <JumpButton unread={row.unread} onJump={jump} />}
      {late && <late.MessageDialogs {...{ row, items, self, open }} onClose={close} />}
    </Root>
  );
}

interface ShownLinesProps {
  rows: readonly TimelineRow[];
  row: InboxRow;
  self: Agent | null;
  active: ActiveMessage;
  foundKey: string | null;
  tools: MessageTools;
  watchEnd(end: HTMLElement | null): (() => void) | undefined;
}

function ShownLines(props: ShownLinesProps) {
  const { rows, row, self, active, foundKey, tools, watchEnd } = props;
  const now = useNow();
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
        contact={row.contact}
        isActive={line.key === active.activeKey}
        isTabStop={line.key === active.tabStopKey}
        isFound={line.key === foundKey}
        tools={tools}
        watchEnd={watchEnd}
      />
    </div>
  ));
}

/** Whoever sends wants to see what they sent, wherever they had scrolled to. */
function useFollowOwn(newest: TimelineItem | undefined, follow: () => void): void {
  const isJustSent = newest?.kind === 'message' && newest.isMine && newest.seq === undefined;
  const sentKey = isJustSent ? newest.key : null;
  const onSent = useEffectEvent(follow);
  useEffect(() => {
    if (sentKey !== null) onSent();
  }, [sentKey]);
}
