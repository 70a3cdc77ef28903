import createCache from '@emotion/cache';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { createConsoleStore, hearOtherTab } from './app/store.ts';
import { createUpdateWatch, hasUnsaved, isInUse } from './app/update-watch.ts';
import { createSession } from './client/session.ts';
import { outdated } from './client/update.ts';
import { browserStorage } from './shared/persisted.ts';

// Browsers hide the attribute and give the nonce as a property only.
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce;

const storage = browserStorage();
const store = createConsoleStore({ storage });
window.addEventListener('storage', ({ key }) => hearOtherTab(store, storage, key));
const session = createSession({
  serverUrl: window.location.origin,
  store,
  locks: navigator.locks,
});
const styles = createCache({ key: 'alcove', nonce });

const updates = createUpdateWatch({
  script: new URL(import.meta.url).pathname,
  readPage: async () => (await fetch(window.location.pathname, { cache: 'no-store' })).text(),
  isAtRest: () => !hasUnsaved(store.getState().chat) && !isInUse(document),
  age: () => performance.now(),
  reload: () => window.location.reload(),
  onOutdated: () => store.dispatch(outdated()),
});
window.addEventListener('vite:preloadError', () => void updates.missed());
document.addEventListener('visibilitychange', () => document.hidden && updates.rest());

const root = document.getElementById('root');
if (!root) throw new Error('index.html has lost its #root');
createRoot(root).render(
  <StrictMode>
    <App store={store} session={session} styles={styles} />
  </StrictMode>,
);
void session.resume();
