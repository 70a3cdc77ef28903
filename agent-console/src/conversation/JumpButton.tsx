import { styled } from '@mui/material/styles';
import { ArrowDown } from 'lucide-react';
import { plural, t } from '../shared/texts.ts';
import { unreadFigure } from '../shared/unread-figure.ts';

const Pill = styled('button')(({ theme }) => ({
  ...theme.typography.body2,
  fontFamily: 'inherit',
  position: 'absolute',
  insetBlockEnd: 12,
  insetInline: 0,
  marginInline: 'auto',
  inlineSize: 'fit-content',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 6,
  minBlockSize: 32,
  paddingInline: 12,
  border: 0,
  borderRadius: 16,
  cursor: 'pointer',
  color: theme.vars.palette.chat.accentText,
  fontWeight: 600,
  backgroundColor: theme.vars.palette.chat.raised,
  boxShadow: '0 0 0 1px rgb(0 0 0 / .08), 0 4px 16px rgb(0 0 0 / .16)',
  '&:hover': { backgroundColor: theme.vars.palette.chat.accentSoft },
}));

/** Back to the newest message, with how many are unread. */
export function JumpButton({ unread, onJump }: { unread: number; onJump(): void }) {
  return (
    <Pill type="button" onClick={onJump}>
      <ArrowDown size={16} aria-hidden />
      {unread > 0 ? plural('timeline.jump_new', unread, unreadFigure(unread)) : t('timeline.jump')}
    </Pill>
  );
}
