import { type MessageCreated, textOf as wordsOf } from '@alcove/protocol';
import { IDBObjectStore } from 'fake-indexeddb';
import { describe, expect, it, vi } from 'vitest';
import type { ChatError } from './chat-error.ts';
import type { TimelineItem } from './conversation-state.ts';
import { createLocalStorage } from './testing/fake-browser.ts';
import { passTime } from './testing/pass-time.ts';
import { isOnline, setScene, stubSiteData, until } from './testing/scene.ts';
import type { VisitorClient } from './visitor-client.ts';

const scene = setScene();
const { openPage, stubWindow, sentTexts, storedTexts } = scene;

const firstId = (client: VisitorClient) => client.getState().conversations[0]?.id ?? '';

function linesOf(client: VisitorClient): string[] {
  const id = client.getState().conversations[0]?.id ?? null;
  return client.timeline(id).map(textOf);
}

function textOf(line: TimelineItem): string {
  return line.kind === 'message' ? `${wordsOf(line.content)} (${line.state})` : line.kind;
}

const isSettled = (client: VisitorClient) => client.getState().pending.length === 0;

const later = () => ({ ok: false, code: 'busy', message: 'later', retryable: true }) as const;

describe('before the visitor acts', () => {
  it('asks nothing, opens no database and keeps nothing', async () => {
    const databases = vi.spyOn(scene.siteData.indexedDB, 'open');
    const client = openPage();
    await client.resume();
    await client.identify({ name: 'Shopper' });
    client.setPage({ url: 'https://shop.example/', title: 'Shop' });
    client.setTyping('cv_none', true);
    expect(scene.server.sessionsAsked).toEqual([]);
    expect(databases).not.toHaveBeenCalled();
    expect(Object.keys(scene.siteData.localStorage)).toEqual([]);
    expect(client.getState()).toMatchObject({ hasSession: false, connection: { status: 'idle' } });
  });

  it('refuses blank and too long texts without becoming a visitor', async () => {
    const client = openPage();
    await expect(client.send(' \n ')).rejects.toMatchObject({ code: 'invalid' });
    await expect(client.send('ü'.repeat(4097))).rejects.toMatchObject({ code: 'too_large' });
    expect(client.getState().hasSession).toBe(false);
    expect(Object.keys(scene.siteData.localStorage)).toEqual([]);
  });
});

describe('sending', () => {
  it('shows the message at once, opens a conversation and ends as sent', async () => {
    const client = openPage();
    const kept = client.send('hello');
    expect(linesOf(client)).toEqual(['hello (waiting)']);
    await kept;
    await until(() => isSettled(client));
    expect(linesOf(client)).toEqual(['hello (sent)']);
    expect(client.getState().conversations).toHaveLength(1);
    expect(client.getState().logs[firstId(client)]).toMatchObject({ isLoaded: true, have: 1 });
  });

  it('keeps the line under one key from waiting to sent', async () => {
    const client = openPage();
    const clientMessageId = await client.send('hello');
    await until(() => isSettled(client));
    expect(client.timeline(firstId(client)).map(({ key }) => key)).toEqual([clientMessageId]);
  });

  it('sends in the order of writing, one at a time, also where there are no locks', async () => {
    vi.stubGlobal('navigator', {});
    let inFlight = 0;
    let most = 0;
    scene.server.faults.onPush = (_, deliver) => {
      inFlight--;
      deliver();
    };
    scene.server.faults.onCommand = ({ name }) => {
      if (name === 'message.send') most = Math.max(most, ++inFlight);
      return 'answer';
    };
    const client = openPage();
    const texts = Array.from({ length: 20 }, (_, n) => `message ${n}`);
    await Promise.all(texts.map((text) => client.send(text)));
    await until(() => isSettled(client));
    expect(storedTexts()).toEqual(texts);
    expect(most).toBe(1);
    expect(scene.server.workspace.conversations.size).toBe(1);
  });

  it('stores once what was sent twice because the ack was lost', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const client = openPage();
    await client.send('before');
    await until(() => isSettled(client));
    let sends = 0;
    scene.server.faults.onPush = () => {};
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.send' && ++sends === 1 ? 'lose-ack' : 'answer';
    await client.send('hello');
    await until(() => sends === 1);
    await vi.advanceTimersByTimeAsync(8_000);
    await until(() => isSettled(client));
    expect(sends).toBe(2);
    expect(storedTexts()).toEqual(['before', 'hello']);
    expect(linesOf(client)).toEqual(['before (sent)', 'hello (sent)']);
  });

  it('takes the log for an ack when only the ack was lost', async () => {
    const client = openPage();
    scene.server.faults.onCommand = ({ name }) => (name === 'message.send' ? 'lose-ack' : 'answer');
    await client.send('hello');
    await until(() => isSettled(client));
    expect(linesOf(client)).toEqual(['hello (sent)']);
    expect(sentTexts()).toEqual(['hello']);
  });

  it('tries again, under the same id, what is refused for now', async () => {
    const client = openPage();
    let tries = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.send' && ++tries < 3
        ? { ok: false, code: 'busy', message: 'later', retryable: true, retryAfterMs: 10 }
        : 'answer';
    const clientMessageId = await client.send('hello');
    await until(() => isSettled(client));
    const ids = scene.server.received
      .filter(({ name }) => name === 'message.send')
      .map(({ payload }) => payload.clientMessageId);
    expect(ids).toEqual([clientMessageId, clientMessageId, clientMessageId]);
  });

  it('shows a final refusal with its reason, sends what follows, and retries as a new act', async () => {
    const client = openPage();
    scene.server.faults.onCommand = ({ name, payload }) =>
      name === 'message.send' && (payload.content as { text: string }).text === 'bad'
        ? { ok: false, code: 'forbidden', message: 'Not this.', retryable: false }
        : 'answer';
    const clientMessageId = await client.send('bad');
    await client.send('good');
    await until(() => client.getState().pending.every(({ state }) => state === 'failed'));
    expect(linesOf(client)).toEqual(['good (sent)', 'bad (failed)']);
    expect(client.getState().pending[0]?.failure).toBe('Not this.');

    scene.server.faults.onCommand = () => 'answer';
    await client.retry(clientMessageId);
    await until(() => isSettled(client));
    expect(linesOf(client)).toEqual(['good (sent)', 'bad (sent)']);
    const ids = scene.server.received.filter(({ name }) => name === 'message.send');
    expect(ids.at(-1)?.payload.clientMessageId).not.toBe(clientMessageId);
  });

  it('drops a failed message for good', async () => {
    const client = openPage();
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.send'
        ? { ok: false, code: 'forbidden', message: 'Not this.', retryable: false }
        : 'answer';
    const clientMessageId = await client.send('bad');
    await until(() => client.getState().pending[0]?.state === 'failed');
    await client.discard(clientMessageId);
    expect(client.getState().pending).toEqual([]);
    await client.close();
    const next = openPage();
    await next.resume();
    expect(next.getState().pending).toEqual([]);
  });

  it('drops for good what is discarded before the storage has opened', async () => {
    const first = openPage();
    scene.server.faults.onSession = later;
    const kept = first.send('on second thought');
    await first.discard(first.getState().pending[0]?.clientMessageId ?? '');
    await kept;
    await first.close();
    scene.server.faults.onSession = () => undefined;
    const next = openPage();
    await next.resume();
    expect(next.getState().pending).toEqual([]);
  });

  it('gives up after a day, and says so', async () => {
    const first = openPage();
    scene.server.faults.onSession = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
    });
    await first.send('old');
    await first.close();
    scene.server.faults.onSession = () => undefined;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 60 * 60 * 1000 });
    const client = openPage();
    await client.resume();
    await until(() => client.getState().pending[0]?.state === 'failed');
    expect(client.getState().pending[0]?.failure).toContain('day');
    expect(storedTexts()).toEqual([]);
  });
});

