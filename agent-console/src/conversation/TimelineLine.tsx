import type { Agent } from '@alcove/protocol';
import { memo } from 'react';
import { t } from '../shared/texts.ts';
import { dayName } from '../shared/times.ts';
import { Message } from './Message.tsx';
import { SystemLine } from './SystemLine.tsx';
import { Centre, NewLine } from './timeline-parts.tsx';
import type { TimelineRow } from './timeline-rows.ts';

interface TimelineLineProps {
  line: TimelineRow;
  now: number;
  self: Agent | null;
  visitorName: string;
  visitorFaceId: string;
  watchEnd(end: HTMLElement | null): (() => void) | undefined;
}

/** One row of the timeline. */
export const TimelineLine = memo(function TimelineLine({
  line,
  now,
  self,
  visitorName,
  visitorFaceId,
  watchEnd,
}: TimelineLineProps) {
  switch (line.kind) {
    case 'day':
      return <Centre data-day>{dayName(line.at, now)}</Centre>;
    case 'new':
      return <NewLine>{t('timeline.new')}</NewLine>;
    case 'event':
      return <SystemLine item={line.item} selfId={self?.id} visitorName={visitorName} />;
    case 'message':
      return (
        <Message
          item={line.item}
          isFirstOfGroup={line.isFirstOfGroup}
          isLastOfGroup={line.isLastOfGroup}
          showsState={line.showsState}
          self={self}
          visitorName={visitorName}
          visitorFaceId={visitorFaceId}
          watchEnd={watchEnd}
        />
      );
  }
});
