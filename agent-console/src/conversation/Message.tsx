import { textOf } from '@alcove/protocol';
import { Trash2 } from 'lucide-react';
import { memo, useEffect, useId, useRef } from 'react';
import { Avatar } from '../shared/Avatar.tsx';
import { t } from '../shared/texts.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { MessageActions } from './MessageActions.tsx';
import { MessageMeta } from './MessageMeta.tsx';
import type { MessageProps } from './message-props.ts';
import { QuoteOf } from './QuoteOf.tsx';
import { speakerOf } from './speaker.ts';
import { Bubble, Emoji, End, FacePlace, MessageRowRoot, Side, Words } from './timeline-parts.tsx';
import { isEmojiOnly } from './timeline-rows.ts';

/** What somebody said. Own side at the end, the visitor at the start; told by shape as well as by colour. */
export const Message = memo(function Message(props: MessageProps) {
  const { item, isFirstOfGroup, isLastOfGroup, isActive, isFound, self, contact, tools, watchEnd } =
    props;
  const { id, name } = speakerOf(item.actor, self, contact);
  const labels = useId();
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // It may have come into the page just now, and stands where it should already.
    if (isFound) line.current?.focus({ preventScroll: true });
  }, [isFound]);
  return (
    <MessageRowRoot
      ref={line}
      role="group"
      aria-labelledby={`${labels}who ${labels}words`}
      tabIndex={props.isTabStop ? 0 : -1}
      data-message
      data-own={item.isOwn || undefined}
      data-first={isFirstOfGroup || undefined}
      data-last={isLastOfGroup || undefined}
      data-state={item.state}
      data-deleted={item.content.kind === 'deleted' || undefined}
      data-found={isFound || undefined}
      data-fresh={item.seq === undefined || undefined}
    >
      <Side>
        <FacePlace>
          {isLastOfGroup && <Avatar id={id} name={name} kind={item.actor.kind} size={28} />}
        </FacePlace>
        <VisuallyHidden id={`${labels}who`}>{name}</VisuallyHidden>
        <Said {...{ item, self, contact, tools }} wordsId={`${labels}words`} />
        {isActive && <MessageActions item={item} onAct={tools.run} />}
      </Side>
      {!item.isOwn && item.seq !== undefined && <End ref={watchEnd} data-read-seq={item.seq} />}
      <MessageMeta {...{ item, isLastOfGroup, self, tools, name }} showsState={props.showsState} />
    </MessageRowRoot>
  );
});

type SaidProps = Pick<MessageProps, 'item' | 'self' | 'contact' | 'tools'> & { wordsId: string };

function Said({ item, self, contact, tools, wordsId }: SaidProps) {
  const { content, replyTo } = item;
  if (content.kind === 'deleted') {
    return (
      <Bubble data-said>
        <Words id={wordsId}>
          <Trash2 size={14} aria-hidden />
          {t('message.deleted')}
        </Words>
      </Bubble>
    );
  }
  const text = content.kind === 'text' ? textOf(content) : t('timeline.unsupported');
  const Frame = isEmojiOnly(text) && !replyTo ? Emoji : Bubble;
  return (
    <Frame data-said>
      {replyTo && <QuoteOf quote={replyTo} self={self} contact={contact} onGo={tools.jumpTo} />}
      <Words id={wordsId} dir="auto">
        {text}
      </Words>
    </Frame>
  );
}
