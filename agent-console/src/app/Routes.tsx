import { lazy, Suspense } from 'react';
import { useSelector } from 'react-redux';
import { Navigate, Route, Routes } from 'react-router';
import { ClientProvider, useSession } from '../client/console-context.tsx';
import { selectSession } from '../client/session-slice.ts';
import { inboxPath } from '../shared/inbox-path.ts';
import { t } from '../shared/texts.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { InboxPage } from './InboxPage.tsx';
import { Opening, Unreachable } from './Opening.tsx';
import { Shell } from './Shell.tsx';

const SignIn = lazy(async () => ({ default: (await import('./SignIn.tsx')).SignIn }));
const Join = lazy(async () => ({ default: (await import('./Join.tsx')).Join }));
const AgentsPage = lazy(async () => ({
  default: (await import('../settings/AgentsPage.tsx')).AgentsPage,
}));
const NotificationsPage = lazy(async () => ({
  default: (await import('../notifications/NotificationsPage.tsx')).NotificationsPage,
}));

/** Which page an address leads to, and who may see it. */
export function ConsoleRoutes() {
  return (
    <ErrorBoundary sentence={t('app.page_failed')}>
      <Suspense fallback={<Opening />}>
        <Routes>
          <Route path="/join/:token" element={<Join />} />
          <Route path="/*" element={<Door />} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}

/** The address stays as it was while somebody signs in, so that they arrive where they wanted to go. */
function Door() {
  const state = useSelector(selectSession);
  const client = useSession().client();
  if (state.status === 'unreachable') return <Unreachable />;
  if (state.status === 'signed_out') return <SignIn notice={state.notice} />;
  if (state.status !== 'signed_in' || !client) return <Opening />;
  return (
    // Whoever signs in in another tab takes over, and nothing of the page before is left.
    <ClientProvider key={state.agentId} client={client}>
      <Routes>
        <Route element={<Shell />}>
          <Route path="inbox/:view/:conversationId?" element={<InboxPage />} />
          <Route path="settings/agents" element={<AgentsPage />} />
          <Route path="settings/notifications" element={<NotificationsPage />} />
        </Route>
        <Route path="*" element={<Navigate to={inboxPath('all')} replace />} />
      </Routes>
    </ClientProvider>
  );
}
