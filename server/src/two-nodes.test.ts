import { createId, HTTP_PATHS, PROTOCOL_VERSION } from '@alcove/protocol';
import { createVisitorClient, type VisitorClient } from '@alcove/sdk';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTemporaryKeys } from './domain/keys.ts';
import type { Limits } from './limits.ts';
import { openStorage } from './storage/open-storage.ts';
import type { Storage } from './storage/storage.ts';
import { sendRequest } from './testing/send-request.ts';
import { hasRedis, startRedis, type TestRedis } from './testing/start-redis.ts';
import type { TestAgent } from './testing/factories.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';

/** For what happens soon, on a machine that may have much to do. */
const PATIENCE = { timeout: 10_000, interval: 20 };

const LIMITS: Partial<Limits> = {
  heartbeatMs: 100,
  redisConnectMs: 1_000,
  presenceGraceMs: 1_000,
  sessionSweepMs: 50,
  sessionCheckMs: 1_000,
  visitorSends: { points: 8, durationMs: 60_000 },
};

let redis: TestRedis;
let storage: Storage;
let here: TestServer;
let there: TestServer;
let agent: TestAgent;
const sockets = new Set<Socket>();
const clients = new Set<VisitorClient>();
const unhandled: unknown[] = [];
const keep = (error: unknown) => unhandled.push(error);

