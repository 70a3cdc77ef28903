import type { Voice } from '../voice.ts';
import { textOf } from '../text-of.ts';
import { isFresh, type Row } from '../timeline-rows.ts';
import type { Desk } from './desk.ts';
import type { Talk } from './talk-part.ts';

interface MessageRowProps {
  row: Extract<Row, { kind: 'message' }>;
  /** Whether its state is told: under the newest message of the visitor. */
  hasState: boolean;
  voice: Voice;
  talk: Talk | undefined;
  desk: Desk;
}

/** One message: bubble, and under the last of a group who wrote it and when. */
export function MessageRow({ row, hasState, voice, talk, desk }: MessageRowProps) {
  const { item, isFirst, isLast } = row;
  const { t, time } = voice;
  const { at, content, actor, isOwn, state, readAt } = item;
  const name = isOwn ? t('you') : (actor.name ?? t('team'));
  const look = [
    'row',
    isOwn ? 'own' : 'other',
    state,
    isFirst && 'first',
    isLast && 'last',
    isFresh(item) && 'fresh',
  ];
  return (
    <div
      class={look.filter(Boolean).join(' ')}
      data-seq={isOwn ? undefined : item.seq}
      {...talk?.rowAttributes(item, voice)}
    >
      {isFirst && <span class="unseen">{name}: </span>}
      {talk && !isOwn && isLast && <talk.Face id={actor.id} name={name} />}
      {talk ? (
        <talk.Bubble item={item} voice={voice} />
      ) : (
        <p class="bubble" dir="auto">
          {textOf(content, t)}
        </p>
      )}
      {state === 'failed'
        ? talk && <talk.Failure {...{ item, voice, desk }} />
        : isLast && (
            <p class="meta">
              {!isOwn && <bdi>{name}</bdi>}
              <time dateTime={at}>{time(at)}</time>
              {hasState && <span>{t(state, { time: readAt ? time(readAt) : '' })}</span>}
            </p>
          )}
    </div>
  );
}
