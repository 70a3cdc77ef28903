import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { useSelector } from 'react-redux';
import { Outlet, useLocation, useParams } from 'react-router';
import { useAlerts } from '../notifications/use-alerts.ts';
import { selectHasShortcuts } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';
import { useLate } from '../shared/use-late.ts';
import { NARROW, useIsNarrow } from '../shared/use-layout.ts';
import { useShortcuts } from '../shared/use-shortcuts.ts';
import { ActToast } from './ActToast.tsx';
import { AppBar } from './AppBar.tsx';
import { ConnectionNotice } from './ConnectionNotice.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
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

const loadSheet = () => import('./ShortcutSheet.tsx');

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const conversationId = useParams()['conversationId'];
  const isNarrow = useIsNarrow();
  const late = useLate(loadSheet, isSheetOpen);
  useUnreadTitle();
  useAlerts(conversationId);
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
        {!(isNarrow && conversationId) && <AppBar onShowShortcuts={() => setIsSheetOpen(true)} />}
        {/* What is around stays, and leads to another page. */}
        <ErrorBoundary key={useSection()} sentence={t('app.page_failed')}>
          <Outlet />
        </ErrorBoundary>
      </Columns>
      <ActToast />
      {late && <late.ShortcutSheet isOpen={isSheetOpen} onClose={() => setIsSheetOpen(false)} />}
    </Root>
  );
}

/** One for the whole inbox: its conversations come and go in the same page. */
function useSection(): string {
  const { pathname } = useLocation();
  return pathname.startsWith('/inbox/') ? '/inbox' : pathname;
}
