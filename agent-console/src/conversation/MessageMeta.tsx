import { useSelector } from 'react-redux';
import { selectConnection } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { t } from '../shared/texts.ts';
import { clockTime, fullTime } from '../shared/times.ts';
import type { MessageProps } from './message-props.ts';
import type { MessageItem } from './message-acts.ts';
import { Failure, Meta, StoryButton, TextButton } from './timeline-parts.tsx';

type MetaProps = Pick<MessageProps, 'item' | 'isLastOfGroup' | 'showsState' | 'self' | 'tools'> & {
  name: string;
};

/** The line under a message: who, when, whether it was changed, and how far it got. Its time or state opens its story. */
export function MessageMeta(props: MetaProps) {
  const { item, isLastOfGroup, showsState, self, tools, name } = props;
  if (!isLastOfGroup && !showsState && !item.isEdited && !item.isSaving) return null;
  const isFailed = item.state === 'failed';
  const openStory = (event: { currentTarget: HTMLElement }) =>
    tools.run('story', item, event.currentTarget);
  const time = (
    <time dir="auto" dateTime={item.at} title={fullTime(item.at)}>
      {clockTime(item.at)}
    </time>
  );
  return (
    <Meta>
      {isLastOfGroup && (
        <>
          {item.isOwn && item.actor.id !== self?.id && <bdi dir="auto">{name}</bdi>}
          {item.actor.kind === 'bot' && <span>{t('bot.label')}</span>}
          {showsState ? (
            time
          ) : (
            <StoryButton type="button" aria-haspopup="dialog" onClick={openStory}>
              {time}
            </StoryButton>
          )}
        </>
      )}
      <Change item={item} />
      {showsState && !isFailed && (
        <StoryButton type="button" aria-haspopup="dialog" onClick={openStory}>
          {stateText(item)}
        </StoryButton>
      )}
      {isFailed && <NotSent item={item} />}
    </Meta>
  );
}

/** Whether its author gave it other words, or is about to. */
function Change({ item }: { item: MessageItem }) {
  const isOnline = useSelector(selectConnection).status === 'online';
  if (item.isSaving) return <span>{t(isOnline ? 'message.saving' : 'message.waiting')}</span>;
  if (!item.editedAt || item.content.kind === 'deleted') return null;
  return (
    <span>
      <time dir="auto" dateTime={item.editedAt} title={fullTime(item.editedAt)}>
        {t('message.edited', { time: clockTime(item.editedAt) })}
      </time>
    </span>
  );
}

function NotSent({ item }: { item: MessageItem }) {
  const client = useClient();
  return (
    <Failure role="alert">
      <span>
        {t('message.failed')} {item.failure}
      </span>
      <TextButton type="button" onClick={() => void client.retry(item.key)}>
        {t('message.retry')}
      </TextButton>
      <TextButton type="button" data-danger onClick={() => void client.discard(item.key)}>
        {t('message.delete')}
      </TextButton>
    </Failure>
  );
}

function stateText(item: MessageItem): string {
  if (item.state !== 'read') return t(`message.${item.state}`);
  return item.readAt
    ? t('message.read', { time: clockTime(item.readAt) })
    : t('message.read_untimed');
}
