import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeWindow } from './testing/fake-browser.ts';
import { FAKE_AGENT } from './testing/fake-workspace.ts';
import { AGENT_TOKEN, isOnline, setScene, until } from './testing/scene.ts';
import type { VisitorClient } from './visitor-client.ts';

const scene = setScene();
const { openPage: openTab, connectAgent } = scene;
let window: FakeWindow;

// Node has Web Locks and BroadcastChannel of its own, which tell clients of one process apart as a browser does tabs.
beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
  window = scene.stubWindow();
});

const idOf = (client: VisitorClient) => client.getState().conversations[0]?.id ?? '';
const textsOf = (client: VisitorClient) =>
  client
    .timeline(idOf(client))
    .flatMap((line) =>
      line.kind === 'message' && 'text' in line.content ? line.content.text : [],
    );
const leadersOf = (tabs: VisitorClient[]) => tabs.filter((tab) => tab.isLeader());

/** What the lock and the channel of the visitor's tabs are called. */
function scopeOf(): string {
  const [key, record] = Object.entries(localStorage)[0] as [string, string];
  return `${key} ${(JSON.parse(record) as { epoch: string }).epoch}`;
}

/** A visitor who has written once, in so many tabs. */
async function openTabs(count: number): Promise<VisitorClient[]> {
  const first = openTab();
  await first.send('hello');
  await until(() => first.getState().pending.length === 0);
  const tabs = [first];
  while (tabs.length < count) {
    const tab = openTab();
    tabs.push(tab);
    await tab.resume();
    await until(() => isOnline(tab));
    await tab.openConversation(idOf(tab));
  }
  return tabs;
}

