import type { Agent, ContactSummary } from '@alcove/protocol';
import { memo } from 'react';
import { contactName } from '../shared/contact-name.ts';
import { t } from '../shared/texts.ts';
import { dayName } from '../shared/times.ts';
import { Message } from './Message.tsx';
import type { MessageTools } from './message-props.ts';
import { SystemLine } from './SystemLine.tsx';
import { Centre, NewLine } from './timeline-parts.tsx';
import type { TimelineRow } from './timeline-rows.ts';

interface TimelineLineProps {
  line: TimelineRow;
  now: number;
  self: Agent | null;
  contact: ContactSummary;
  isActive: boolean;
  isTabStop: boolean;
  isFound: boolean;
  tools: MessageTools;
  watchEnd(end: HTMLElement | null): (() => void) | undefined;
}

/** One row of the timeline. */
export const TimelineLine = memo(function TimelineLine(props: TimelineLineProps) {
  const { line, now, self, contact, isActive, isTabStop, isFound, tools, watchEnd } = props;
  switch (line.kind) {
    case 'day':
      return <Centre data-day>{dayName(line.at, now)}</Centre>;
    case 'new':
      return <NewLine>{t('timeline.new')}</NewLine>;
    case 'event':
      return <SystemLine item={line.item} selfId={self?.id} visitorName={contactName(contact)} />;
    case 'message':
      return (
        <Message
          item={line.item}
          isFirstOfGroup={line.isFirstOfGroup}
          isLastOfGroup={line.isLastOfGroup}
          showsState={line.showsState}
          {...{ isActive, isTabStop, isFound, self, contact, tools }}
          watchEnd={watchEnd}
        />
      );
  }
});
