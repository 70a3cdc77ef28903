import { combineReducers, configureStore, isAnyOf, type Middleware } from '@reduxjs/toolkit';
import { actsReducer } from '../client/acts.ts';
import { chatReducer } from '../client/chat.ts';
import { sessionReducer, signedIn, signedOut } from '../client/session-slice.ts';
import { updateReducer } from '../client/update.ts';
import { acceptDrafts, draftsRead, draftsReducer, mergeDrafts } from '../conversation/drafts.ts';
import {
  acceptOpenConversations,
  openConversationsRead,
  openConversationsReducer,
} from '../conversation/open-conversations.ts';
import { type KeptStorage, readKept, writeKept } from '../shared/persisted.ts';
import {
  acceptPreferences,
  DEFAULT_PREFERENCES,
  preferencesRead,
  preferencesReducer,
} from '../shared/preferences.ts';

const reducer = combineReducers({
  session: sessionReducer,
  chat: chatReducer,
  acts: actsReducer,
  drafts: draftsReducer,
  openConversations: openConversationsReducer,
  preferences: preferencesReducer,
  update: updateReducer,
});

/** Everything the console knows. */
export type RootState = ReturnType<typeof reducer>;

/** The slices that survive a reload, kept per agent so that two people on one computer never mix. */
const KEPT = ['drafts', 'openConversations', 'preferences'] as const;

/** Builds the store. Drafts, open conversations and preferences are kept in `storage`. */
export function createConsoleStore({ storage }: { storage: KeptStorage | null }) {
  return configureStore({
    reducer,
    middleware: (defaults) =>
      // The checks walk the whole state after each action, which thousands of events make slow.
      defaults({ immutableCheck: false, serializableCheck: false }).concat(keeping(storage)),
  });
}

/** The store that `createConsoleStore` builds. */
export type ConsoleStore = ReturnType<typeof createConsoleStore>;

/**
 * Takes over what another tab has kept under `key` (the browser's `storage` event): the drafts, since somebody may go on
 * here with what they began there; and the preferences, since the tab that makes the sounds may not be the one in which
 * they were muted. Read anew: an event tells of the past, and this tab may have written since.
 */
export function hearOtherTab(
  store: ConsoleStore,
  storage: KeptStorage | null,
  key: string | null,
): void {
  const { session } = store.getState();
  if (session.status !== 'signed_in') return;
  if (key === keyOf('drafts', session.agentId)) {
    const drafts = readKept(storage, key, acceptDrafts);
    if (drafts) store.dispatch(draftsRead(drafts));
  } else if (key === keyOf('preferences', session.agentId)) {
    const preferences = readKept(storage, key, acceptPreferences);
    if (preferences) store.dispatch(preferencesRead(preferences));
  }
}

/** What comes from what is kept. Written back, it would undo what another tab keeps meanwhile: a letter that is typed there. */
const isRead = isAnyOf(draftsRead, openConversationsRead, preferencesRead);

/** Reads what is kept when somebody signs in, writes what changed after each action. */
function keeping(storage: KeptStorage | null): Middleware<object, RootState> {
  return (store) => (next) => (action) => {
    const before = store.getState();
    const result = next(action);
    if (signedIn.match(action)) {
      readAll(storage, action.payload.agentId, store.dispatch);
    } else if (
      before.session.status === 'signed_in' &&
      !signedOut.match(action) &&
      !isRead(action)
    ) {
      writeChanged(storage, before.session.agentId, before, store.getState());
    }
    return result;
  };
}

function writeChanged(
  storage: KeptStorage | null,
  agentId: string,
  before: RootState,
  after: RootState,
): void {
  for (const slice of KEPT) {
    if (after[slice] === before[slice]) continue;
    const key = keyOf(slice, agentId);
    const value =
      slice === 'drafts'
        ? mergeDrafts(readKept(storage, key, acceptDrafts) ?? {}, before.drafts, after.drafts)
        : after[slice];
    writeKept(storage, key, value);
  }
}

function readAll(
  storage: KeptStorage | null,
  agentId: string,
  dispatch: (
    action: ReturnType<typeof draftsRead | typeof openConversationsRead | typeof preferencesRead>,
  ) => unknown,
): void {
  const read = <Value>(
    slice: (typeof KEPT)[number],
    accept: (value: unknown) => Value | undefined,
  ) => readKept(storage, keyOf(slice, agentId), accept);
  dispatch(draftsRead(read('drafts', acceptDrafts) ?? {}));
  dispatch(openConversationsRead(read('openConversations', acceptOpenConversations) ?? []));
  dispatch(preferencesRead(read('preferences', acceptPreferences) ?? DEFAULT_PREFERENCES));
}

function keyOf(slice: (typeof KEPT)[number], agentId: string): string {
  return `alcove:console:${agentId}:${slice}`;
}
