import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAgentClient } from './agent.ts';
import { httpBeside } from './http-socket.ts';
import type { OpenSocket } from './socket.ts';
import { describeSocketContract } from './socket-contract.ts';
import { createLocalStorage } from './testing/fake-browser.ts';
import { createFakeServer, type FakeServer } from './testing/fake-server.ts';
import { FAKE_AGENT } from './testing/fake-workspace.ts';
import { passTime } from './testing/pass-time.ts';
import { createVisitorClient } from './visitor.ts';
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
  let server: FakeServer;
  const clients: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    vi.stubGlobal('indexedDB', new IDBFactory());
    vi.stubGlobal('localStorage', createLocalStorage());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    server = await createFakeServer();
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await server.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function openPage(): VisitorClient {
    const client = createVisitorClient({ serverUrl: server.url, workspaceKey: 'wk_test' });
    clients.push(client);
    return client;
  }

  const pass = (ms: number) => passTime(ms, vi.advanceTimersByTimeAsync);
  const asked = (name: string) => server.received.filter((command) => command.name === name);
  const linesOf = (client: VisitorClient) =>
    client
      .timeline(client.getState().conversations[0]?.id ?? null)
      .flatMap((line) => (line.kind === 'message' ? [line.content, line.state] : []));

  it.each(['refuse', 'silence'] as const)(
    'is found out within 20 s when it answers sockets with %s, and messages go both ways',
    async (fate) => {
      server.faults.onUpgrade = () => fate;
      const client = openPage();
      const heard: string[] = [];
      client.on('message', ({ message }) => heard.push(message.content.kind));
      await client.send('hello');
      await pass(20_000);
      expect(client.getState()).toMatchObject({ connection: { status: 'online' }, pending: [] });
      const [id = ''] = client.getState().conversations.map((one) => one.id);
      server.workspace.say(id, 'an answer');
      await pass(5_500);
      expect(heard).toEqual(['text']);
      await client.send('another');
      await pass(3_000);
      expect(linesOf(client)).toHaveLength(6);
      expect(client.getState().pending).toEqual([]);
      expect(server.connectionCount).toBe(0);
    },
  );

  it('is left for a real socket as soon as one works, without a gap or a double', async () => {
    server.faults.onUpgrade = () => 'refuse';
    const client = openPage();
    const heard: string[] = [];
    client.on('message', ({ message }) => heard.push((message.content as { text: string }).text));
    await client.send('hello');
    await pass(15_000);
    const [id = ''] = client.getState().conversations.map((one) => one.id);
    server.faults.onUpgrade = () => 'answer';
    const said: string[] = [];
    for (let n = 0; server.connectionCount === 0 && n < 100; n++) {
      said.push(`answer ${n}`);
      server.workspace.say(id, `answer ${n}`);
      await pass(1_000);
    }
    expect(server.connectionCount).toBe(1);
    said.push('the last');
    server.workspace.say(id, 'the last');
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
    server.faults.onUpgrade = () => (++tries ? 'refuse' : 'answer');
    server.faults.onRequest = () => 'portal';
    server.disconnectAll();
    // Two sockets fail, and what comes next is the turn of HTTP.
    while (tries < 2) await pass(50);
    const polls = asked('hello.get').length;
    server.faults.onUpgrade = () => 'answer';
    server.faults.onRequest = () => 'answer';
    await pass(20_000);
    expect(client.getState().connection.status).toBe('online');
    expect(asked('hello.get')).toHaveLength(polls);
    expect(server.connectionCount).toBe(1);
  });

  it('goes on with fresh tokens', async () => {
    await server.close();
    server = await createFakeServer({ accessLifeMs: 60_000 });
    server.faults.onUpgrade = () => 'refuse';
    const client = openPage();
    await client.send('hello');
    await pass(120_000);
    expect(asked('session.renew')).toHaveLength(1);
    expect(server.sessionsAsked).toHaveLength(2);
    expect(client.getState().connection.status).toBe('online');
  });

  it('takes a captive portal for no connection, keeps the session and goes on behind it', async () => {
    const client = openPage();
    await client.send('hello');
    await pass(1_000);
    const [before] = client.getState().conversations;
    server.faults.onRequest = () => 'portal';
    server.faults.onUpgrade = () => 'refuse';
    server.disconnectAll();
    server.forgetSessions();
    await client.send('behind the portal');
    await pass(40_000);
    expect(client.getState().connection.status).toBe('reconnecting');
    expect(client.getState().pending).toMatchObject([{ state: 'waiting' }]);
    expect(client.getState().isThreadLost).toBe(false);
    server.faults.onRequest = () => 'answer';
    server.faults.onUpgrade = () => 'answer';
    await pass(40_000);
    expect(client.getState().connection.status).toBe('online');
    expect(client.getState().pending).toEqual([]);
    expect(before?.id).toBeDefined();
  });

  it('keeps an agent’s inbox and conversations current', async () => {
    const { id } = server.workspace.open('vi_test', '').row;
    server.workspace.hear(id, 'question');
    server.faults.onUpgrade = () => 'silence';
    const accessToken = { accessToken: 'token', accessExpiresAt: '2099-01-01T00:00:00.000Z' };
    const client = createAgentClient({
      serverUrl: server.url,
      identity: FAKE_AGENT.id,
      getAccessToken: async () => accessToken,
    });
    clients.push(client);
    client.connect();
    const opened = Promise.all([client.loadInbox('all'), client.openConversation(id)]);
    await pass(20_000);
    await opened;
    server.workspace.hear(id, 'another question');
    const { id: second } = server.workspace.open('vi_other', '').row;
    server.workspace.hear(second, 'a new one');
    await pass(6_000);
    expect(client.timeline(id)).toHaveLength(2);
    expect(client.getState().views.all.conversationIds).toContain(second);
    await client.send(id, 'answer');
    await pass(3_000);
    expect(client.timeline(id)).toHaveLength(3);
  });
});
