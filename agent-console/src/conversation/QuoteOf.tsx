import type { Agent, ContactSummary } from '@alcove/protocol';
import type { Quote } from '@alcove/sdk/agent';
import { styled } from '@mui/material/styles';
import { t } from '../shared/texts.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { speakerOf } from './speaker.ts';

const Root = styled('button')(({ theme }) => ({
  ...theme.typography.body2,
  fontFamily: 'inherit',
  display: 'block',
  inlineSize: '100%',
  marginBlock: '2px 6px',
  padding: '4px 8px',
  border: 0,
  borderInlineStart: `3px solid ${theme.vars.palette.chat.accentText}`,
  borderRadius: 6,
  cursor: 'pointer',
  textAlign: 'start',
  color: theme.vars.palette.text.secondary,
  backgroundColor: theme.vars.palette.background.paper,
  // On the accent the fill is darkened: white stays as readable as it was.
  '[data-own]:not([data-state="waiting"], [data-state="failed"]) &': {
    color: 'inherit',
    borderInlineStartColor: 'currentColor',
    backgroundColor: 'rgb(0 0 0 / .16)',
  },
  '[data-state="waiting"] &, [data-state="failed"] &': {
    backgroundColor: theme.vars.palette.chat.bubbleIn,
  },
  '& > b': { display: 'block', fontWeight: 600 },
  '& > span:last-of-type': {
    overflow: 'hidden',
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    whiteSpace: 'normal',
  },
}));

interface QuoteOfProps {
  quote: Quote;
  self: Agent | null;
  contact: ContactSummary;
  onGo(seq: number): void;
}

/** The message that another one answers; leads to it. */
export function QuoteOf({ quote, self, contact, onGo }: QuoteOfProps) {
  const { seq, actor } = quote;
  const go = () => onGo(seq);
  if (!actor) {
    return (
      <Root type="button" onClick={go}>
        <VisuallyHidden>{t('quote.answers')}</VisuallyHidden> <span>{t('quote.not_loaded')}</span>
      </Root>
    );
  }
  const { name } = speakerOf(actor, self, contact);
  const text = quote.isDeleted ? t('message.deleted') : (quote.text ?? '');
  return (
    <Root type="button" onClick={go}>
      <VisuallyHidden>{t('quote.answers')}</VisuallyHidden> <b dir="auto">{name}</b>{' '}
      <span dir="auto">{text}</span>
    </Root>
  );
}
