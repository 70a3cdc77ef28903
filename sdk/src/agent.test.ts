import { type Signal, textOf } from '@alcove/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { AgentClient, AgentClientOptions } from './agent-client.ts';
import { type AgentAction, type AgentState, initialAgentState } from './agent-state.ts';
import { reduceAgent } from './reduce-agent.ts';
import { createStore } from './store.ts';
import { passTime } from './testing/pass-time.ts';
import { FAKE_AGENT } from './testing/fake-workspace.ts';
import { isOnline, setScene, until } from './testing/scene.ts';

const scene = setScene();
const { connectAgent: connect, asked } = scene;

/** A conversation of its own visitor with so many messages, alternating, the visitor's first. */
function seed(count: number): string {
  const { id } = scene.server.workspace.open(
    `vi_${scene.server.workspace.conversations.size}`,
    '',
  ).row;
  for (let n = 1; n <= count; n++) {
    if (n % 2) scene.server.workspace.hear(id, `question ${n}`);
    else scene.server.workspace.say(id, `answer ${n}`);
  }
  return id;
}

const idsOf = (client: AgentClient) => client.getState().views.all.conversationIds;

describe('the inbox', () => {
  it('is loaded page by page, and waits for the connection', async () => {
    const ids = Array.from({ length: 60 }, () => seed(1));
    const client = connect();
    await client.loadInbox('all');
    expect(idsOf(client)).toHaveLength(50);
    await Promise.all([client.loadInbox('all'), client.loadInbox('all')]);
    expect(new Set(idsOf(client))).toEqual(new Set(ids));
    expect(client.getState().views.all).toMatchObject({ next: null, isLoading: false });
    await client.loadInbox('all');
    expect(asked('inbox.list')).toHaveLength(2);
  });

  it('follows live events, new conversations too, and announces visitors’ messages once', async () => {
    const known = seed(1);
    const client = connect();
    const heard: string[] = [];
    client.on('message', ({ row }) => heard.push(row.lastMessage?.text ?? ''));
    await client.loadInbox('all');
    scene.server.faults.onPush = (_, deliver) => {
      deliver();
      deliver();
    };
    scene.server.workspace.hear(known, 'again');
    scene.server.workspace.say(known, 'answer');
    await until(() => client.getState().rows[known]?.appliedSeq === 3);
    const unknown = seed(1);
    await until(() => idsOf(client)[0] === unknown);
    expect(heard).toEqual(['again', 'question 1']);
    expect(client.getState().counts?.all).toBe(2);
  });

  it('finds by itself what no push told', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const id = seed(1);
    const client = connect();
    await client.loadInbox('all');
    scene.server.faults.onPush = () => {};
    scene.server.workspace.hear(id, 'lost');
    const other = seed(1);
    await passTime(30_000, vi.advanceTimersByTimeAsync);
    await until(() => idsOf(client).includes(other));
    expect(client.getState().rows[id]).toMatchObject({ appliedSeq: 2, unread: 2 });
  });

  it('catches up after a lost connection, without a word for what was known', async () => {
    const [first, second] = [seed(1), seed(1)];
    const client = connect();
    await client.loadInbox('all');
    const heard: string[] = [];
    client.on('message', ({ conversationId }) => heard.push(conversationId));
    scene.server.disconnectAll();
    scene.server.workspace.hear(first ?? '', 'meanwhile');
    await until(() => isOnline(client) && client.getState().rows[first ?? '']?.appliedSeq === 2);
    expect(idsOf(client)).toEqual([first, second]);
    expect(heard).toEqual([first]);
  });

  it('announces a message also when its row was read before the inbox caught up', async () => {
    const id = seed(1);
    const client = connect();
    await client.loadInbox('all');
    const heard: string[] = [];
    client.on('message', ({ row }) => heard.push(row.lastMessage?.text ?? ''));
    let isHeld = true;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'inbox.sync' && isHeld
        ? { ok: false, code: 'busy', message: 'x', retryable: true, retryAfterMs: 20 }
        : 'answer';
    scene.server.disconnectAll();
    scene.server.workspace.hear(id, 'meanwhile');
    await until(() => client.getState().rows[id]?.appliedSeq === 2);
    isHeld = false;
    await until(() => heard.length === 1);
    expect(heard).toEqual(['meanwhile']);
  });

  it('looks again for what was heard of while it was being caught up', async () => {
    const window = scene.stubWindow();
    seed(1);
    const client = connect();
    await client.loadInbox('all');
    let tries = 0;
    scene.server.faults.onCommand = ({ name }) => {
      if (name !== 'inbox.sync' || ++tries > 1) return 'answer';
      // Much longer than what is heard of waits before it is looked for.
      return { ok: false, code: 'busy', message: 'x', retryable: true, retryAfterMs: 2_000 };
    };
    window.fire('focus');
    await until(() => tries === 1);
    const other = seed(1);
    await until(() => tries === 3);
    expect(idsOf(client)[0]).toBe(other);
  });

  it('begins again when its cursor is of no use any more', async () => {
    const window = scene.stubWindow();
    const id = seed(1);
    const client = connect();
    await client.loadInbox('all');
    let refusals = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'inbox.sync' && !refusals++
        ? { ok: false, code: 'invalid', message: 'unreadable', retryable: false }
        : 'answer';
    scene.server.faults.onPush = () => {};
    scene.server.workspace.hear(id, 'lost');
    window.fire('focus');
    await until(() => client.getState().rows[id]?.appliedSeq === 2);
    expect(asked('inbox.list')).toHaveLength(2);
  });
});