describe('receiving', () => {
  /** A client whose conversation has `hello` in it. */
  async function talk(): Promise<{ client: VisitorClient; id: string }> {
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    return { client, id: firstId(client) };
  }

  it('applies live messages once each, announces them and counts them as unread', async () => {
    const { client, id } = await talk();
    const heard: string[] = [];
    const counts: number[] = [];
    client.on('message', ({ message }) => heard.push(wordsOf(message.content)));
    client.on('unread', ({ count }) => counts.push(count));
    scene.server.faults.onPush = (_, deliver) => {
      deliver();
      deliver();
    };
    scene.server.workspace.say(id, 'one');
    scene.server.workspace.say(id, 'two');
    await until(() => heard.length === 2);
    expect(heard).toEqual(['one', 'two']);
    expect(counts).toEqual([1, 2]);
    expect(client.getState().conversations[0]?.lastMessage?.text).toBe('two');
  });

  it('closes the gap that a lost push leaves', async () => {
    const { client, id } = await talk();
    scene.server.faults.onPush = (event, deliver) => {
      if (event.seq !== 2) deliver();
    };
    scene.server.workspace.say(id, 'lost');
    scene.server.workspace.say(id, 'arrived');
    await until(() => client.timeline(id).length === 3);
    expect(linesOf(client)).toEqual(['hello (sent)', 'lost (sent)', 'arrived (sent)']);
    expect(scene.server.received.filter(({ name }) => name === 'sync')).toHaveLength(1);
  });

  it('orders what came reordered without asking', async () => {
    const { client, id } = await talk();
    const held: (() => void)[] = [];
    scene.server.faults.onPush = (_, deliver) => held.push(deliver);
    for (const text of ['one', 'two', 'three']) scene.server.workspace.say(id, text);
    for (const deliver of held.toReversed()) deliver();
    await until(() => client.timeline(id).length === 4);
    expect(linesOf(client).slice(1)).toEqual(['one (sent)', 'two (sent)', 'three (sent)']);
    expect(scene.server.received.filter(({ name }) => name === 'sync')).toEqual([]);
  });

  it('finds a lost last event by the heads', async () => {
    const window = stubWindow();
    const { client, id } = await talk();
    scene.server.faults.onPush = () => {};
    scene.server.workspace.say(id, 'lost');
    window.fire('focus');
    await until(() => client.timeline(id).length === 2);
    expect(client.getState().unreadCount).toBe(1);
  });

  it('asks for the heads by itself within half a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const { client, id } = await talk();
    scene.server.faults.onPush = () => {};
    scene.server.workspace.say(id, 'lost');
    await passTime(30_000, vi.advanceTimersByTimeAsync);
    await until(() => client.timeline(id).length === 2);
    expect(client.getState().unreadCount).toBe(1);
  });

  it('asks every few seconds while the server is degraded, until the next hello', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const { client, id } = await talk();
    scene.server.faults.onPush = () => {};
    scene.server.signal({ type: 'server.degraded' });
    await until(() => client.getState().connection.status === 'online');
    scene.server.workspace.say(id, 'lost');
    await passTime(5_000, vi.advanceTimersByTimeAsync);
    await until(() => client.timeline(id).length === 2);
    const heads = () => scene.server.received.filter(({ name }) => name === 'heads').length;
    await passTime(10_000, vi.advanceTimersByTimeAsync);
    expect(heads()).toBeGreaterThan(2);
    scene.server.disconnectAll();
    await until(() => !isOnline(client));
    await passTime(1_000, vi.advanceTimersByTimeAsync);
    await until(() => isOnline(client));
    const before = heads();
    await passTime(15_000, vi.advanceTimersByTimeAsync);
    expect(heads()).toBe(before);
  });

  it.each([
    ['nothing at all', undefined],
    ['no object', 7],
    ['no seq', { conversationId: 'cv_x', type: 'message.created' }],
    ['a predecessor above itself', { conversationId: 'cv_x', type: 'x', seq: 1, prev: 2 }],
  ])('survives an event that is %s, and looks for what it was', async (_, frame) => {
    const { client, id } = await talk();
    scene.server.faults.onPush = () => {};
    scene.server.workspace.say(id, 'lost');
    scene.server.frame('event', frame);
    scene.server.frame('signal', frame);
    await until(() => client.timeline(id).length === 2);
    expect(isOnline(client)).toBe(true);
  });

  it('steps over event types that it does not know', async () => {
    const { client, id } = await talk();
    scene.server.workspace.append(id, {
      type: 'conversation.rated',
      actor: { kind: 'visitor', id: 'vi_x' },
      via: 'widget',
      clientEventId: 'cl_rated',
    } as never);
    scene.server.frame('event', {
      ...scene.server.workspace.conversations.get(id)?.events[1],
      prev: 1,
    });
    scene.server.frame('event', { ...scene.server.workspace.say(id, 'after'), prev: 2 });
    await until(() => client.getState().logs[id]?.have === 3);
    expect(linesOf(client)).toEqual(['hello (sent)', 'after (sent)']);
  });

  it('does not see what is for agents only, and misses nothing by it', async () => {
    const { client, id } = await talk();
    const actor = { kind: 'agent', id: 'ag_test' } as const;
    scene.server.workspace.append(id, {
      type: 'conversation.assigned',
      actor,
      via: 'console',
      clientEventId: 'cl_1',
      assignee: { agentId: 'ag_test' },
    });
    scene.server.workspace.say(id, 'hello you');
    await until(() => client.timeline(id).length === 2);
    expect(client.getState().logs[id]?.events.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(scene.server.received.filter(({ name }) => name === 'sync')).toEqual([]);
  });

  it('shows marks as the other side moves on, and keeps the time of reading', async () => {
    const { client, id } = await talk();
    const participant = { kind: 'agent', id: 'team' } as const;
    const move = (delivered: number, read: number, readAt: string | null) =>
      scene.server.signal({
        type: 'cursor',
        conversationId: id,
        cursor: { participant, delivered, deliveredAt: readAt, read, readAt },
      });
    move(1, 0, null);
    await until(() => linesOf(client)[0] === 'hello (delivered)');
    move(1, 1, '2026-01-01T00:00:00.000Z');
    await until(() => linesOf(client)[0] === 'hello (read)');
    await client.send('again');
    await until(() => isSettled(client));
    move(0, 0, null);
    move(2, 2, '2026-01-02T00:00:00.000Z');
    await until(() => linesOf(client)[1] === 'again (read)');
    const lines = client.timeline(id);
    expect(lines.map((line) => line.kind === 'message' && line.readAt)).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-02T00:00:00.000Z',
    ]);
  });

  it('shows who types until they stop, write or fall silent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const { client, id } = await talk();
    const actor = { kind: 'agent', id: 'ag_test', name: 'Support' } as const;
    const told: unknown[] = [];
    client.on('typing', ({ isTyping, name }) => told.push([isTyping, name]));
    const typing = (isTyping: boolean) =>
      scene.server.signal({ type: 'typing', conversationId: id, actor, isTyping });
    typing(true);
    await until(() => told.length === 1);
    typing(false);
    await until(() => told.length === 2);
    typing(true);
    await until(() => told.length === 3);
    scene.server.workspace.say(id, 'written');
    await until(() => told.length === 4);
    typing(true);
    await until(() => told.length === 5);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(told).toEqual([
      [true, 'Support'],
      [false, null],
      [true, 'Support'],
      [false, null],
      [true, 'Support'],
      [false, null],
    ]);
  });

  it('sends typing sparingly and stops by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const { client, id } = await talk();
    const told = () =>
      scene.server.received.flatMap(({ name, payload }) =>
        name === 'typing.set' ? payload.isTyping : [],
      );
    for (let press = 0; press < 8; press++) {
      client.setTyping(id, true);
      await vi.advanceTimersByTimeAsync(500);
    }
    await until(() => told().length === 2);
    expect(told()).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(5_000);
    await until(() => told().length === 3);
    expect(told()).toEqual([true, true, false]);
  });

  it('tells the server what arrived and what was read, in few words', async () => {
    const { client, id } = await talk();
    scene.server.workspace.say(id, 'one');
    scene.server.workspace.say(id, 'two');
    const moves = () => scene.server.received.filter(({ name }) => name === 'cursor.advance');
    await until(() => moves().length === 1);
    expect(moves()[0]?.payload).toMatchObject({ delivered: 3 });
    client.markRead(id, 2);
    expect(client.getState().unreadCount).toBe(1);
    client.markRead(id, 3);
    client.markRead(id, 1);
    expect(client.getState().unreadCount).toBe(0);
    await until(() => moves().length === 2);
    expect(moves()[1]?.payload).toMatchObject({ read: 3 });
  });

  it('tells again what was read and could not be told, when the visitor comes back', async () => {
    const window = stubWindow();
    const { client, id } = await talk();
    scene.server.workspace.say(id, 'one');
    await until(() => client.timeline(id).length === 2);
    const moves = () => scene.server.received.filter(({ name }) => name === 'cursor.advance');
    scene.server.faults.onCommand = ({ name }) => (name === 'cursor.advance' ? later() : 'answer');
    client.markRead(id, 2);
    await until(() => moves().length === 1);
    scene.server.faults.onCommand = () => 'answer';
    await until(() => isOnline(client));
    window.fire('focus');
    await until(() => moves().length === 2);
    expect(moves()[1]?.payload).toMatchObject({ read: 2 });
  });

  it('answers the same timeline, and the same lines, while nothing of them changed', async () => {
    const { client, id } = await talk();
    const before = client.timeline(id);
    client.setPage({ url: 'https://shop.example/', title: 'Shop' });
    scene.server.signal({
      type: 'presence',
      actor: { kind: 'agent', id: 'team' },
      status: 'offline',
    });
    await until(() => !client.getState().isTeamOnline);
    expect(client.timeline(id)).toBe(before);
    // Nobody can tell: no visitor is sent away for that, as in the hello.
    scene.server.signal({
      type: 'presence',
      actor: { kind: 'agent', id: 'team' },
      status: 'unknown',
    });
    await until(() => client.getState().isTeamOnline);
    scene.server.workspace.say(id, 'new');
    await until(() => client.timeline(id).length === 2);
    expect(client.timeline(id)[0]).toBe(before[0]);
  });

  it('does not let one listener break the others', async () => {
    const { client, id } = await talk();
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
    const heard: MessageCreated[] = [];
    client.on('message', () => {
      throw new Error('broken listener');
    });
    client.on('message', ({ message }) => heard.push(message));
    scene.server.workspace.say(id, 'new');
    await until(() => heard.length === 1);
    await expect(uncaught).resolves.toMatchObject({ message: 'broken listener' });
  });

  it('tells listeners last what is true last, when one of them changes something', async () => {
    const { client, id } = await talk();
    const counts: number[] = [];
    client.on('unread', ({ count }) => counts.push(count));
    client.subscribe(() => client.markRead(id, client.getState().logs[id]?.have ?? 0));
    scene.server.workspace.say(id, 'new');
    await until(() => counts.length === 2);
    expect(counts).toEqual([1, 0]);
    expect(client.getState().unreadCount).toBe(0);
  });

  it('stops calling a listener that was taken off', async () => {
    const { client, id } = await talk();
    const heard: string[] = [];
    const stop = client.on('message', ({ message }) => heard.push(wordsOf(message.content)));
    scene.server.workspace.say(id, 'one');
    await until(() => heard.length === 1);
    stop();
    stop();
    scene.server.workspace.say(id, 'two');
    await until(() => client.timeline(id).length === 3);
    expect(heard).toEqual(['one']);
  });
});

