import type { InboxRow } from '@alcove/protocol';
import Button from '@mui/material/Button';
import InputBase from '@mui/material/InputBase';
import { styled } from '@mui/material/styles';
import type { KeyboardEvent, RefObject } from 'react';
import { useSelector } from 'react-redux';
import type { ChatRoot } from '../client/chat.ts';
import { contactName } from '../shared/contact-name.ts';
import { t } from '../shared/texts.ts';
import { isTouch } from '../shared/use-layout.ts';
import { TEXT_COLUMN } from './timeline-parts.tsx';
import { useDraft } from './use-draft.ts';

const Root = styled('form')({
  maxInlineSize: TEXT_COLUMN,
  inlineSize: '100%',
  marginInline: 'auto',
  paddingInline: 24,
  paddingBlockEnd: 16,
  '@media (max-width: 899.95px)': {
    paddingInline: 12,
    paddingBlockEnd: 'max(12px, env(safe-area-inset-bottom))',
  },
});

const Box = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'flex-end',
  gap: 8,
  padding: 6,
  borderRadius: 12,
  border: `1px solid ${theme.vars.palette.chat.borderStrong}`,
  backgroundColor: theme.vars.palette.background.paper,
  '&:focus-within': {
    borderColor: theme.vars.palette.chat.accentText,
    boxShadow: `inset 0 0 0 1px ${theme.vars.palette.chat.accentText}`,
  },
}));

const Field = styled(InputBase)(({ theme }) => ({
  ...theme.typography.subtitle1,
  flex: 1,
  minInlineSize: 0,
  padding: '7px 8px',
  // The box around shows the focus.
  '& textarea': { outline: 'none' },
  '& textarea::placeholder': { color: theme.vars.palette.chat.text3, opacity: 1 },
  // Under 16 px iOS zooms into the field.
  '@media (pointer: coarse)': { fontSize: '1rem' },
}));

const Hint = styled('p')(({ theme }) => ({
  ...theme.typography.caption,
  margin: 0,
  paddingInline: 8,
  '&:not(:empty)': { paddingBlockStart: 6 },
  color: theme.vars.palette.chat.text3,
  '&[data-problem]': { color: theme.vars.palette.error.main },
}));

/** Where an agent writes. The draft belongs to the conversation and survives a reload. */
export function Composer({
  row,
  field,
}: {
  row: InboxRow;
  field: RefObject<HTMLTextAreaElement | null>;
}) {
  const draft = useDraft(row);
  const isInMemory = useSelector((root: ChatRoot) => root.chat.outboxStorage === 'memory');
  return (
    <Root
      onSubmit={(event) => {
        event.preventDefault();
        draft.send();
        field.current?.focus();
      }}
    >
      <Box>
        <Field
          multiline
          maxRows={10}
          inputRef={field}
          value={draft.text}
          placeholder={t('composer.placeholder')}
          inputProps={{
            'aria-label': t('composer.label', { name: contactName(row.contact) }),
            'aria-describedby': 'composer-hint',
            dir: 'auto',
          }}
          onChange={(event) => draft.write(event.target.value)}
          onKeyDown={(event) => onKey(event, draft.send)}
        />
        <Button type="submit" variant="contained" disabled={!draft.canSend}>
          {t('composer.send')}
        </Button>
      </Box>
      <Hint id="composer-hint" role="status" data-problem={draft.problem !== null || undefined}>
        {draft.problem ?? hint(row, isInMemory)}
      </Hint>
    </Root>
  );
}

/** Enter sends; not while an input method composes (Safari tells by keyCode 229), and not under fingers. */
function onKey(event: KeyboardEvent, send: () => void): void {
  if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return;
  if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229 || isTouch()) return;
  event.preventDefault();
  send();
}

function hint(row: InboxRow, isInMemory: boolean): string {
  if (isInMemory) return t('composer.memory');
  if (row.status === 'resolved') return t('composer.resolved');
  if (row.assignee === null) return t('composer.takes');
  return isTouch() ? '' : t('composer.hint');
}
