import type { Row } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';

/** What stands between messages: a day, the mark above what is new, a change of status. */
export function MarkRow({ row, voice: { t, day } }: { row: Row; voice: Voice }) {
  const { kind, item } = row;
  const isResolved = item.kind === 'status' && item.status === 'resolved';
  return (
    <p class={`mark ${kind}`}>
      {kind === 'day'
        ? day(item.at)
        : t(kind === 'new' ? 'newMark' : isResolved ? 'resolved' : 'reopened')}
    </p>
  );
}
