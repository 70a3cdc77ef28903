import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { EmptyArch } from './Arch.tsx';

const Root = styled('div')(({ theme }) => ({
  ...theme.typography.body1,
  color: theme.vars.palette.text.secondary,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 12,
  blockSize: '100%',
  paddingInline: 24,
  paddingBlock: 32,
  textAlign: 'center',
  '& p': { margin: 0, maxInlineSize: '36ch', textWrap: 'balance' },
}));

/** A view with nothing in it: one sentence, one action. */
export function EmptyState({ sentence, children }: { sentence: string; children?: ReactNode }) {
  return (
    <Root>
      <EmptyArch />
      <p dir="auto">{sentence}</p>
      {children}
    </Root>
  );
}