describe('the tabs of a visitor', { timeout: 20_000 }, () => {
  it('use one socket, and say the same', async () => {
    const tabs = await openTabs(4);
    expect(scene.server.connectionCount).toBe(1);
    expect(scene.server.handshakes).toHaveLength(1);
    expect(leadersOf(tabs)).toEqual([tabs[0]]);
    const heard: string[] = [];
    for (const tab of tabs) tab.on('message', ({ message }) => heard.push(message.content.kind));
    scene.server.workspace.say(idOf(tabs[0] ?? openTab()), 'an answer');
    await Promise.all(tabs.map((tab, n) => tab.send(`from tab ${n}`)));
    await until(() => tabs.every((tab) => textsOf(tab).length === 6));
    for (const tab of tabs) expect(textsOf(tab)).toEqual(textsOf(tabs[0] ?? tab));
    expect(heard).toEqual(['text', 'text', 'text', 'text']);
    tabs[2]?.markRead(idOf(tabs[2]), 2);
    await until(() => tabs.every((tab) => tab.getState().unreadCount === 0));
  });

  it('ask for no session of their own while they follow', async () => {
    await openTabs(3);
    expect(scene.server.sessionsAsked).toHaveLength(1);
  });

  it('hand over when the one that leads closes, and send what it left', async () => {
    const [first, ...others] = await openTabs(3);
    let sends = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.send' && ++sends === 1 ? 'silence' : 'answer';
    await first?.send('left behind');
    await until(() => sends === 1);
    await first?.close();
    await until(() => leadersOf(others).length === 1 && others.every(isOnline));
    await until(() => others.every((tab) => textsOf(tab).includes('left behind')));
    expect(scene.server.connectionCount).toBe(1);
    expect(textsOf(others[0] ?? openTab())).toEqual(['hello', 'left behind']);
  });

  it('send at once what a tab that follows could not send before it closed', async () => {
    const [first, second] = (await openTabs(2)) as [VisitorClient, VisitorClient];
    expect(second.isLeader()).toBe(false);
    let sends = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.send' && ++sends === 1 ? 'silence' : 'answer';
    await second.send('left behind');
    await until(() => sends === 1);
    await second.close();
    // Long before the leading tab looks for anything by itself.
    await until(() => textsOf(first).includes('left behind'));
  });

  it('are told together that trying again is of no use', async () => {
    const tabs = await openTabs(3);
    scene.server.faults.onHandshake = () => ({
      ok: false,
      code: 'forbidden',
      message: 'This page may not use the chat.',
      retryable: false,
    });
    scene.server.disconnectAll();
    const reason = 'This page may not use the chat.';
    const refused = { status: 'refused', reason, code: 'forbidden' };
    await until(() => tabs.every((tab) => tab.getState().connection.status === 'refused'));
    expect(tabs.map((tab) => tab.getState().connection)).toEqual([refused, refused, refused]);
  });

  it('tell the server of their pages, those that follow, too', async () => {
    await openTabs(1);
    const tab = openTab();
    tab.setPage({ url: 'https://shop.example/cart', title: 'Cart' });
    await tab.resume();
    await until(() => isOnline(tab));
    expect(tab.isLeader()).toBe(false);
    await until(() => scene.asked('page.visit').length === 1);
    expect(scene.asked('page.visit')[0]?.payload).toEqual({
      url: 'https://shop.example/cart',
      title: 'Cart',
    });
  });

  it('take the lead from a tab that is frozen, which keeps its lock and says nothing', async () => {
    await (await openTabs(1))[0]?.close();
    const frozen = navigator.locks.request(scopeOf(), () => new Promise(() => {}));
    const ended = frozen.catch((error: unknown) => error);
    const tab = openTab();
    await tab.resume();
    expect(tab.isLeader()).toBe(false);
    await vi.waitFor(() => expect(tab.isLeader()).toBe(true), { timeout: 7_000 });
    expect(await ended).toMatchObject({ name: 'AbortError' });
    await until(() => isOnline(tab));
  }, 20_000);

  it('keep the tab that leads as long as it answers', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const tabs = await openTabs(2);
    const said: unknown[] = [];
    const listener = new BroadcastChannel(scopeOf());
    listener.onmessage = ({ data }: { data: { kind: string } }) => said.push(data.kind);
    for (let round = 1; round <= 4; round++) {
      vi.advanceTimersByTime(1_500);
      await until(() => said.filter((kind) => kind === 'pong').length === round);
    }
    listener.close();
    expect(leadersOf(tabs)).toEqual([tabs[0]]);
    expect(scene.server.handshakes).toHaveLength(1);
  });

  it('give the lead to the tab that takes it', async () => {
    const [first] = (await openTabs(1)) as [VisitorClient];
    const taken = navigator.locks.request(scopeOf(), { steal: true }, async () => {
      await until(() => !first.isLeader());
    });
    await taken;
    await until(() => isOnline(first) && scene.server.connectionCount === 1);
    expect(first.isLeader()).toBe(true);
  });

  it('tell each other that the server is away, and come back together', async () => {
    const tabs = await openTabs(3);
    scene.server.faults.onHandshake = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
      retryAfterMs: 200,
    });
    scene.server.disconnectAll();
    await until(() => tabs.every((tab) => !isOnline(tab)));
    await tabs[1]?.send('meanwhile');
    expect(tabs[1]?.getState().pending[0]?.state).toBe('waiting');
    scene.server.faults.onHandshake = () => undefined;
    await until(() => tabs.every(isOnline));
    await until(() => tabs.every((tab) => textsOf(tab).includes('meanwhile')));
    expect(scene.server.connectionCount).toBe(1);
  });

  it('come back with the tab that leads, however long they meant to wait themselves', async () => {
    const [, tab] = (await openTabs(2)) as [VisitorClient, VisitorClient];
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    scene.server.faults.onHandshake = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
      retryAfterMs: 50,
    });
    let losses = 0;
    tab.on('connection', ({ status }) => {
      if (status === 'reconnecting' && ++losses === 8) random.mockReturnValue(0.99);
    });
    scene.server.disconnectAll();
    const waitMs = () => {
      const { connection } = tab.getState();
      return connection.status === 'reconnecting' ? connection.retryAt - Date.now() : 0;
    };
    await until(() => waitMs() > 20_000);
    scene.server.faults.onHandshake = () => undefined;
    await until(() => isOnline(tab));
    expect(tab.isLeader()).toBe(false);
  });

  it('leave for the way back without holding up the others, and come back from it', async () => {
    const [first, second] = (await openTabs(2)) as [VisitorClient, VisitorClient];
    window.fire('pagehide', { persisted: true });
    await until(() => scene.server.connectionCount === 2 || !first.isLeader());
    window.fire('pageshow', { persisted: true });
    await until(() => leadersOf([first, second]).length === 1);
    await until(() => scene.server.connectionCount === 1);
    expect([first, second].map(isOnline)).toEqual([true, true]);
  });

  it.each([
    null,
    7,
    'text',
    {},
    { kind: 'frame' },
    { kind: 'frame', name: 'hello', payload: { conversations: 7 } },
    { kind: 'frame', name: 'event', payload: { seq: 'x' } },
    { kind: 'frame', name: 'signal', payload: { type: 'cursor', cursor: null } },
    { kind: 'ask', id: 1, name: 'hello.get' },
    { kind: 'ask', id: 'x', name: 'session.renew', payload: { accessToken: 'stolen' } },
    { kind: 'answer', id: 'x', ack: { ok: true } },
  ])('are not disturbed by a stranger who says %j', async (message) => {
    const tabs = await openTabs(2);
    const stranger = new BroadcastChannel(scopeOf());
    stranger.postMessage(message);
    await tabs[1]?.send('still here');
    await until(() => tabs.every((tab) => textsOf(tab).includes('still here')));
    stranger.close();
    expect(scene.server.received.some(({ name }) => name === 'session.renew')).toBe(false);
    expect(scene.server.connectionCount).toBe(1);
  });

  it('sign out together', async () => {
    const tabs = await openTabs(2);
    const key = Object.keys(localStorage)[0] ?? '';
    await tabs[1]?.signOut();
    window.fire('storage', { key, newValue: null });
    await until(() => tabs.every((tab) => tab.getState().connection.status === 'idle'));
    await until(() => scene.server.connectionCount === 0);
    for (const tab of tabs) expect(tab.getState()).toMatchObject({ hasSession: false, logs: {} });
  });

  it.each(['locks', 'BroadcastChannel'])('each have a socket without %s', async (what) => {
    if (what === 'locks') vi.stubGlobal('navigator', {});
    else vi.stubGlobal('BroadcastChannel', undefined);
    const tabs = await openTabs(2);
    expect(scene.server.connectionCount).toBe(2);
    expect(leadersOf(tabs)).toHaveLength(2);
  });

  it('each have a socket where locks are denied', async () => {
    const request = async () => {
      throw new DOMException('denied', 'SecurityError');
    };
    vi.stubGlobal('navigator', { locks: { request } });
    const tabs = await openTabs(2);
    expect(scene.server.connectionCount).toBe(2);
    expect(leadersOf(tabs)).toHaveLength(2);
  });

  it('elect one of two that began at the same time', async () => {
    const tabs = [openTab(), openTab()];
    await Promise.all(tabs.map((tab, n) => tab.send(`first words ${n}`)));
    await until(() => scene.server.connectionCount === 1 && leadersOf(tabs).length === 1);
    await until(() => tabs.every((tab) => textsOf(tab).length === 2));
    expect(scene.server.workspace.conversations.size).toBe(1);
  });
});