describe('catching up', () => {
  it.each([1, 199, 200, 201, 1000, 1001])(
    'has the same log as the server after missing %i events',
    async (missed) => {
      const client = openPage();
      await client.send('hello');
      await until(() => isSettled(client));
      const id = firstId(client);
      scene.server.faults.onHandshake = () => ({
        ok: false,
        code: 'busy',
        message: 'later',
        retryable: true,
        retryAfterMs: 20,
      });
      scene.server.disconnectAll();
      await until(() => !isOnline(client));
      for (let n = 0; n < missed; n++) scene.server.workspace.say(id, `missed ${n}`);
      scene.server.faults.onHandshake = () => undefined;
      await until(() => client.getState().logs[id]?.have === missed + 1);
      const log = scene.server.workspace.conversations.get(id)?.events ?? [];
      const held = client.getState().logs[id]?.events ?? [];
      expect(held.map(({ seq }) => seq)).toEqual(
        (missed > 1000 ? log.slice(-200) : log).map(({ seq }) => seq),
      );
      expect(client.getState().unreadCount).toBe(Math.min(missed, 100));
    },
  );

  it('reads history upwards to the beginning after a reset', async () => {
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    const id = firstId(client);
    await client.close();
    for (let n = 0; n < 120; n++) scene.server.workspace.say(id, `missed ${n}`);
    const next = openPage();
    await next.resume();
    await next.openConversation(id);
    expect(next.getState().logs[id]).toMatchObject({ isLoaded: true, hasOlder: true });
    while (next.getState().logs[id]?.hasOlder) await next.loadOlder(id);
    expect(next.timeline(id)).toHaveLength(121);
    expect(next.getState().logs[id]?.isLoadingOlder).toBe(false);
  });

  it('begins again where a server restored from a backup has less than was held', async () => {
    const window = stubWindow();
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    const id = firstId(client);
    for (const text of ['kept', 'lost', 'lost']) scene.server.workspace.say(id, text);
    await until(() => client.timeline(id).length === 4);
    const restored = scene.server.workspace.find(id);
    restored.events.splice(2);
    restored.row = { ...restored.row, appliedSeq: 2 };
    scene.server.faults.onPush = () => {};
    scene.server.workspace.say(id, 'after');
    window.fire('focus');
    await until(() => client.timeline(id).length === 3);
    expect(linesOf(client)).toEqual(['hello (sent)', 'kept (sent)', 'after (sent)']);
    expect(client.getState().logs[id]).toMatchObject({ have: 3, head: 3 });
  });

  it('goes on until the server answers', async () => {
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    const id = firstId(client);
    let refusals = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'sync' && ++refusals < 4
        ? { ok: false, code: 'store_unavailable', message: 'x', retryable: true, retryAfterMs: 5 }
        : 'answer';
    scene.server.faults.onPush = (event, deliver) => {
      if (event.seq > 2) deliver();
    };
    scene.server.workspace.say(id, 'one');
    scene.server.workspace.say(id, 'two');
    await until(() => client.timeline(id).length === 3);
    expect(refusals).toBe(4);
  });
});

