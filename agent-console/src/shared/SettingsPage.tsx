import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { MATCH_PARENT } from './match-parent.ts';

const Page = styled('main')(({ theme }) => ({
  flex: 1,
  minInlineSize: 0,
  overflowY: 'auto',
  outline: 'none',
  backgroundColor: theme.vars.palette.background.paper,
}));

const Column = styled('div')(({ theme }) => ({
  maxInlineSize: 760,
  marginInline: 'auto',
  padding: '32px 24px 64px',
  '& h1': { ...theme.typography.h1, margin: 0 },
  '& h1 + p': {
    margin: '4px 0 24px',
    textAlign: MATCH_PARENT,
    color: theme.vars.palette.text.secondary,
  },
  '@media (max-width: 899.95px)': { padding: '16px 12px 48px' },
}));

/** A page of settings: its title, what it is about, and the settings in one column. */
export function SettingsPage({
  title,
  lead,
  children,
}: {
  title: string;
  lead: string;
  children: ReactNode;
}) {
  return (
    <Page id="main" tabIndex={-1}>
      <Column>
        <h1>{title}</h1>
        <p dir="auto">{lead}</p>
        {children}
      </Column>
    </Page>
  );
}
