import { HTTP_PATHS, PROTOCOL_VERSION } from '@alcove/protocol';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Storage } from './storage/storage.ts';
import { sendRequest } from './testing/send-request.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';
import { createTestClock } from './testing/test-clock.ts';

const clock = createTestClock();
const sockets = new Set<Socket>();
let server: TestServer;
let storage: Storage;
beforeAll(async () => {
  server = await startTestServer({
    clock,
    limits: { sessionSweepMs: 20 },
    wrapStorage: (opened) => {
      storage = opened;
      return opened;
    },
  });
});
afterEach(() => {
  for (const socket of sockets) socket.disconnect();
  sockets.clear();
});
afterAll(() => server.close());

/** Resolves once the server has greeted; rejects with its refusal. */
function connect(door: 'visitor' | 'agent', accessToken: string, origin?: string): Promise<Socket> {
  const socket = io(`${server.url}/${door}`, {
    auth: { protocol: PROTOCOL_VERSION, accessToken },
    ...(origin !== undefined && { extraHeaders: { origin } }),
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  sockets.add(socket);
  return new Promise((resolve, reject) => {
    socket.once('hello', () => resolve(socket));
    socket.once('connect_error', reject);
  });
}

const closed = (socket: Socket) =>
  new Promise<string>((resolve) => {
    let reason = '';
    socket.on('signal', (signal: { type: string; message: string }) => {
      if (signal.type === 'session.ended') reason = signal.message;
    });
    socket.once('disconnect', () => resolve(reason));
  });

describe('a connection is refused', () => {
  test.each(['', 'nonsense', 'a.b.c', `e30.${'x'.repeat(1000)}.e30`])(
    'with the token "%.20s"',
    async (token) => {
      for (const door of ['visitor', 'agent'] as const) {
        await expect(connect(door, token, server.origin)).rejects.toMatchObject({
          data: { ok: false, code: expect.stringMatching(/^(unauthenticated|invalid)$/) },
        });
      }
    },
  );

  test("at the other one's door", async () => {
    const visitor = await server.createVisitorSession();
    const agent = await server.createAgent();
    const unauthenticated = { data: { code: 'unauthenticated' } };
    await expect(connect('agent', visitor.accessToken, server.origin)).rejects.toMatchObject(
      unauthenticated,
    );
    await expect(connect('visitor', agent.accessToken, server.origin)).rejects.toMatchObject(
      unauthenticated,
    );
    // A refresh token opens nothing.
    await expect(connect('visitor', visitor.refreshToken, server.origin)).rejects.toMatchObject(
      unauthenticated,
    );
  });

  test.each(['https://attacker.example', 'null', undefined])(
    'from the origin %s',
    async (origin) => {
      const visitor = await server.createVisitorSession();
      const agent = await server.createAgent();
      for (const [door, accessToken] of [
        ['visitor', visitor.accessToken],
        ['agent', agent.accessToken],
      ] as const) {
        await expect(connect(door, accessToken, origin)).rejects.toMatchObject({
          data: { code: 'origin_not_allowed' },
        });
      }
    },
  );
});

test('an agent who is switched off is out, even with a session that nobody ended', async () => {
  const { accessToken, agent } = await server.createAgent();
  await storage.forWorkspace(server.workspace.id).agents.update(agent.id, { isDisabled: true });
  await expect(connect('agent', accessToken, server.origin)).rejects.toMatchObject({
    data: { code: 'unauthenticated' },
  });
});

describe('a connection ends', () => {
  test('when its agent signs out', async () => {
    const { accessToken, cookie } = await server.createAgent();
    const ended = closed(await connect('agent', accessToken, server.origin));
    await sendRequest(server.url + HTTP_PATHS.session, {
      method: 'DELETE',
      headers: { cookie, origin: server.origin },
    });
    expect(await ended).toBe('You were signed out.');
    await expect(connect('agent', accessToken, server.origin)).rejects.toMatchObject({
      data: { code: 'unauthenticated' },
    });
  });

  test('when its agent is shut out', async () => {
    const { accessToken, agent, email, password } = await server.createAgent();
    const colleague = await server.createAgent('admin');
    const workspace = await server.createWorkspace('Another shop');
    const elsewhere = await server.createAgent('agent', { workspace, email, password });
    const ended = closed(await connect('agent', accessToken, server.origin));
    const other = await connect('agent', colleague.accessToken, server.origin);
    const sameElsewhere = await connect('agent', elsewhere.accessToken, server.origin);
    await server.execute('agent.disable', { workspace: server.workspace.id, agent: agent.id });
    await ended;
    expect(other.connected).toBe(true);
    const asked = sameElsewhere.timeout(2000).emitWithAck('heads', { conversationIds: [] });
    expect(await asked, 'the same account in another workspace').toEqual({ ok: true, heads: {} });
  });

  test('when the password is set anew', async () => {
    const { accessToken, email } = await server.createAgent();
    const socket = await connect('agent', accessToken, server.origin);
    const ended = closed(socket);
    await server.execute('agent.set-password', { email, password: 'another password' });
    await ended;
    expect(socket.connected).toBe(false);
  });

  test('when a copy of its refresh token turns up', async () => {
    const first = await server.createVisitorSession();
    const ended = closed(await connect('visitor', first.accessToken, server.origin));
    const second = await server.createVisitorSession(server.url, first);
    await server.createVisitorSession(server.url, second);
    clock.advance(11_000);
    const copy = await sendRequest(server.url + HTTP_PATHS.visitorSession, {
      method: 'POST',
      body: { workspaceKey: server.workspace.key, refreshToken: first.refreshToken },
      headers: { origin: server.url },
    });
    expect(copy.status).toBe(401);
    await ended;
  });

  test('when its token does, and not before if it was renewed', async () => {
    const first = await server.createVisitorSession();
    const second = await server.createVisitorSession();
    const [lapsing, renewing] = [
      await connect('visitor', first.accessToken, server.origin),
      await connect('visitor', second.accessToken, server.origin),
    ];
    const ended = closed(lapsing);
    clock.advance(14 * 60_000);
    const renewed = await server.createVisitorSession(server.url, {
      refreshToken: second.refreshToken,
    });
    const ack: unknown = await renewing.emitWithAck('session.renew', {
      accessToken: renewed.accessToken,
    });
    expect(ack).toMatchObject({ ok: true, expiresAt: renewed.accessExpiresAt });
    clock.advance(2 * 60_000);
    await ended;
    expect(renewing.connected).toBe(true);
  });
});