describe('pushes that are dropped, doubled and shuffled at random', () => {
  it.each([1, 2, 3, 4, 5])('end as the server’s log, in order (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const window = stubWindow();
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    const id = firstId(client);
    const shown: number[] = [];
    client.subscribe(() => shown.push(client.getState().logs[id]?.have ?? 0));
    const heard: string[] = [];
    client.on('message', ({ message }) => heard.push(wordsOf(message.content)));
    let held: (() => void)[] = [];
    scene.server.faults.onPush = (_, deliver) => {
      const fate = random();
      if (fate < 0.25) return;
      held.push(deliver);
      if (fate < 0.5) held.push(deliver);
      if (fate < 0.7) return;
      for (const late of held.sort(() => random() - 0.5)) late();
      held = [];
    };
    for (let n = 0; n < 60; n++) {
      scene.server.workspace.say(id, `message ${n}`);
      if (n % 20 === 10) scene.server.disconnectAll();
      if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random() * 20));
    }
    await until(() => isOnline(client));
    window.fire('focus');
    await until(() => client.getState().logs[id]?.have === 61);
    const { events, buffer } = client.getState().logs[id] ?? { events: [], buffer: [] };
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, n) => n + 1));
    expect(buffer).toEqual([]);
    expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    expect(heard).toEqual(Array.from({ length: 60 }, (_, n) => `message ${n}`));
    expect(client.getState().unreadCount).toBe(60);
  });
});

