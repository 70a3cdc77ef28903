import type { Agent } from '@alcove/protocol';
import type { TimelineItem } from '@alcove/sdk/agent';
import { memo } from 'react';
import { useClient } from '../client/console-context.tsx';
import { Avatar } from '../shared/Avatar.tsx';
import { t } from '../shared/texts.ts';
import { clockTime, fullTime } from '../shared/times.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import {
  Bubble,
  Emoji,
  End,
  FacePlace,
  Failure,
  MessageRowRoot,
  Meta,
  Side,
  TextButton,
} from './timeline-parts.tsx';
import { isEmojiOnly } from './timeline-rows.ts';

type MessageItem = Extract<TimelineItem, { kind: 'message' }>;

interface MessageProps {
  item: MessageItem;
  isFirstOfGroup: boolean;
  isLastOfGroup: boolean;
  showsState: boolean;
  self: Agent | null;
  visitorName: string;
  visitorFaceId: string;
  watchEnd(end: HTMLElement | null): (() => void) | undefined;
}

/** What somebody said. Own side at the end, the visitor at the start; told by shape as well as by colour. */
export const Message = memo(function Message(props: MessageProps) {
  const { item, isFirstOfGroup, isLastOfGroup, showsState, self, watchEnd } = props;
  const { id, name } = speaker(props);
  const text = item.content.kind === 'text' ? item.content.text : t('timeline.unsupported');
  const Words = isEmojiOnly(text) ? Emoji : Bubble;
  return (
    <MessageRowRoot
      data-own={item.isOwn || undefined}
      data-first={isFirstOfGroup || undefined}
      data-last={isLastOfGroup || undefined}
      data-state={item.state}
      data-fresh={item.seq === undefined || undefined}
    >
      <Side>
        <FacePlace>
          {isLastOfGroup && <Avatar id={id} name={name} kind={item.actor.kind} size={28} />}
        </FacePlace>
        <VisuallyHidden>{name}</VisuallyHidden>
        <Words dir="auto">{text}</Words>
      </Side>
      {!item.isOwn && item.seq !== undefined && <End ref={watchEnd} data-read-seq={item.seq} />}
      {(isLastOfGroup || showsState) && (
        <Meta>
          {isLastOfGroup && (
            <>
              {item.isOwn && item.actor.id !== self?.id && <bdi dir="auto">{name}</bdi>}
              {item.actor.kind === 'bot' && <span>{t('bot.label')}</span>}
              <time dir="auto" dateTime={item.at} title={fullTime(item.at)}>
                {clockTime(item.at)}
              </time>
            </>
          )}
          {showsState && <State item={item} />}
        </Meta>
      )}
    </MessageRowRoot>
  );
});

/** How far a message got, in words. */
function State({ item }: { item: MessageItem }) {
  const client = useClient();
  if (item.state !== 'failed') return <span>{stateText(item)}</span>;
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

function speaker({ item, self, visitorName, visitorFaceId }: MessageProps): {
  id: string;
  name: string;
} {
  const { id, kind, name } = item.actor;
  if (kind === 'visitor') return { id: visitorFaceId, name: visitorName };
  // What is still on its way carries no name yet.
  return { id, name: name ?? (id === self?.id ? self.name : t('assign.gone')) };
}
