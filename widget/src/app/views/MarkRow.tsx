import { dayName } from '../day-name.ts';
import type { Row } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';

/** What stands between messages: a day, the mark above what is new, a change of status. */
export function MarkRow({ row, voice }: { row: Row; voice: Voice }) {
  const { kind, item } = row;
  const { t } = voice;
  const isResolved = item.kind === 'status' && item.status === 'resolved';
  return (
    <p class={`mark ${kind}`}>
      {kind === 'day'
        ? dayName(item.at, voice)
        : t(kind === 'new' ? 'newMark' : isResolved ? 'resolved' : 'reopened')}
    </p>
  );
}
