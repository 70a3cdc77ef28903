import { styled } from '@mui/material/styles';
import { Link } from 'react-router';
import { MATCH_PARENT } from '../shared/match-parent.ts';

/** Heights of a row in px, by density; the list is virtualised on them. */
export const ROW_HEIGHT = { comfortable: 64, compact: 44 } as const;

export const RowLink = styled(Link)(({ theme }) => ({
  position: 'relative',
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  blockSize: ROW_HEIGHT.comfortable,
  paddingInline: '16px 12px',
  color: 'inherit',
  textDecoration: 'none',
  outlineOffset: -2,
  '--row-fill': theme.vars.palette.chat.canvas,
  backgroundColor: 'var(--row-fill)',
  '&:hover': { '--row-fill': theme.vars.palette.chat.bubbleIn },
  '&[aria-current]': { '--row-fill': theme.vars.palette.chat.selected },
  // The selected row is told by a bar as well as by its fill.
  '&[aria-current]::before': {
    content: '""',
    position: 'absolute',
    insetBlock: 0,
    insetInlineStart: 0,
    inlineSize: 3,
    backgroundColor: theme.vars.palette.chat.accentText,
  },
  '&[data-density="compact"]': { blockSize: ROW_HEIGHT.compact, gap: 8 },
}));

export const Texts = styled('span')({
  flex: 1,
  minInlineSize: 0,
  display: 'flex',
  flexDirection: 'column',
  gap: 2,
});

export const Line = styled('span')({
  flex: 1,
  minInlineSize: 0,
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  minBlockSize: 20,
});

const oneLine = {
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  textAlign: MATCH_PARENT,
};

export const Name = styled('span')(({ theme }) => ({
  ...theme.typography.body1,
  ...oneLine,
  flex: 1,
  minInlineSize: 0,
  '[data-unread] &': { fontWeight: 600 },
  '[data-density="compact"] &': { flex: '0 1 auto', maxInlineSize: '45%' },
}));

export const Preview = styled('span')(({ theme }) => ({
  ...theme.typography.body2,
  ...oneLine,
  flex: 1,
  minInlineSize: 0,
  color: theme.vars.palette.text.secondary,
  '[data-unread] &': { color: theme.vars.palette.text.primary },
}));

export const Time = styled('time')(({ theme }) => ({
  ...theme.typography.caption,
  flex: 'none',
  fontVariantNumeric: 'tabular-nums',
  color: theme.vars.palette.chat.text3,
}));

export const Badge = styled('span')(({ theme }) => ({
  ...theme.typography.caption,
  flex: 'none',
  minInlineSize: 20,
  blockSize: 20,
  paddingInline: 6,
  display: 'inline-grid',
  placeItems: 'center',
  borderRadius: 10,
  fontWeight: 600,
  fontVariantNumeric: 'tabular-nums',
  backgroundColor: theme.vars.palette.primary.main,
  color: theme.vars.palette.primary.contrastText,
}));

export const Waiting = styled('span')(({ theme }) => ({
  ...theme.typography.caption,
  flex: 'none',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 4,
  fontVariantNumeric: 'tabular-nums',
  color: theme.vars.palette.chat.text3,
}));
