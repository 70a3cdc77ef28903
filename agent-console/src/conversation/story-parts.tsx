import { styled } from '@mui/material/styles';

export const Head = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'space-between',
  minBlockSize: 36,
  '& h2': { ...theme.typography.h3, margin: 0 },
}));

/** Steps of the journey, one to a line: what, and when. */
export const Steps = styled('dl')(({ theme }) => ({
  ...theme.typography.body2,
  margin: 0,
  fontVariantNumeric: 'tabular-nums',
  '& > div': {
    display: 'flex',
    justifyContent: 'space-between',
    gap: 16,
    paddingBlock: 4,
  },
  '& dt > span': { display: 'block' },
  '& dd': { margin: 0, textAlign: 'end', whiteSpace: 'nowrap' },
  '& dd[data-open]': { color: theme.vars.palette.chat.text3 },
}));

export const Note = styled('span')(({ theme }) => ({
  ...theme.typography.caption,
  color: theme.vars.palette.chat.text3,
}));

/** One who received it, or will. */
export const Reader = styled('section')(({ theme }) => ({
  marginBlockStart: 8,
  paddingBlockStart: 8,
  borderBlockStart: `1px solid ${theme.vars.palette.divider}`,
  '& h3': {
    ...theme.typography.subtitle2,
    display: 'flex',
    alignItems: 'center',
    gap: 8,
    margin: 0,
  },
}));