describe('a conversation', () => {
  it('is read, followed, read upwards and let go', async () => {
    const id = seed(80);
    const client = connect();
    await client.openConversation(id);
    expect(client.timeline(id)).toHaveLength(50);
    expect(client.getState().rows[id]).toMatchObject({ appliedSeq: 80 });
    scene.server.workspace.hear(id, 'live');
    await until(() => client.timeline(id).length === 51);
    await client.loadOlder(id);
    expect(client.timeline(id)).toHaveLength(81);
    client.closeConversation(id);
    expect(client.getState().logs).toEqual({});
    scene.server.workspace.hear(id, 'unfollowed');
    await until(() => client.getState().rows[id]?.appliedSeq === 82);
  });

  it('that does not exist is refused, and not kept', async () => {
    const client = connect();
    await expect(client.openConversation('cv_none')).rejects.toMatchObject({ code: 'not_found' });
    expect(client.getState().logs).toEqual({});
  });

  it('is answered in the order of writing, also when it is not open', async () => {
    const [open, closed] = [seed(1), seed(1)];
    const client = connect();
    await client.openConversation(open ?? '');
    for (const text of ['one', 'two', 'three']) {
      await client.send(open ?? '', text);
      await client.send(closed ?? '', text, { assignsSelf: true });
    }
    await until(() => client.getState().pending.length === 0);
    for (const id of [open, closed]) {
      const { events, row } = scene.server.workspace.find(id ?? '');
      const texts = events.flatMap((e) => (e.type === 'message.created' ? textOf(e.content) : []));
      expect(texts).toEqual(['question 1', 'one', 'two', 'three']);
      expect(row.assignee).toEqual(id === closed ? { agentId: FAKE_AGENT.id } : null);
    }
  });

  it('is answered once after a reload, without having been opened again', async () => {
    const id = seed(1);
    scene.server.faults.onHandshake = () => ({
      ok: false,
      code: 'busy',
      message: 'x',
      retryable: true,
    });
    const first = connect();
    await first.send(id, 'offline');
    expect(first.timeline(id).at(-1)).toMatchObject({ state: 'waiting', isOwn: true });
    await first.close();
    scene.server.faults.onHandshake = () => undefined;
    const second = connect();
    await until(() => isOnline(second) && second.getState().pending.length === 0);
    expect(scene.server.workspace.find(id).events).toHaveLength(2);
  });

  it('keeps acts that were pressed offline, shows that they wait, and does them in that order', async () => {
    const id = seed(1);
    const client = connect();
    await client.loadInbox('all');
    scene.server.faults.onHandshake = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
      retryAfterMs: 50,
    });
    scene.server.disconnectAll();
    await until(() => !isOnline(client));
    const acts = [client.assign(id, FAKE_AGENT.id), client.resolve(id), client.reopen(id)];
    expect(client.getState().pendingActs).toMatchObject([
      { conversationId: id, kind: 'assign', assigneeId: FAKE_AGENT.id },
      { conversationId: id, kind: 'resolve' },
      { conversationId: id, kind: 'reopen' },
    ]);
    scene.server.faults.onHandshake = () => undefined;
    await Promise.all(acts);
    expect(client.getState().pendingActs).toEqual([]);
    const { events, row } = scene.server.workspace.find(id);
    expect(events.slice(1).map(({ type }) => type)).toEqual([
      'conversation.assigned',
      'conversation.status_changed',
      'conversation.status_changed',
    ]);
    expect(row).toMatchObject({ status: 'open', assignee: { agentId: FAKE_AGENT.id } });
  });

  it('is assigned, resolved and reopened, each act once even when its ack is lost', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const id = seed(1);
    const client = connect();
    await client.openConversation(id);
    let isLost = true;
    scene.server.faults.onCommand = ({ name }) => {
      const fate = name === 'conversation.assign' && isLost ? 'lose-ack' : 'answer';
      if (fate === 'lose-ack') isLost = false;
      return fate;
    };
    const assigned = client.assign(id, FAKE_AGENT.id);
    await until(() => !isLost);
    await vi.advanceTimersByTimeAsync(8_500);
    await assigned;
    await client.resolve(id);
    await client.reopen(id);
    await until(() => client.getState().logs[id]?.have === 4);
    expect(client.timeline(id).map(({ kind }) => kind)).toEqual([
      'message',
      'assignment',
      'status',
      'status',
    ]);
    expect(client.getState().rows[id]?.status).toBe('open');
  });

  it('tells the person who acts why it was refused', async () => {
    const id = seed(1);
    const client = connect();
    await until(() => isOnline(client));
    scene.server.faults.onCommand = () => ({
      ok: false,
      code: 'forbidden',
      message: 'Not yours.',
      retryable: false,
    });
    await expect(client.resolve(id)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is marked as delivered by one console of those whom it concerns', async () => {
    const [free, foreign, answered] = [seed(1), seed(1), seed(1)];
    const actor = { kind: 'agent', id: 'ag_other' } as const;
    scene.server.workspace.append(foreign ?? '', {
      type: 'conversation.assigned',
      actor,
      via: 'console',
      clientEventId: 'cl_1',
      assignee: { agentId: actor.id },
    });
    const client = connect();
    await client.loadInbox('all');
    for (const id of [free, foreign, answered]) scene.server.workspace.hear(id ?? '', 'hello?');
    const cursor = { participant: actor, delivered: 2, deliveredAt: null, read: 0, readAt: null };
    scene.server.signal({ type: 'cursor', conversationId: answered ?? '', cursor });
    await until(() => asked('cursor.advance').length === 1);
    expect(asked('cursor.advance')[0]?.payload).toMatchObject({ conversationId: free });
  });
});

