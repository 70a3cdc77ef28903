import type { Voice } from '../voice.ts';
import { textOf } from '../text-of.ts';
import { isFresh, type MessageItem, type Row } from '../timeline-rows.ts';
import { Face } from './Face.tsx';

/** What can be done with a message that failed. */
export interface MessageActions {
  retry(key: string): void;
  discard(key: string): void;
}

interface MessageRowProps {
  row: Extract<Row, { kind: 'message' }>;
  /** Whether its state is told: under the newest message of the visitor. */
  hasState: boolean;
  voice: Voice;
  actions: MessageActions;
}

/** One message: bubble, and under the last of a group who wrote it and when. */
export function MessageRow({ row, hasState, voice, actions }: MessageRowProps) {
  const { item, isFirst, isLast } = row;
  const { t } = voice;
  const { content, actor, isOwn, state } = item;
  const name = isOwn ? t('you') : (actor.name ?? t('team'));
  const look = [
    'row',
    isOwn ? 'own' : 'other',
    isFirst && 'first',
    isLast && 'last',
    isOwn && (state === 'waiting' || state === 'failed') && state,
    isFresh(item) && 'fresh',
  ];
  return (
    <div class={look.filter(Boolean).join(' ')} data-seq={isOwn ? undefined : item.seq}>
      {isFirst && <span class="unseen">{name}: </span>}
      {!isOwn && isLast && <Face id={actor.id} name={name} />}
      <p class="bubble" dir="auto">
        {textOf(content, t)}
      </p>
      {isOwn && state === 'failed' ? (
        <Failure item={item} voice={voice} actions={actions} />
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
  item,
  voice: { t },
  actions,
}: {
  item: MessageItem;
  voice: Voice;
  actions: MessageActions;
}) {
  return (
    <p class="meta failure">
      <span>
        {t('failed')} {item.failure}
      </span>
      <button type="button" onClick={() => actions.retry(item.key)}>
        {t('retry')}
      </button>
      <button type="button" onClick={() => actions.discard(item.key)}>
        {t('delete')}
      </button>
    </p>
  );
}

function stateText({ state, readAt }: MessageItem, { t, time }: Voice): string {
  return t(state, { time: readAt ? time(readAt) : '' });
}
