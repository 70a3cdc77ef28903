import { beforeEach, describe, expect, it, vi } from 'vitest';
import { httpBeside } from './http-socket.ts';
import type { OpenSocket } from './socket.ts';
import { describeSocketContract } from './socket-contract.ts';
import { passTime } from './testing/pass-time.ts';
import { setScene } from './testing/scene.ts';
import type { VisitorClient } from './visitor-client.ts';

/** Where no socket ever opens. */
const openNothing: OpenSocket = ({ onLost }) => {
  queueMicrotask(onLost);
  return { ask: () => Promise.reject(new Error('nothing is open')), close: () => {} };
};

describeSocketContract(
  'HTTP in place of a socket',
  httpBeside(openNothing, () => {}),
  { isHttp: true },
);

describe('a network that lets only HTTP through', () => {
  const scene = setScene();
  const { openPage, connectAgent, asked } = scene;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });

  const pass = (ms: number) => passTime(ms, vi.advanceTimersByTimeAsync);
  const linesOf = (client: VisitorClient) =>
    client
      .timeline(client.getState().conversations[0]?.id ?? null)
      .flatMap((line) => (line.kind === 'message' ? [line.content, line.state] : []));

  it.each(['refuse', 'silence'] as const)(
    'is found out within 20 s when it answers sockets with %s, and messages go both ways',
    async (fate) => {
      scene.server.faults.onUpgrade = () => fate;
      const client = openPage();
      const heard: string[] = [];
      client.on('message', ({ message }) => heard.push(message.content.kind));
      await client.send('hello');
      await pass(20_000);
      expect(client.getState()).toMatchObject({ connection: { status: 'online' }, pending: [] });
      const [id = ''] = client.getState().conversations.map((one) => one.id);
      scene.server.workspace.say(id, 'an answer');
      await pass(5_500);
      expect(heard).toEqual(['text']);
      await client.send('another');
      await pass(3_000);
      expect(linesOf(client)).toHaveLength(6);
      expect(client.getState().pending).toEqual([]);
      expect(scene.server.connectionCount).toBe(0);
    },
  );

  it('is left for a real socket as soon as one works, without a gap or a double', async () => {
    scene.server.faults.onUpgrade = () => 'refuse';
    const client = openPage();
    const heard: string[] = [];
    client.on('message', ({ message }) => heard.push((message.content as { text: string }).text));
    await client.send('hello');
    await pass(15_000);
    const [id = ''] = client.getState().conversations.map((one) => one.id);
    scene.server.faults.onUpgrade = () => 'answer';
    const said: string[] = [];
    for (let n = 0; scene.server.connectionCount === 0 && n < 100; n++) {
      said.push(`answer ${n}`);
      scene.server.workspace.say(id, `answer ${n}`);
      await pass(1_000);
    }
    expect(scene.server.connectionCount).toBe(1);
    said.push('the last');
    scene.server.workspace.say(id, 'the last');
    await pass(1_000);
    expect(heard).toEqual(said);
    const polls = asked('hello.get').length;
    await pass(30_000);
    expect(asked('hello.get')).toHaveLength(polls);
    expect(client.getState().connection.status).toBe('online');
  });

  it('is not thought of after an outage of everything: who comes back is greeted once, by a socket', async () => {
    const client = openPage();
    await client.send('hello');
    await pass(1_000);
    let tries = 0;
    scene.server.faults.onUpgrade = () => (++tries ? 'refuse' : 'answer');
    scene.server.faults.onRequest = () => 'portal';
    scene.server.disconnectAll();
    // Two sockets fail, and what comes next is the turn of HTTP.
    while (tries < 2) await pass(50);
    const polls = asked('hello.get').length;
    scene.server.faults.onUpgrade = () => 'answer';
    scene.server.faults.onRequest = () => 'answer';
    await pass(20_000);
    expect(client.getState().connection.status).toBe('online');
    expect(asked('hello.get')).toHaveLength(polls);
    expect(scene.server.connectionCount).toBe(1);
  });

  it('goes on with fresh tokens', async () => {
    await scene.replaceServer({ accessLifeMs: 60_000 });
    scene.server.faults.onUpgrade = () => 'refuse';
    const client = openPage();
    await client.send('hello');
    await pass(120_000);
    expect(asked('session.renew')).toHaveLength(1);
    expect(scene.server.sessionsAsked).toHaveLength(2);
    expect(client.getState().connection.status).toBe('online');
  });

  it('takes a captive portal for no connection, keeps the session and goes on behind it', async () => {
    const client = openPage();
    await client.send('hello');
    await pass(1_000);
    const [before] = client.getState().conversations;
    scene.server.faults.onRequest = () => 'portal';
    scene.server.faults.onUpgrade = () => 'refuse';
    scene.server.disconnectAll();
    scene.server.forgetSessions();
    await client.send('behind the portal');
    await pass(40_000);
    expect(client.getState().connection.status).toBe('reconnecting');
    expect(client.getState().pending).toMatchObject([{ state: 'waiting' }]);
    expect(client.getState().isThreadLost).toBe(false);
    scene.server.faults.onRequest = () => 'answer';
    scene.server.faults.onUpgrade = () => 'answer';
    await pass(40_000);
    expect(client.getState().connection.status).toBe('online');
    expect(client.getState().pending).toEqual([]);
    expect(before?.id).toBeDefined();
  });

  it('keeps an agent’s inbox and conversations current', async () => {
    const { id } = scene.server.workspace.open('vi_test', '').row;
    scene.server.workspace.hear(id, 'question');
    scene.server.faults.onUpgrade = () => 'silence';
    const accessToken = { accessToken: 'token', accessExpiresAt: '2099-01-01T00:00:00.000Z' };
    const client = connectAgent({ getAccessToken: async () => accessToken });
    const opened = Promise.all([client.loadInbox('all'), client.openConversation(id)]);
    await pass(20_000);
    await opened;
    scene.server.workspace.hear(id, 'another question');
    const { id: second } = scene.server.workspace.open('vi_other', '').row;
    scene.server.workspace.hear(second, 'a new one');
    await pass(6_000);
    expect(client.timeline(id)).toHaveLength(2);
    expect(client.getState().views.all.conversationIds).toContain(second);
    await client.send(id, 'answer');
    await pass(3_000);
    expect(client.timeline(id)).toHaveLength(3);
  });
});
