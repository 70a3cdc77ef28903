import { isEmojiOnly } from '../emoji-only.ts';
import { textOf } from '../text-of.ts';
import type { MessageItem } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';

interface BubbleProps {
  item: MessageItem;
  voice: Voice;
}

/** As much of a message as names it when it has the focus. */
const NAME_LENGTH = 200;

/** What makes a row one of the messages that the arrow keys walk through. */
export function rowAttributes({ content, actor, isOwn, key }: MessageItem, { t }: Voice) {
  const name = isOwn ? t('you') : (actor.name ?? t('team'));
  const text = textOf(content, t).slice(0, NAME_LENGTH);
  return {
    'data-key': key,
    role: 'article' as const,
    tabIndex: -1,
    'aria-label': t('says', { name, text }),
  };
}

/** What a message says, what it answers, whether it was edited, and the button to do something with it. */
export function Bubble({ item, voice }: BubbleProps) {
  const { content } = item;
  const { t } = voice;
  const isDeleted = content.kind === 'deleted';
  const text = textOf(content, t);
  const isLarge = !item.replyTo && isEmojiOnly(text);
  return (
    <div class="line">
      <p class={`bubble ${isDeleted ? 'gone' : isLarge ? 'emoji' : ''}`} dir="auto">
        {!isDeleted && item.replyTo && <Quote {...item.replyTo} voice={voice} />}
        {text}
        <EditMark item={item} voice={voice} />
      </p>
      {!isDeleted && (
        <button
          type="button"
          class="more"
          tabIndex={-1}
          aria-label={t('actions')}
          aria-haspopup="menu"
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M5 12h.01M12 12h.01M19 12h.01" />
          </svg>
        </button>
      )}
    </div>
  );
}

type QuoteProps = NonNullable<MessageItem['replyTo']> & { voice: Voice };

/** The message that this one answers: one line, and the way there. */
function Quote({ seq, actor, text, isDeleted, voice: { t } }: QuoteProps) {
  const name = actor && (actor.kind === 'visitor' ? t('you') : (actor.name ?? t('team')));
  return (
    <button type="button" class="quote" data-to={seq} dir="auto">
      <span class="unseen">{t('inReplyTo')} </span>
      {name && <b dir="auto">{name}</b>}
      <span dir="auto">{isDeleted ? t('deleted') : (text ?? t('earlier'))}</span>
    </button>
  );
}

function EditMark({ item: { isEdited, isSaving, editedAt, content }, voice }: BubbleProps) {
  const { t, time } = voice;
  if (!isSaving && (!isEdited || content.kind === 'deleted')) return null;
  return (
    <>
      {'  '}
      <small title={editedAt && t('editedAt', { time: time(editedAt) })}>
        {t(isSaving ? 'saving' : 'edited')}
      </small>
    </>
  );
}