describe.runIf(hasRedis())('two nodes on one store', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    process.on('unhandledRejection', keep);
    redis = await startRedis();
    storage = await openStorage('sqlite::memory:');
    const keys = createTemporaryKeys();
    const start = () =>
      startTestServer({
        keys,
        limits: LIMITS,
        config: { redisUrl: redis.url, redisPrefix: 'two-nodes' },
        // The store is shared, as a database is: a node closes its own only.
        wrapStorage: (own) => ({ ...storage, close: own.close }),
      });
    [here, there] = await Promise.all([start(), start()]);
    agent = await here.createAgent('owner');
  }, 60_000);

  afterEach(async () => {
    for (const socket of sockets) socket.disconnect();
    sockets.clear();
    await Promise.all([...clients].map((client) => client.close()));
    clients.clear();
    if (unhandled.length > 0) throw new Error('a rejection was not handled', { cause: unhandled });
  });

  afterAll(async () => {
    await Promise.all([here.close(), there.close()]);
    await storage.close();
    await redis.close();
    process.off('unhandledRejection', keep);
  });

  /** A connection that has been greeted, and all that it hears. */
  async function connect(node: TestServer, door: 'visitor' | 'agent', accessToken: string) {
    const socket = io(`${node.url}/${door}`, {
      auth: { protocol: PROTOCOL_VERSION, accessToken },
      extraHeaders: { origin: node.origin },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    sockets.add(socket);
    const heard: Record<string, unknown>[] = [];
    for (const name of ['hello', 'event', 'signal']) {
      socket.on(name, (frame: object) => heard.push({ frame: name, ...frame }));
    }
    const refused = new Promise<never>((_, reject) => socket.once('connect_error', reject));
    await Promise.race([
      new Promise((resolve) => {
        socket.once('hello', resolve);
      }),
      refused,
    ]);
    return {
      socket,
      heard,
      // What happens meanwhile may be heard before it.
      hello: heard.find(({ frame }) => frame === 'hello'),
      /** Resolves once it has heard this. */
      hears: (what: object) =>
        vi.waitFor(() => expect(heard).toContainEqual(expect.objectContaining(what)), PATIENCE),
      ask: (name: string, payload: object): Promise<Record<string, unknown>> =>
        socket.timeout(8_000).emitWithAck(name, payload),
    };
  }

  const message = (text: string, conversation: object) => ({
    ...conversation,
    clientMessageId: createId('cl'),
    content: { kind: 'text', text },
  });
  const newConversation = () => ({ clientConversationId: createId('cl') });
  const textsOf = (heard: Record<string, unknown>[]) =>
    heard.flatMap(({ frame, content }) =>
      frame === 'event' ? ((content as { text?: string } | undefined)?.text ?? []) : [],
    );

  test('begin with one workspace, though they began together', () => {
    expect(there.workspace.id).toBe(here.workspace.id);
  });

  test('carry a conversation between them: each word once, in order, to whoever may hear it', async () => {
    const session = await here.createVisitorSession(here.url);
    const stranger = await there.createVisitorSession(there.url);
    const visitor = await connect(here, 'visitor', session.accessToken);
    const other = await connect(there, 'visitor', stranger.accessToken);
    const console = await connect(there, 'agent', agent.accessToken);
    const { conversationId } = await visitor.ask('message.send', message('1', newConversation()));
    for (const text of ['2', '3'])
      await visitor.ask('message.send', message(text, { conversationId }));
    await console.hears({ conversationId, seq: 3, prev: 2 });
    expect(textsOf(console.heard)).toEqual(['1', '2', '3']);
    await console.ask('typing.set', { conversationId, isTyping: true });
    await console.ask('message.send', message('4', { conversationId }));
    await visitor.hears({ type: 'message.created', seq: 4, prev: 3 });
    await visitor.hears({ type: 'typing', isTyping: true });
    await visitor.ask('cursor.advance', { conversationId, delivered: 4, read: 4 });
    await console.hears({ type: 'cursor', conversationId });
    expect(textsOf(visitor.heard)).toEqual(['1', '2', '3', '4']);
    expect(textsOf(other.heard)).toEqual([]);
  });

  test('number what both write into one conversation without holes', async () => {
    const session = await here.createVisitorSession(here.url);
    const near = await connect(here, 'visitor', session.accessToken);
    const console = await connect(there, 'agent', agent.accessToken);
    const { conversationId } = await near.ask('message.send', message('1', newConversation()));
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].flatMap((text) => [
        near.ask('message.send', message(`visitor ${text}`, { conversationId })),
        console.ask('message.send', message(`agent ${text}`, { conversationId })),
      ]),
    );
    for (const reader of [near, console]) {
      await vi.waitFor(() => expect(textsOf(reader.heard)).toHaveLength(11), PATIENCE);
      // Hints of two nodes may cross on the way; what they say of their order does not.
      const prevs = reader.heard.flatMap(({ seq, prev }) => (seq ? [[seq, prev]] : []));
      expect(prevs.toSorted(([a], [b]) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 11 }, (_, index) => [index + 1, index]),
      );
    }
  });

  test('know who is connected to the other one, and see nobody go who only changes over', async () => {
    const workspace = await here.createWorkspace();
    const own = await here.createAgent('owner', { workspace });
    const workspaceKey = workspace.key;
    const session = await here.createVisitorSession(here.url, { workspaceKey });
    const visitor = await connect(here, 'visitor', session.accessToken);
    expect(visitor.hello).toMatchObject({ isTeamOnline: false });
    const console = await connect(there, 'agent', own.accessToken);
    await visitor.hears({ type: 'presence', status: 'online' });
    const second = await connect(here, 'agent', own.accessToken);
    expect(second.hello).toMatchObject({ onlineAgentIds: [own.agent.id] });
    console.socket.disconnect();
    const again = await connect(here, 'visitor', session.accessToken);
    expect(again.hello).toMatchObject({ isTeamOnline: true });
    second.socket.disconnect();
    await visitor.hears({ type: 'presence', status: 'offline' });
    const statuses = visitor.heard.filter(({ type }) => type === 'presence');
    expect(statuses.map(({ status }) => status)).toEqual(['online', 'offline']);
  });

  test('share the limits', async () => {
    const { accessToken } = await here.createVisitorSession(here.url);
    const conversation = newConversation();
    const answers: unknown[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const node = attempt % 2 === 0 ? here : there;
      const payload = message(String(attempt), conversation);
      const { json } = await sendRequest(node.url + HTTP_PATHS.visitorCommands, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}`, origin: node.origin },
        body: { command: 'message.send', payload },
      });
      answers.push(json?.['ok'] === true ? 'stored' : json?.['code']);
    }
    const granted = LIMITS.visitorSends?.points ?? 0;
    const count = (answer: string) => answers.filter((one) => one === answer).length;
    expect([count('stored'), count('rate_limited')]).toEqual([granted, 12 - granted]);
  });

  test('close the connections of a session that ended on the other one', async () => {
    const colleague = await here.createAgent();
    const console = await connect(there, 'agent', colleague.accessToken);
    const ended = console.hears({ type: 'session.ended' });
    const workspace = here.workspace.id;
    await here.execute('agent.disable', { workspace, agent: colleague.agent.id });
    await ended;
    await vi.waitFor(() => expect(console.socket.connected).toBe(false), PATIENCE);
  });

  test('let somebody in at once who has just joined on the other one', async () => {
    // It remembers the agents now, for a while.
    await connect(there, 'agent', agent.accessToken);
    const newcomer = await here.createAgent();
    const console = await connect(there, 'agent', newcomer.accessToken);
    expect(console.hello).toMatchObject({ agent: { id: newcomer.agent.id } });
  });

  test('go on by themselves without Redis, lose nothing, and catch up when it is back', async () => {
    const client = createVisitorClient({
      serverUrl: here.url,
      workspaceKey: here.workspace.key,
      origin: here.url,
    });
    clients.add(client);
    await client.send('one');
    await vi.waitFor(() => expect(client.getState().pending).toEqual([]), PATIENCE);
    const conversationId = client.getState().conversations[0]?.id ?? '';
    const console = await connect(there, 'agent', agent.accessToken);
    const colleague = await here.createAgent();
    const leaving = await connect(there, 'agent', colleague.accessToken);

    await redis.kill();
    await console.hears({ type: 'server.degraded' });
    const answer = await console.ask('message.send', message('two', { conversationId }));
    expect(answer).toMatchObject({ ok: true, seq: 2 });
    // Nobody pushes it over to the visitor's node: the client looks for it.
    const linesOf = () => client.timeline(conversationId).length;
    await vi.waitFor(() => expect(linesOf()).toBe(2), PATIENCE);
    // A client that comes meanwhile is told, too, and is not told that everybody has gone.
    const late = await here.createVisitorSession(here.url);
    const latecomer = await connect(here, 'visitor', late.accessToken);
    await latecomer.hears({ type: 'server.degraded' });
    expect(latecomer.hello).toMatchObject({ isTeamOnline: true });
    const lateColleague = await here.createAgent();
    const desk = await connect(here, 'agent', lateColleague.accessToken);
    expect(desk.hello).toMatchObject({ onlineAgentIds: [lateColleague.agent.id] });
    const unknown = expect.arrayContaining([agent.agent.id, colleague.agent.id]);
    expect(desk.hello).toMatchObject({ unknownAgentIds: unknown });
    const isSeen = (by: typeof desk) => by.ask('inbox.get', { conversationIds: [conversationId] });
    expect(await isSeen(desk)).toMatchObject({ rows: [{ isVisitorOnline: true }] });
    expect(await isSeen(console)).toMatchObject({
      rows: [{ isVisitorOnline: false, isPresenceUnknown: true }],
    });
    expect((await fetch(`${here.url}/readyz`)).status).toBe(200);
    // And who is shut out here is out there, too, if not as fast: sessions are looked up again.
    await here.execute('agent.disable', {
      workspace: here.workspace.id,
      agent: colleague.agent.id,
    });
    await leaving.hears({ type: 'session.ended' });

    console.heard.length = 0;
    latecomer.heard.length = 0;
    await redis.restart();
    await console.hears({ frame: 'hello' });
    await latecomer.hears({ frame: 'hello' });
    await client.send('three');
    await console.hears({ type: 'message.created', conversationId, seq: 3 });
  });

  test('say in one line each when they lose and find one another', () => {
    for (const { logged } of [here, there]) {
      const lines = logged.filter((line) => line.includes('Redis'));
      expect(lines.filter((line) => line.includes('"error"'))).toHaveLength(1);
      expect(lines.filter((line) => line.includes('is in reach'))).toHaveLength(2);
      expect(lines.length).toBeLessThan(10);
    }
  });
});
