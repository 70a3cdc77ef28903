import type { Voice } from '../voice.ts';
import { textOf } from '../text-of.ts';
import { isFresh, type MessageItem, type Row } from '../timeline-rows.ts';
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
  const { t } = voice;
  const { content, actor, isOwn, state } = item;
  const name = isOwn ? t('you') : (actor.name ?? t('team'));
  const isFailed = isOwn && state === 'failed';
  const look = [
    'row',
    isOwn ? 'own' : 'other',
    isFirst && 'first',
    isLast && 'last',
    isOwn && (isFailed || state === 'waiting') && state,
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
      {isFailed ? (
        <Failure {...{ item, voice, talk, desk }} />
      ) : (
        isLast && (
          <p class="meta">
            {!isOwn && <bdi>{name}</bdi>}
            <time dateTime={item.at}>{voice.time(item.at)}</time>
            {hasState && <span>{stateText(item, voice)}</span>}
          </p>
        )
      )}
    </div>
  );
}

function Failure({
  item: { key, failure },
  voice,
  talk,
  desk,
}: Pick<MessageRowProps, 'voice' | 'talk' | 'desk'> & { item: MessageItem }) {
  return (
    <p class="meta failure">
      <span>
        {voice.t('failed')} {failure}
      </span>
      {talk && <talk.FailureButtons {...{ id: key, voice, desk }} />}
    </p>
  );
}

function stateText({ state, readAt }: MessageItem, { t, time }: Voice): string {
  return t(state, { time: readAt ? time(readAt) : '' });
}
