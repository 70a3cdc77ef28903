import type { EmotionCache } from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { Provider } from 'react-redux';
import { HashRouter } from 'react-router';
import { SessionProvider } from '../client/console-context.tsx';
import type { ConsoleSession } from '../client/session.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { ConsoleRoutes } from './Routes.tsx';
import type { ConsoleStore } from './store.ts';
import { theme } from './theme.ts';

interface AppProps {
  store: ConsoleStore;
  session: ConsoleSession;
  /** Emotion's cache, with the nonce that the page's policy asks for. */
  styles: EmotionCache;
}

/** The console. Addresses stand behind `#`: an invitation's secret then never reaches a server's log. */
export function App({ store, session, styles }: AppProps) {
  return (
    <CacheProvider value={styles}>
      <ThemeProvider theme={theme} defaultMode="system" modeStorageKey="alcove:console:theme">
        <CssBaseline />
        <ErrorBoundary>
          <Provider store={store}>
            <SessionProvider session={session}>
              <HashRouter>
                <ConsoleRoutes />
              </HashRouter>
            </SessionProvider>
          </Provider>
        </ErrorBoundary>
      </ThemeProvider>
    </CacheProvider>
  );
}