describe('the client', () => {
  it('keeps its state in a store that it is given', async () => {
    const store = createStore<AgentState, AgentAction>(reduceAgent, initialAgentState);
    const client = connect({ store });
    await until(() => store.getState().connection.status === 'online');
    expect(store.getState().agent).toEqual(FAKE_AGENT);
    expect(client.getState()).toBe(store.getState());
  });

  it('shows who is there and what contacts are called', async () => {
    const id = seed(1);
    const client = connect();
    await client.openConversation(id);
    const row = scene.server.workspace.find(id).row;
    const signals: Signal[] = [
      { type: 'presence', actor: { kind: 'visitor', id: row.visitorId }, status: 'offline' },
      {
        type: 'typing',
        conversationId: id,
        actor: { kind: 'agent', id: FAKE_AGENT.id },
        isTyping: true,
      },
      { type: 'typing', conversationId: id, actor: { kind: 'visitor', id: 'v' }, isTyping: true },
    ];
    for (const signal of signals) scene.server.signal(signal);
    await until(() => client.getState().logs[id]?.typing.length === 1);
    expect(client.getState().logs[id]?.typing[0]?.kind).toBe('visitor');
    expect(client.getState().rows[id]?.isVisitorOnline).toBe(false);
    await client.loadContact(row.contactId);
    expect(client.getState().contacts[row.contactId]).toMatchObject({ id: row.contactId });
  });

  it('says that the session has ended, after one more try with a fresh token', async () => {
    const getAccessToken = vi.fn<AgentClientOptions['getAccessToken']>(async () => ({
      accessToken: 'x',
      accessExpiresAt: '',
    }));
    scene.server.faults.onHandshake = () => ({
      ok: false,
      code: 'unauthenticated',
      message: 'Sign in again.',
      retryable: false,
    });
    const client = connect({ getAccessToken });
    const ended = new Promise((resolve) => client.on('sessionEnded', resolve));
    await expect(ended).resolves.toEqual({ message: 'Sign in again.' });
    expect(getAccessToken).toHaveBeenCalledTimes(2);
  });

  it('leaves no timer or connection behind', async () => {
    const id = seed(1);
    const client = connect();
    await client.loadInbox('all');
    await client.openConversation(id);
    scene.server.workspace.hear(id, 'again');
    await until(() => client.timeline(id).length === 2);
    await client.close();
    await until(() => scene.server.connectionCount === 0);
    const before = client.getState();
    scene.server.workspace.hear(id, 'unheard');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.getState()).toBe(before);
  });
});
