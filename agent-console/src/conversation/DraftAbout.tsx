import type { InboxRow } from '@alcove/protocol';
import { textOf } from '@alcove/protocol';
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { Pencil, Reply, X } from 'lucide-react';
import { useSelector } from 'react-redux';
import { selectSelf } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { t } from '../shared/texts.ts';
import type { MessageItem } from './message-acts.ts';
import { speakerOf } from './speaker.ts';
import type { DraftInHand } from './use-draft.ts';

interface DraftAboutProps {
  row: InboxRow;
  about: NonNullable<DraftInHand['about']>;
  onDrop(): void;
}

const Bar = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  minInlineSize: 0,
  padding: '4px 4px 4px 12px',
  '[dir="rtl"] &': { padding: '4px 12px 4px 4px' },
  borderBlockEnd: `1px solid ${theme.vars.palette.divider}`,
  color: theme.vars.palette.chat.accentText,
  '& > svg': { flex: 'none' },
}));

const Texts = styled('div')(({ theme }) => ({
  ...theme.typography.caption,
  flex: 1,
  minInlineSize: 0,
  '& > *': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  '& > :first-of-type': { fontWeight: 600 },
  '& > :last-of-type': { color: theme.vars.palette.text.secondary },
}));

/** Stands above the field while it answers one message, or gives it other words. */
export function DraftAbout({ row, about, onDrop }: DraftAboutProps) {
  const client = useClient();
  const self = useSelector(selectSelf);
  const item = useSelector(() =>
    client
      .timeline(row.id)
      .find((line): line is MessageItem => line.kind === 'message' && line.seq === about.seq),
  );
  const isEdit = about.kind === 'edit';
  const words = item ? textOf(item.content) || t('message.deleted') : t('quote.not_loaded');
  const name = item ? speakerOf(item.actor, self, row.contact).name : '';
  return (
    <Bar id="composer-about">
      {isEdit ? (
        <Pencil size={16} aria-hidden />
      ) : (
        <Reply size={16} aria-hidden className="flips" />
      )}
      <Texts>
        <div dir="auto">{isEdit ? t('composer.editing') : t('composer.replying', { name })}</div>
        <div dir="auto">{words}</div>
      </Texts>
      <IconButton
        size="small"
        aria-label={t(isEdit ? 'composer.stop_editing' : 'composer.stop_replying')}
        onClick={onDrop}
      >
        <X size={16} aria-hidden />
      </IconButton>
    </Bar>
  );
}
