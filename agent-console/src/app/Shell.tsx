import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useSelector } from 'react-redux';
import { Outlet, useParams } from 'react-router';
import { selectHasShortcuts } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';
import { NARROW, useIsNarrow } from '../shared/use-layout.ts';
import { useShortcuts } from '../shared/use-shortcuts.ts';
import { AppBar } from './AppBar.tsx';
import { ConnectionNotice } from './ConnectionNotice.tsx';
import { ShortcutSheet } from './ShortcutSheet.tsx';
import { useUnreadTitle } from './use-unread-title.ts';

const Root = styled('div')({ display: 'flex', flexDirection: 'column', blockSize: '100dvh' });

const Columns = styled('div')({
  display: 'flex',
  flex: 1,
  minBlockSize: 0,
  [NARROW]: { flexDirection: 'column-reverse' },
});

const SkipLink = styled('a')(({ theme }) => ({
  ...theme.typography.button,
  position: 'fixed',
  insetBlockStart: 8,
  insetInlineStart: 8,
  zIndex: theme.zIndex.tooltip,
  padding: '8px 12px',
  borderRadius: 8,
  color: theme.vars.palette.primary.contrastText,
  backgroundColor: theme.vars.palette.primary.main,
  '&:not(:focus)': { clipPath: 'inset(50%)' },
}));

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const isReading = useParams()['conversationId'] !== undefined;
  const isNarrow = useIsNarrow();
  useUnreadTitle();
  useShortcuts({ '?': () => setIsSheetOpen(true) }, useSelector(selectHasShortcuts));
  return (
    <Root>
      <SkipLink
        href="#main"
        onClick={(event) => {
          // The address behind # belongs to the routes.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {t('app.skip')}
      </SkipLink>
      <ConnectionNotice />
      <Columns>
        {!(isNarrow && isReading) && <AppBar onShowShortcuts={() => setIsSheetOpen(true)} />}
        <Outlet />
      </Columns>
      <ShortcutSheet isOpen={isSheetOpen} onClose={() => setIsSheetOpen(false)} />
    </Root>
  );
}
