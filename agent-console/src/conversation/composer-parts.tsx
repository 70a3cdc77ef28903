import InputBase from '@mui/material/InputBase';
import { styled } from '@mui/material/styles';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { TEXT_COLUMN } from './timeline-parts.tsx';

export const Root = styled('form')({
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

export const Box = styled('div')(({ theme }) => ({
  borderRadius: 12,
  border: `1px solid ${theme.vars.palette.chat.borderStrong}`,
  backgroundColor: theme.vars.palette.background.paper,
  '&:focus-within': {
    borderColor: theme.vars.palette.chat.accentText,
    boxShadow: `inset 0 0 0 1px ${theme.vars.palette.chat.accentText}`,
  },
}));

export const Line = styled('div')({
  display: 'flex',
  alignItems: 'flex-end',
  gap: 8,
  padding: 6,
});

export const Field = styled(InputBase)(({ theme }) => ({
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

export const Hint = styled('p')(({ theme }) => ({
  ...theme.typography.caption,
  margin: 0,
  paddingInline: 8,
  textAlign: MATCH_PARENT,
  '&:not(:empty)': { paddingBlockStart: 6 },
  color: theme.vars.palette.chat.text3,
  '&[data-problem]': { color: theme.vars.palette.error.main },
}));
