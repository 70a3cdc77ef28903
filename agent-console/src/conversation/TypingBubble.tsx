import type { InboxRow } from '@alcove/protocol';
import type { ConversationState } from '@alcove/sdk/agent';
import { keyframes, styled } from '@mui/material/styles';
import { Avatar } from '../shared/Avatar.tsx';
import { contactName } from '../shared/contact-name.ts';
import { Delayed } from '../shared/Delayed.tsx';
import { t } from '../shared/texts.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { Row, Side } from './timeline-parts.tsx';

/** Somebody who stops at once was not really typing. */
const APPEARS_AFTER_MS = 300;

/** The room is always there, so that the dots move no text. */
const Place = styled(Row)({ minBlockSize: 48, paddingBlockStart: 8 });

const bounce = keyframes({
  '0%, 60%, 100%': { transform: 'none', opacity: 0.6 },
  '30%': { transform: 'translateY(-3px)', opacity: 1 },
});

const Dots = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  gap: 4,
  alignItems: 'center',
  blockSize: 32,
  paddingInline: 12,
  borderRadius: 18,
  borderEndStartRadius: 6,
  backgroundColor: theme.vars.palette.chat.bubbleIn,
  '& i': {
    inlineSize: 6,
    blockSize: 6,
    borderRadius: '50%',
    backgroundColor: theme.vars.palette.text.secondary,
  },
  '@media (prefers-reduced-motion: no-preference)': {
    '& i': { animation: `${bounce} 1.2s infinite` },
    '& i:nth-of-type(2)': { animationDelay: '.15s' },
    '& i:nth-of-type(3)': { animationDelay: '.3s' },
  },
}));

const Words = styled('span')(({ theme }) => ({
  ...theme.typography.caption,
  alignSelf: 'center',
  color: theme.vars.palette.chat.text3,
}));

/** Who is typing: the visitor, or a colleague in the same conversation. */
export function TypingBubble({ log, row }: { log: ConversationState; row: InboxRow }) {
  const [actor] = log.typing;
  if (!actor) return <Place />;
  const isVisitor = actor.kind === 'visitor';
  const name = isVisitor ? contactName(row.contact) : (actor.name ?? t('assign.gone'));
  return (
    <Place>
      <Delayed delayMs={APPEARS_AFTER_MS}>
        <Side>
          <Avatar
            id={isVisitor ? row.contact.id : actor.id}
            name={name}
            kind={actor.kind}
            size={28}
          />
          <Dots>
            <i />
            <i />
            <i />
          </Dots>
          {isVisitor ? (
            <VisuallyHidden>{t('timeline.typing', { name })}</VisuallyHidden>
          ) : (
            <Words dir="auto">{t('timeline.typing', { name })}</Words>
          )}
        </Side>
      </Delayed>
    </Place>
  );
}
