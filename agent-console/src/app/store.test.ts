import { describe, expect, it } from 'vitest';
import { signedIn, signedOut } from '../client/session-slice.ts';
import { draftChanged, draftSent, selectDraft } from '../conversation/drafts.ts';
import { conversationOpened } from '../conversation/open-conversations.ts';
import type { KeptStorage } from '../shared/persisted.ts';
import { densityChosen, selectDensity, selectIsMuted, soundMuted } from '../shared/preferences.ts';
import { createConsoleStore, hearOtherTab } from './store.ts';

describe('the store', () => {
  it('keeps drafts, open conversations and preferences over a reload', () => {
    const storage = memoryStorage();
    const before = createConsoleStore({ storage });
    before.dispatch(signedIn({ agentId: 'ag_1' }));
    before.dispatch(draftChanged({ conversationId: 'cv_1', text: 'Half a sen' }));
    before.dispatch(conversationOpened('cv_1'));
    before.dispatch(densityChosen('compact'));

    const after = createConsoleStore({ storage });
    after.dispatch(signedIn({ agentId: 'ag_1' }));
    expect(selectDraft(after.getState(), 'cv_1').text).toBe('Half a sen');
    expect(after.getState().openConversations).toEqual(['cv_1']);
    expect(selectDensity(after.getState())).toBe('compact');
  });

  it('keeps them apart for two agents on one computer, and over a sign-out', () => {
    const store = createConsoleStore({ storage: memoryStorage() });
    store.dispatch(signedIn({ agentId: 'ag_1' }));
    store.dispatch(draftChanged({ conversationId: 'cv_1', text: 'Mine' }));
    store.dispatch(signedOut({ notice: null }));
    store.dispatch(signedIn({ agentId: 'ag_2' }));
    expect(selectDraft(store.getState(), 'cv_1').text).toBe('');
    store.dispatch(signedOut({ notice: null }));
    store.dispatch(signedIn({ agentId: 'ag_1' }));
    expect(selectDraft(store.getState(), 'cv_1').text).toBe('Mine');
  });

  it('knows the drafts of another tab, so that neither drops those of the other', () => {
    const storage = memoryStorage();
    const key = 'alcove:console:ag_1:drafts';
    const [here, there] = [createConsoleStore({ storage }), createConsoleStore({ storage })];
    for (const store of [here, there]) store.dispatch(signedIn({ agentId: 'ag_1' }));
    here.dispatch(draftChanged({ conversationId: 'cv_1', text: 'From here' }));
    hearOtherTab(there, storage, key);
    there.dispatch(draftChanged({ conversationId: 'cv_2', text: 'From there' }));
    hearOtherTab(here, storage, key);
    const other = { 'alcove:console:ag_2:drafts': '{"cv_3":{"text":"Not mine"}}' };
    hearOtherTab(here, memoryStorage(other), 'alcove:console:ag_2:drafts');
    hearOtherTab(here, memoryStorage({ [key]: '{"cv_1":' }), key);
    expect(here.getState().drafts).toEqual({
      cv_1: { text: 'From here' },
      cv_2: { text: 'From there' },
    });
    expect(JSON.parse(storage.getItem(key) ?? '')).toEqual(here.getState().drafts);
  });

  it('takes no letter away that is typed while another tab hears of the one before', () => {
    const storage = memoryStorage();
    const key = 'alcove:console:ag_1:drafts';
    const [here, there] = [createConsoleStore({ storage }), createConsoleStore({ storage })];
    for (const store of [here, there]) store.dispatch(signedIn({ agentId: 'ag_1' }));
    here.dispatch(draftChanged({ conversationId: 'cv_1', text: 'R' }));
    there.dispatch(draftChanged({ conversationId: 'cv_2', text: 'Yes' }));
    here.dispatch(draftChanged({ conversationId: 'cv_1', text: 'Re' }));
    for (const store of [there, here]) hearOtherTab(store, storage, key);
    const both = { cv_1: { text: 'Re' }, cv_2: { text: 'Yes' } };
    expect(here.getState().drafts).toEqual(both);
    expect(JSON.parse(storage.getItem(key) ?? '')).toEqual(both);
  });

  it('gives back nothing that was emptied in another tab, and drops nothing that was written there, when it had not heard of it', () => {
    const storage = memoryStorage();
    const key = 'alcove:console:ag_1:drafts';
    const [here, frozen] = [createConsoleStore({ storage }), createConsoleStore({ storage })];
    here.dispatch(signedIn({ agentId: 'ag_1' }));
    here.dispatch(draftChanged({ conversationId: 'cv_1', text: 'Sent soon' }));
    frozen.dispatch(signedIn({ agentId: 'ag_1' }));
    here.dispatch(draftSent({ conversationId: 'cv_1' }));
    here.dispatch(draftChanged({ conversationId: 'cv_2', text: 'New' }));
    frozen.dispatch(draftChanged({ conversationId: 'cv_3', text: 'Awake' }));
    expect(JSON.parse(storage.getItem(key) ?? '')).toEqual({
      cv_2: { text: 'New' },
      cv_3: { text: 'Awake' },
    });
  });

  it('mutes every tab when one is muted', () => {
    const storage = memoryStorage();
    const key = 'alcove:console:ag_1:preferences';
    const [here, there] = [createConsoleStore({ storage }), createConsoleStore({ storage })];
    for (const store of [here, there]) store.dispatch(signedIn({ agentId: 'ag_1' }));
    here.dispatch(soundMuted(true));
    expect(selectIsMuted(there.getState())).toBe(false);
    hearOtherTab(there, storage, key);
    expect(selectIsMuted(there.getState())).toBe(true);
  });

  it('forgets a draft that was emptied', () => {
    const store = createConsoleStore({ storage: null });
    store.dispatch(draftChanged({ conversationId: 'cv_1', text: 'x' }));
    store.dispatch(draftChanged({ conversationId: 'cv_1', text: '' }));
    expect(store.getState().drafts).toEqual({});
  });

  it('works without storage, with a full one and with a broken entry', () => {
    const broken = memoryStorage({ 'alcove:console:ag_1:drafts': '{"cv_1":' });
    broken.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    for (const storage of [null, broken]) {
      const store = createConsoleStore({ storage });
      store.dispatch(signedIn({ agentId: 'ag_1' }));
      store.dispatch(draftChanged({ conversationId: 'cv_1', text: 'still here' }));
      expect(selectDraft(store.getState(), 'cv_1').text).toBe('still here');
    }
  });

  it('drops everything an agent saw when they sign out', () => {
    const store = createConsoleStore({ storage: null });
    store.dispatch({ type: 'alcove/connection', connection: { status: 'online' } });
    expect(store.getState().chat.connection.status).toBe('online');
    store.dispatch(signedOut({ notice: 'ended' }));
    expect(store.getState().chat.connection.status).toBe('idle');
    expect(store.getState().session).toEqual({ status: 'signed_out', notice: 'ended' });
  });
});

function memoryStorage(entries: Record<string, string> = {}): KeptStorage {
  const map = new Map(Object.entries(entries));
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}
