import createCache from '@emotion/cache';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { createConsoleStore, hearOtherTab } from './app/store.ts';
import { createSession } from './client/session.ts';
import { browserStorage } from './shared/persisted.ts';

// Browsers hide the attribute and give the nonce as a property only.
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce;

const store = createConsoleStore({ storage: browserStorage() });
window.addEventListener('storage', (event) => hearOtherTab(store, event));
const session = createSession({
  serverUrl: window.location.origin,
  store,
  locks: navigator.locks,
});
const styles = createCache({ key: 'alcove', nonce });

const root = document.getElementById('root');
if (!root) throw new Error('index.html has lost its #root');
createRoot(root).render(
  <StrictMode>
    <App store={store} session={session} styles={styles} />
  </StrictMode>,
);
void session.resume();