describe('across pages', () => {
  it('shows on the next page what was answered meanwhile, with the panel closed', async () => {
    const first = openPage();
    await first.send('hello');
    await until(() => isSettled(first));
    const id = firstId(first);
    await first.close();
    scene.server.workspace.say(id, 'answer');

    const next = openPage();
    const heard: string[] = [];
    next.on('message', ({ message }) => heard.push(wordsOf(message.content)));
    await next.resume();
    await until(() => isOnline(next));
    expect(next.getState().unreadCount).toBe(1);
    expect(next.getState().conversations[0]?.lastMessage).toMatchObject({ text: 'answer' });
    scene.server.workspace.say(id, 'more');
    await until(() => heard.length === 1);
    expect(next.getState().unreadCount).toBe(2);
    await next.openConversation(id);
    expect(linesOf(next)).toEqual(['hello (sent)', 'answer (sent)', 'more (sent)']);
    expect(heard).toEqual(['more']);
    expect(scene.server.sessionsAsked).toHaveLength(2);
    expect(scene.server.sessionsAsked[1]?.refreshToken).toBeTypeOf('string');
  });

  it.each([
    ['IndexedDB', 'indexeddb', () => scene.siteData],
    ['localStorage', 'localstorage', () => ({ localStorage: scene.siteData.localStorage })],
  ] as const)('sends after a reload what was written offline, from %s', async (_, kind, denied) => {
    stubSiteData(denied());
    scene.server.faults.onSession = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
    });
    const first = openPage();
    const texts = Array.from({ length: 30 }, (__, n) => `offline ${n}`);
    for (const text of texts) await first.send(text);
    expect(first.getState().outboxStorage).toBe(kind);
    await first.close();

    scene.server.faults.onSession = () => undefined;
    const next = openPage();
    await next.resume();
    expect(linesOf(next)).toHaveLength(30);
    await until(() => isSettled(next));
    expect(storedTexts()).toEqual(texts);
    expect(scene.server.workspace.conversations.size).toBe(1);
    await next.close();
    const last = openPage();
    await last.resume();
    expect(last.getState().pending).toEqual([]);
  });

  it('works without any storage, and says that nothing is kept', async () => {
    stubSiteData({});
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    expect(client.getState().outboxStorage).toBe('memory');
    expect(storedTexts()).toEqual(['hello']);
  });

  it('turns to memory when storage gives out, and says so', async () => {
    const client = openPage();
    await client.send('hello');
    expect(client.getState().outboxStorage).toBe('indexeddb');
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await client.send('again');
    expect(client.getState().outboxStorage).toBe('memory');
    await until(() => isSettled(client));
    expect(storedTexts()).toEqual(['hello', 'again']);
  });

  it('sends what an earlier page has kept, although the storage cannot be read any more', async () => {
    const first = openPage();
    scene.server.faults.onSession = later;
    await first.send('offline');
    await first.close();
    const next = openPage();
    await next.resume();
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(() => {
      throw new DOMException('lost', 'UnknownError');
    });
    scene.server.faults.onSession = () => undefined;
    await until(() => isSettled(next));
    expect(storedTexts()).toEqual(['offline']);
  });

  it('writes on in the known conversation before the server was reached', async () => {
    const first = openPage();
    await first.send('hello');
    await until(() => isSettled(first));
    await first.close();
    scene.server.faults.onSession = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
    });
    const next = openPage();
    await next.resume();
    await next.send('offline');
    expect(linesOf(next)).toEqual(['offline (waiting)']);
    scene.server.faults.onSession = () => undefined;
    await until(() => isSettled(next));
    expect(scene.server.workspace.conversations.size).toBe(1);
    expect(storedTexts()).toEqual(['hello', 'offline']);
  });

  it('sends once what two tabs find in the outbox', async () => {
    scene.server.faults.onSession = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
    });
    const first = openPage();
    for (const text of ['one', 'two', 'three']) await first.send(text);
    const second = openPage();
    await second.resume();
    expect(linesOf(second)).toHaveLength(3);
    scene.server.faults.onSession = () => undefined;
    await until(() => isSettled(first) && isSettled(second));
    expect(storedTexts()).toEqual(['one', 'two', 'three']);
    await Promise.all([first, second].map((tab) => tab.openConversation(firstId(tab))));
    expect(linesOf(first)).toHaveLength(3);
    expect(linesOf(second)).toEqual(linesOf(first));
  });

  it('sends as a new visitor what is unsent when the old session has ended, and says that the thread is lost', async () => {
    const first = openPage();
    await first.send('hello');
    await until(() => isSettled(first));
    await first.close();
    scene.server.forgetSessions();
    const next = openPage();
    await next.resume();
    await next.send('are you there?');
    await until(() => isSettled(next));
    expect(next.getState().isThreadLost).toBe(true);
    expect(linesOf(next)).toEqual(['are you there? (sent)']);
    expect(scene.server.workspace.conversations.size).toBe(2);
    expect(next.getState().conversations).toHaveLength(1);
  });

  it('finds out that the thread is lost also when it writes at once', async () => {
    const first = openPage();
    await first.send('hello');
    await until(() => isSettled(first));
    await first.close();
    scene.server.forgetSessions();
    const next = openPage();
    await next.send('are you there?');
    await until(() => isSettled(next));
    expect(next.getState().isThreadLost).toBe(true);
    expect(linesOf(next)).toEqual(['are you there? (sent)']);
  });

  it('has no visitor made for who signs out while the page resumes', async () => {
    const first = openPage();
    await first.send('hello');
    await until(() => isSettled(first));
    await first.close();
    const next = openPage();
    await Promise.all([next.resume(), next.signOut()]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(next.getState()).toMatchObject({ hasSession: false, connection: { status: 'idle' } });
    expect(scene.server.sessionsAsked).toHaveLength(1);
  });

  it('shows the next visitor nothing of what was being read when another tab signed out', async () => {
    const window = stubWindow();
    const first = openPage();
    scene.server.faults.onSession = later;
    await first.send('private');
    await first.close();
    const next = openPage();
    const resumed = next.resume();
    window.fire('storage', { key: Object.keys(scene.siteData.localStorage)[0], newValue: null });
    await resumed;
    expect(next.getState()).toMatchObject({ hasSession: false, pending: [] });
  });

  /** The browser is killed: of what the page stored, only what is in IndexedDB was written down. */
  async function kill(client: VisitorClient): Promise<void> {
    await client.close();
    stubSiteData({ ...scene.siteData, localStorage: createLocalStorage() });
  }

  it('sends what was written before a browser was killed that did not yet know its visitor', async () => {
    scene.server.faults.onSession = later;
    const first = openPage();
    await first.send('one');
    await first.send('two');
    await kill(first);
    const next = openPage();
    await next.resume();
    expect(linesOf(next)).toEqual(['one (waiting)', 'two (waiting)']);
    await next.send('three');
    scene.server.faults.onSession = () => undefined;
    await until(() => isSettled(next));
    expect(storedTexts()).toEqual(['one', 'two', 'three']);
    expect(scene.server.workspace.conversations.size).toBe(1);
  });

  it('finds nothing of a visitor whom the site has forgotten by clearing its storage', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    scene.server.faults.onSession = later;
    const first = openPage();
    await first.send('one');
    vi.setSystemTime(Date.now() + 61_000);
    await first.send('two');
    await kill(first);
    const next = openPage();
    await next.resume();
    expect(next.getState()).toMatchObject({ hasSession: false, pending: [] });
    expect(await scene.siteData.indexedDB.databases()).toHaveLength(1);
  });

  it('leaves other outboxes of the site alone, and does without where they cannot be listed', async () => {
    const other = openPage('wk_test2');
    scene.server.faults.onSession = later;
    await other.send('elsewhere');
    await kill(other);
    const client = openPage();
    await client.resume();
    expect(client.getState().pending).toEqual([]);
    Object.assign(scene.siteData.indexedDB, { databases: undefined });
    await client.resume();
    expect(client.getState().hasSession).toBe(false);
  });

  it('makes no new visitor when the site clears its storage', async () => {
    const window = stubWindow();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    await scene.replaceServer({ accessLifeMs: 20_000 });
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    for (const key of Object.keys(scene.siteData.localStorage))
      scene.siteData.localStorage.removeItem(key);
    await passTime(30_000, vi.advanceTimersByTimeAsync);
    expect(scene.server.sessionsAsked).toHaveLength(1);
    window.fire('storage', { key: null, newValue: null });
    expect(client.getState()).toMatchObject({ hasSession: false, connection: { status: 'idle' } });
  });

  it('forgets everything on signing out, in every tab, and can be used again', async () => {
    const window = stubWindow();
    const first = openPage();
    await first.send('hello');
    await until(() => isSettled(first));
    const key = Object.keys(scene.siteData.localStorage)[0] ?? '';
    await first.signOut();
    expect(first.getState()).toMatchObject({ hasSession: false, conversations: [], pending: [] });
    expect(Object.keys(scene.siteData.localStorage)).toEqual([]);
    await vi.waitFor(async () => expect(await scene.siteData.indexedDB.databases()).toEqual([]));
    await first.send('somebody else');
    await until(() => isSettled(first));
    expect(
      new Set([...scene.server.workspace.conversations.values()].map(({ row }) => row.visitorId))
        .size,
    ).toBe(2);
    window.fire('storage', { key, newValue: null });
    expect(first.getState()).toMatchObject({ hasSession: false, connection: { status: 'idle' } });
  });
});

