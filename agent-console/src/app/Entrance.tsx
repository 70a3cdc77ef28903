import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { Mark } from '../shared/Arch.tsx';

const Page = styled('main')({
  display: 'flex',
  blockSize: '100%',
  overflowY: 'auto',
  padding: 16,
});

const Card = styled('div')(({ theme }) => ({
  inlineSize: '100%',
  maxInlineSize: 400,
  margin: 'auto',
  padding: 32,
  borderRadius: 12,
  border: `1px solid ${theme.vars.palette.divider}`,
  backgroundColor: theme.vars.palette.background.paper,
  '& h1': { ...theme.typography.h1, margin: '16px 0 0', overflowWrap: 'anywhere' },
  '& h1 ~ *': { marginBlockStart: 20 },
  '& h1 + p': { margin: '4px 0 0', textWrap: 'pretty' },
  '& p': { color: theme.vars.palette.text.secondary },
  '& form': { display: 'flex', flexDirection: 'column', gap: 16 },
  '@media (max-width: 479.95px)': { padding: 24 },
}));

/** Small print below a form. */
export const SmallPrint = styled('p')(({ theme }) => ({
  ...theme.typography.body2,
  margin: '20px 0 0',
}));

/** The page around signing in and joining. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Page>
      <Card>
        <Mark size={36} />
        <h1>{title}</h1>
        {children}
      </Card>
    </Page>
  );
}