describe('the tabs of an agent', { timeout: 20_000 }, () => {
  it('use one socket, and keep their tokens to themselves', async () => {
    const { id } = scene.server.workspace.open('vi_test', '').row;
    scene.server.workspace.hear(id, 'question');
    const said: unknown[] = [];
    const listener = new BroadcastChannel(`alcove ${scene.server.url} ${FAKE_AGENT.id}`);
    listener.onmessage = ({ data }: { data: unknown }) => said.push(data);
    const tabs = [0, 1, 2].map(() => connectAgent());
    await until(() => tabs.every(isOnline));
    expect(scene.server.connectionCount).toBe(1);
    expect(tabs.filter((tab) => tab.isLeader())).toHaveLength(1);
    await Promise.all(tabs.map((tab) => tab.loadInbox('all')));
    await Promise.all(tabs.map((tab) => tab.openConversation(id)));
    await tabs[2]?.send(id, 'answer');
    await until(() => tabs.every((tab) => tab.timeline(id).length === 2));
    await tabs[1]?.resolve(id);
    await until(() => tabs.every((tab) => tab.getState().rows[id]?.status === 'resolved'));
    await until(() => JSON.stringify(said).includes('conversation.resolve'));
    expect(JSON.stringify(said)).not.toContain(AGENT_TOKEN);
    listener.close();
  });
});
