import type { InboxRow } from '@alcove/protocol';
import Button from '@mui/material/Button';
import type { KeyboardEvent, RefObject } from 'react';
import { useSelector } from 'react-redux';
import type { ChatRoot } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { contactName } from '../shared/contact-name.ts';
import { t } from '../shared/texts.ts';
import { isTouch } from '../shared/use-layout.ts';
import { Box, Field, Hint, Line, Root } from './composer-parts.tsx';
import { DraftAbout } from './DraftAbout.tsx';
import { lastEditable, type MessageItem } from './message-acts.ts';
import { type DraftInHand, useDraft } from './use-draft.ts';

interface ComposerProps {
  row: InboxRow;
  field: RefObject<HTMLTextAreaElement | null>;
  onEdit(item: MessageItem): void;
}

const WORDS = {
  send: {
    label: 'composer.label',
    placeholder: 'composer.placeholder',
    submit: 'composer.send',
  },
  edit: {
    label: 'composer.edit_label',
    placeholder: 'composer.edit_placeholder',
    submit: 'composer.save',
  },
} as const;

/** Where an agent writes. The draft belongs to the conversation and survives a reload. */
export function Composer({ row, field, onEdit }: ComposerProps) {
  const client = useClient();
  const draft = useDraft(row);
  const { about } = draft;
  const words = WORDS[about?.kind === 'edit' ? 'edit' : 'send'];
  const editLast = () => {
    const last = lastEditable(client.timeline(row.id));
    if (last) onEdit(last);
    return last !== undefined;
  };
  const dropAbout = () => {
    draft.dropAbout();
    field.current?.focus();
  };
  return (
    <Root
      onSubmit={(event) => {
        event.preventDefault();
        draft.send();
        field.current?.focus();
      }}
    >
      <Box>
        {about && <DraftAbout row={row} about={about} onDrop={dropAbout} />}
        <Line>
          <Field
            multiline
            maxRows={10}
            inputRef={field}
            value={draft.text}
            placeholder={t(words.placeholder)}
            inputProps={{
              'aria-label': t(words.label, { name: contactName(row.contact) }),
              'aria-describedby': about ? 'composer-about composer-hint' : 'composer-hint',
              dir: 'auto',
            }}
            onChange={(event) => draft.write(event.target.value)}
            onKeyDown={(event) => onKey(event, draft, editLast)}
          />
          <Button type="submit" variant="contained" disabled={!draft.canSend}>
            {t(words.submit)}
          </Button>
        </Line>
      </Box>
      <ComposerHint row={row} draft={draft} />
    </Root>
  );
}

/** Enter sends, not under fingers; Escape leaves; the arrow up fetches what one wrote last. */
function onKey(event: KeyboardEvent, draft: DraftInHand, editLast: () => boolean): void {
  // An input method has the key; Safari tells by keyCode 229.
  if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229) return;
  const isPlain = !event.shiftKey && !event.altKey;
  if (event.key === 'Escape') {
    if (!draft.dropAbout() && event.target instanceof HTMLElement) event.target.blur();
  } else if (event.key === 'Enter' && isPlain && !isTouch()) {
    event.preventDefault();
    draft.send();
  } else if (event.key === 'ArrowUp' && isPlain && draft.text === '' && !draft.about) {
    if (editLast()) event.preventDefault();
  }
}

function ComposerHint({ row, draft }: { row: InboxRow; draft: DraftInHand }) {
  const isInMemory = useSelector((root: ChatRoot) => root.chat.outboxStorage === 'memory');
  return (
    <Hint
      id="composer-hint"
      role="status"
      dir="auto"
      data-problem={draft.problem !== null || undefined}
    >
      {draft.problem ?? hint(row, draft.about, isInMemory)}
    </Hint>
  );
}

function hint(row: InboxRow, about: DraftInHand['about'], isInMemory: boolean): string {
  if (isInMemory) return t('composer.memory');
  if (about?.kind === 'edit') return isTouch() ? '' : t('composer.edit_hint');
  if (row.status === 'resolved') return t('composer.resolved');
  if (row.assignee === null) return t('composer.takes');
  return isTouch() ? '' : t('composer.hint');
}
