import { styled } from '@mui/material/styles';

/** A key of the keyboard. */
export const Key = styled('kbd')(({ theme }) => ({
  ...theme.typography.caption,
  fontFamily: 'inherit',
  fontWeight: 600,
  display: 'inline-grid',
  placeItems: 'center',
  minInlineSize: 24,
  blockSize: 24,
  paddingInline: 6,
  borderRadius: 6,
  border: `1px solid ${theme.vars.palette.chat.borderStrong}`,
  color: theme.vars.palette.text.secondary,
  backgroundColor: theme.vars.palette.background.paper,
}));