describe('the connection', () => {
  it('comes back after a loss, and tells so', async () => {
    const client = openPage();
    const states: string[] = [];
    client.on('connection', ({ status }) => states.push(status));
    await client.send('hello');
    await until(() => isSettled(client));
    scene.server.disconnectAll();
    await until(() => states.length >= 4);
    expect(states.slice(0, 4)).toEqual(['connecting', 'online', 'reconnecting', 'online']);
  });

  it('renews a refused token once, without a word', async () => {
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    let refusals = 0;
    scene.server.faults.onHandshake = () =>
      refusals++
        ? undefined
        : { ok: false, code: 'unauthenticated', message: 'expired', retryable: false };
    scene.server.disconnectAll();
    await until(() => isOnline(client) && refusals === 2);
    expect(scene.server.sessionsAsked).toHaveLength(2);
    expect(new Set(scene.server.handshakes.map(({ accessToken }) => accessToken)).size).toBe(2);
  });

  it('renews the token before it ends, on the open connection', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    await scene.replaceServer({ accessLifeMs: 20_000 });
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    await passTime(17_500, vi.advanceTimersByTimeAsync);
    const renewals = () => scene.server.received.filter(({ name }) => name === 'session.renew');
    await until(() => renewals().length > 0);
    expect(scene.server.handshakes).toHaveLength(1);
    expect(scene.server.sessionsAsked).toHaveLength(2);
  });

  it('ends in words when trying again is of no use', async () => {
    scene.server.faults.onSession = () => ({
      ok: false,
      code: 'origin_not_allowed',
      message: 'This site may not use this chat.',
      retryable: false,
    });
    const client = openPage();
    const errors: ChatError[] = [];
    client.on('error', (error) => errors.push(error));
    await client.send('hello');
    await until(() => client.getState().connection.status === 'refused');
    expect(client.getState().connection).toMatchObject({
      reason: 'This site may not use this chat.',
      code: 'origin_not_allowed',
    });
    expect(errors).toMatchObject([{ code: 'origin_not_allowed' }]);
    expect(linesOf(client)).toEqual(['hello (waiting)']);
  });

  it('comes back when a draining server said, not earlier', async () => {
    const window = stubWindow();
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    scene.server.signal({ type: 'server.drain', afterMs: 400 });
    const lostAt = Date.now();
    scene.server.disconnectAll();
    await until(() => !isOnline(client));
    window.fire('online');
    await until(() => isOnline(client));
    expect(Date.now() - lostAt).toBeGreaterThanOrEqual(390);
  });

  it('tries at once when the network is back', async () => {
    const window = stubWindow();
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const client = openPage();
    let isDown = true;
    scene.server.faults.onSession = () =>
      isDown ? { ok: false, code: 'busy', message: 'later', retryable: true } : undefined;
    await client.send('hello');
    await until(() => client.getState().connection.status === 'reconnecting');
    isDown = false;
    window.fire('online');
    await until(() => isSettled(client));
    expect(storedTexts()).toEqual(['hello']);
  });

  describe('that answers nothing', () => {
    // Pauses are of faked time, which hardly passes while a busy machine waits.
    const passUntil = async (condition: () => boolean) => {
      for (let waits = 0; waits < 200 && !condition(); waits++) {
        await passTime(100, vi.advanceTimersByTimeAsync);
      }
      expect(condition()).toBe(true);
    };

    /** A client whose first connection falls silent to these commands. */
    async function openSilent(isSilentTo: (name: string) => boolean): Promise<VisitorClient> {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
      const client = openPage();
      await client.send('hello');
      await until(() => isSettled(client));
      scene.server.faults.onCommand = ({ name }) =>
        scene.server.handshakes.length === 1 && isSilentTo(name) ? 'silence' : 'answer';
      await client.send('unanswered');
      await passUntil(() => sentTexts().length === 2);
      return client;
    }

    it('is taken for lost when nothing else came meanwhile', async () => {
      const client = await openSilent(() => true);
      await passTime(8_100, vi.advanceTimersByTimeAsync);
      await passUntil(() => isSettled(client));
      expect(sentTexts()).toHaveLength(3);
      expect(scene.server.handshakes).toHaveLength(2);
      expect(storedTexts()).toEqual(['hello', 'unanswered']);
    });

    it('is taken for lost at the second silence in a row when other things came meanwhile', async () => {
      const client = await openSilent((name) => name === 'message.send');
      const told: boolean[] = [];
      client.on('typing', ({ isTyping }) => told.push(isTyping));
      const conversationId = client.getState().conversations[0]?.id ?? '';
      // Falls silent again while the client waits.
      const hearTyping = async () => {
        const actor = { kind: 'agent', id: 'ag_test', name: 'Support' } as const;
        scene.server.signal({ type: 'typing', conversationId, actor, isTyping: true });
        await until(() => told.at(-1) === true);
      };
      await hearTyping();
      await passTime(8_100, vi.advanceTimersByTimeAsync);
      expect(scene.server.handshakes).toHaveLength(1);
      await passUntil(() => sentTexts().length === 3);
      await hearTyping();
      await passTime(8_100, vi.advanceTimersByTimeAsync);
      await passUntil(() => isSettled(client));
      expect(sentTexts()).toHaveLength(4);
      expect(scene.server.handshakes).toHaveLength(2);
      expect(storedTexts()).toEqual(['hello', 'unanswered']);
    });
  });

  it('says that there is no network, and keeps what is written meanwhile', async () => {
    const window = stubWindow();
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    vi.stubGlobal('navigator', { onLine: false });
    scene.server.faults.onHandshake = () => ({
      ok: false,
      code: 'busy',
      message: 'x',
      retryable: true,
    });
    window.fire('offline');
    await until(() => client.getState().connection.status === 'offline');
    await client.send('offline');
    expect(linesOf(client)).toEqual(['hello (sent)', 'offline (waiting)']);
    scene.server.faults.onHandshake = () => undefined;
    vi.stubGlobal('navigator', { onLine: true });
    window.fire('online');
    await until(() => isSettled(client));
    expect(linesOf(client)).toEqual(['hello (sent)', 'offline (sent)']);
  });

  it('tells the server who the visitor is as soon as there is one', async () => {
    const client = openPage();
    await client.identify({ name: 'Shopper' });
    await client.identify({ email: 'shopper@shop.example' });
    await client.send('hello');
    await until(() => isSettled(client));
    const told = () => scene.server.received.filter(({ name }) => name === 'contact.identify');
    await until(() => told().length === 1);
    expect(told()[0]?.payload).toEqual({ name: 'Shopper', email: 'shopper@shop.example' });
    scene.server.faults.onCommand = ({ name }) =>
      name === 'contact.identify'
        ? { ok: false, code: 'invalid', message: 'No e-mail address.', retryable: false }
        : 'answer';
    await expect(client.identify({ email: 'nonsense' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('tries again when the request for a session is never answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    vi.stubGlobal('navigator', {});
    const fetch = vi.spyOn(globalThis, 'fetch').mockReturnValueOnce(new Promise(() => {}));
    const client = openPage();
    await client.send('hello');
    await until(() => fetch.mock.calls.length === 1);
    await passTime(16_000, vi.advanceTimersByTimeAsync);
    await until(() => isSettled(client));
    expect(storedTexts()).toEqual(['hello']);
  });

  it.each(['while it resumes', 'by who hears that it is online'])(
    'leaves nothing behind when it is closed %s',
    async (moment) => {
      const window = stubWindow();
      const first = openPage();
      await first.send('hello');
      await until(() => isSettled(first));
      await first.close();
      await until(() => scene.server.connectionCount === 0);

      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
      const client = openPage();
      client.on('connection', ({ status }) => status === 'online' && void client.close());
      const resumed = client.resume();
      if (moment === 'while it resumes') await client.close();
      await resumed;
      await until(() => moment === 'while it resumes' || window.listenerCount() === 0);
      await client.send('unsent');
      // Timers of the server and of Node's sockets end by themselves; a client's would go on for ever.
      await passTime(60_000, vi.advanceTimersByTimeAsync);
      expect(vi.getTimerCount()).toBe(0);
      expect(scene.server.connectionCount).toBe(0);
      expect(scene.server.sessionsAsked).toHaveLength(moment === 'while it resumes' ? 1 : 2);
    },
  );

  it('leaves no timer, listener or connection behind', async () => {
    const window = stubWindow();
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    client.setTyping(firstId(client), true);
    scene.server.workspace.say(firstId(client), 'answer');
    await until(() => client.getState().unreadCount === 1);
    await client.close();
    expect(window.listenerCount()).toBe(0);
    await until(() => scene.server.connectionCount === 0);
    const before = client.getState();
    scene.server.workspace.say(firstId(client), 'unheard');
    vi.useFakeTimers();
    expect(vi.getTimerCount()).toBe(0);
    expect(client.getState()).toBe(before);
  });
});

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a hello', () => {
  it('that was made before a conversation began does not take it away', async () => {
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    const serverTime = new Date().toISOString();
    const { visitorId } = client.getState();
    scene.server.frame('hello', {
      protocol: 1,
      serverTime,
      visitorId,
      conversations: [],
      isTeamOnline: true,
    });
    await until(() => client.getState().isTeamOnline);
    expect(linesOf(client)).toEqual(['hello (sent)']);
  });

  it('that comes again on the same connection has everything looked at again', async () => {
    const client = openPage();
    await client.send('hello');
    await until(() => isSettled(client));
    scene.server.faults.onPush = () => {};
    scene.server.workspace.say(firstId(client), 'lost');
    const reader = { kind: 'visitor', id: client.getState().visitorId ?? '' } as const;
    const states: string[] = [];
    client.on('connection', ({ status }) => states.push(status));
    scene.server.frame('hello', scene.server.workspace.helloFor(reader));
    await until(() => linesOf(client).length === 2);
    expect(states).toEqual([]);
  });
});
