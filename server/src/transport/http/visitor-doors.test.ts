import { createId, HTTP_PATHS, type VisitorSession } from '@alcove/protocol';
import { visitorAckSchemas, visitorSessionSchema } from '@alcove/protocol/schemas';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type RequestOptions, sendRequest } from '../../testing/send-request.ts';
import { startTestServer, type TestServer } from '../../testing/start-test-server.ts';
import { createTestClock } from '../../testing/test-clock.ts';

const PAGE = 'http://localhost:8080';
const many = { points: 1_000_000, durationMs: 1000 };
const clock = createTestClock();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    clock,
    limits: { visitorSessionsPerAddress: many, newConversationsPerAddress: many },
  });
});
afterAll(() => server.close());

const ask = (path: string, options: RequestOptions = {}) =>
  sendRequest(server.url + path, { ...options, headers: { origin: PAGE, ...options.headers } });
const post = (path: string, body: object | string, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body, headers });
const openSession = (body: object = {}, headers: Record<string, string> = {}) =>
  post(HTTP_PATHS.visitorSession, { workspaceKey: server.workspace.key, ...body }, headers);
const newMessage = (text: string) => ({
  command: 'message.send',
  payload: {
    clientConversationId: createId('cl'),
    clientMessageId: createId('cl'),
    content: { kind: 'text', text },
  },
});
const command = ({ accessToken }: VisitorSession, body: object) =>
  post(HTTP_PATHS.visitorCommands, body, { authorization: `Bearer ${accessToken}` });

describe('a visitor session', () => {
  test('is made for a browser that acts, with what it says of itself', async () => {
    const answer = await openSession(
      {
        name: 'Mira',
        email: 'Mira@Example.com',
        locale: 'de-CH',
        page: { url: 'https://shop.example/cart?code=secret', title: 'Cart' },
      },
      { 'user-agent': 'Testing/1.0' },
    );
    expect(answer.status).toBe(200);
    expect(visitorSessionSchema.parse(answer.json)).toEqual(answer.json);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('goes on by its refresh token, as the same visitor', async () => {
    const first = (await openSession()).json;
    const second = (await openSession({ refreshToken: first?.['refreshToken'] })).json;
    expect(second?.['visitorId']).toBe(first?.['visitorId']);
    expect(second?.['refreshToken']).not.toBe(first?.['refreshToken']);
  });

  test('gives tabs that renew at the same time one successor', async () => {
    const { refreshToken } = await server.createVisitorSession(PAGE);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => openSession({ refreshToken })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ json }) => json?.['refreshToken'])).size).toBe(1);
  });

  test('is not continued in another workspace', async () => {
    const other = await server.createWorkspace();
    const { refreshToken } = await server.createVisitorSession(PAGE);
    const answer = await openSession({ workspaceKey: other.key, refreshToken });
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    expect((await openSession({ refreshToken })).status).toBe(200);
  });

  test("is not continued by an agent's refresh token", async () => {
    const { cookie } = await server.createAgent();
    const refreshToken = cookie.slice(cookie.indexOf('=') + 1);
    expect((await openSession({ refreshToken })).status).toBe(401);
    const own = await ask(HTTP_PATHS.sessionRefresh, {
      method: 'POST',
      headers: { cookie, origin: server.origin },
    });
    expect(own.status).toBe(200);
  });

  test('is refused for an unknown key, in words for the owner', async () => {
    const answer = await openSession({ workspaceKey: createId('wk') });
    expect(answer).toMatchObject({ status: 404, json: { ok: false, code: 'not_found' } });
    expect(answer.json?.['message']).toContain('Copy the tag again');
  });

  test.each([
    ['another site', 'https://attacker.example'],
    ['a sandboxed frame', 'null'],
    ['a look-alike of localhost', 'http://localhost.attacker.example'],
  ])('is refused on %s', async (_what, origin) => {
    const answer = await openSession({}, { origin });
    expect(answer).toMatchObject({ status: 403, json: { code: 'origin_not_allowed' } });
    // The page must be able to read why.
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  test('is refused without an Origin', async () => {
    const answer = await sendRequest(server.url + HTTP_PATHS.visitorSession, {
      method: 'POST',
      body: { workspaceKey: server.workspace.key },
    });
    expect(answer).toMatchObject({ status: 403, json: { code: 'origin_not_allowed' } });
  });

  test('follows the list of origins at once', async () => {
    const workspace = await server.createWorkspace();
    const open = (origin: string) => openSession({ workspaceKey: workspace.key }, { origin });
    await server.execute('workspace.update', {
      workspace: workspace.key,
      change: { allowedOrigins: ['https://*.shop.example'] },
    });
    expect((await open('https://www.shop.example')).status).toBe(200);
    expect((await open('https://shop.example')).status).toBe(403);
    expect((await open(PAGE)).status).toBe(403);
  });
});

describe('commands over HTTP', () => {
  test('do what the socket does, and answer its acks', async () => {
    const session = await server.createVisitorSession(PAGE);
    const sent = await command(session, newMessage('hello'));
    expect(sent.status).toBe(200);
    const ack = visitorAckSchemas['message.send'].parse(sent.json);
    if (!ack.ok) throw new Error(ack.message);

    const query = `?conversationId=${ack.conversationId}&since=0&limit=10`;
    const synced = await ask(HTTP_PATHS.visitorSync + query, {
      headers: { authorization: `Bearer ${session.accessToken}` },
    });
    expect(visitorAckSchemas.sync.parse(synced.json)).toMatchObject({
      ok: true,
      events: [{ seq: 1, content: { text: 'hello' } }],
      head: 1,
    });
    expect(synced.headers['cache-control']).toBe('no-store');
  });

  test('take a message of a page that is being closed: plain text, the token inside', async () => {
    const { accessToken } = await server.createVisitorSession(PAGE);
    const body = JSON.stringify({ ...newMessage('goodbye'), accessToken });
    const answer = await post(HTTP_PATHS.visitorCommands, body, { 'content-type': 'text/plain' });
    expect(answer).toMatchObject({ status: 200, json: { ok: true, seq: 1 } });
  });

  test('store a repeated message once', async () => {
    const session = await server.createVisitorSession(PAGE);
    const message = newMessage('once');
    const [first, second] = [await command(session, message), await command(session, message)];
    expect(first.json).toMatchObject({ ok: true, duplicate: false });
    expect(second.json).toEqual({ ...first.json, duplicate: true });
  });

  test("hide another visitor's conversation behind the same words as one that does not exist", async () => {
    const [one, other] = [
      await server.createVisitorSession(PAGE),
      await server.createVisitorSession(PAGE),
    ];
    const { json } = await command(one, newMessage('private'));
    const sync = (conversationId: unknown) =>
      command(other, { command: 'sync', payload: { conversationId, since: 0 } });
    const [foreign, absent] = [await sync(json?.['conversationId']), await sync(createId('cv'))];
    expect(foreign.status).toBe(404);
    const { requestId: _first, ...refusal } = foreign.json ?? {};
    const { requestId: _second, ...same } = absent.json ?? {};
    expect(refusal).toEqual(same);
  });

  test.each([
    ['no token', {}],
    ['a word for a token', { authorization: 'Bearer nonsense' }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
  ])('are refused with %s', async (_what, headers) => {
    const answer = await post(HTTP_PATHS.visitorCommands, newMessage('x'), headers);
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  });

  test("are refused with an agent's token", async () => {
    const { accessToken } = await server.createAgent('owner');
    const answer = await post(HTTP_PATHS.visitorCommands, newMessage('x'), {
      authorization: `Bearer ${accessToken}`,
    });
    expect(answer.status).toBe(401);
  });

  test('are refused on a site that is not allowed, though the token is good', async () => {
    const { accessToken } = await server.createVisitorSession(PAGE);
    const answer = await post(HTTP_PATHS.visitorCommands, newMessage('x'), {
      authorization: `Bearer ${accessToken}`,
      origin: 'https://attacker.example',
    });
    expect(answer).toMatchObject({ status: 403, json: { code: 'origin_not_allowed' } });
  });

  test('end with the session', async () => {
    const session = await server.createVisitorSession(PAGE);
    clock.advance(16 * 60_000);
    expect((await command(session, newMessage('late'))).status).toBe(401);
  });

  test('say how long to wait when there were too many', async () => {
    const session = await server.createVisitorSession(PAGE);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_none, index) => command(session, newMessage(`flood ${index}`))),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(refused).toHaveLength(20);
    for (const { headers, json } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(json).toMatchObject({ code: 'rate_limited', retryable: true });
    }
  });
});

describe('bodies', () => {
  test.each<[string, object | string, Record<string, string>, number, string]>([
    ['too much', { filler: 'x'.repeat(65 * 1024) }, {}, 413, 'too_large'],
    ['no JSON', '{"workspaceKey":', { 'content-type': 'application/json' }, 400, 'invalid'],
    ['a bare word', '"word"', { 'content-type': 'application/json' }, 400, 'invalid'],
    [
      'a form',
      'workspaceKey=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      400,
      'invalid',
    ],
    ['nothing', '', {}, 400, 'invalid'],
    ['a list', [], {}, 400, 'invalid'],
    ['an operator', { workspaceKey: { $ne: null } }, {}, 400, 'invalid'],
    ['a number', { workspaceKey: 1 }, {}, 400, 'invalid'],
    [
      '__proto__',
      '{"__proto__":{"workspaceKey":"x"}}',
      { 'content-type': 'application/json' },
      400,
      'invalid',
    ],
    ['an unknown charset', '{}', { 'content-type': 'application/json; charset=x' }, 400, 'invalid'],
    [
      'an unknown encoding',
      '{}',
      { 'content-type': 'application/json', 'content-encoding': 'x' },
      400,
      'invalid',
    ],
    [
      'a broken gzip',
      'x',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      400,
      'invalid',
    ],
  ])('with %s are refused in words', async (_what, body, headers, status, code) => {
    const answer = await post(HTTP_PATHS.visitorSession, body, headers);
    expect(answer).toMatchObject({ status, json: { ok: false, code, retryable: false } });
    expect(answer.json?.['message']).toMatch(/^[A-Za-z].*[.!]$/);
    expect(answer.json?.['requestId']).toBe(answer.headers['x-request-id']);
    expect(({} as Record<string, unknown>)['workspaceKey']).toBeUndefined();
  });

  test('with an unknown command name those there are', async () => {
    const { accessToken } = await server.createVisitorSession(PAGE);
    const answer = await post(
      HTTP_PATHS.visitorCommands,
      { command: 'constructor', payload: {} },
      { authorization: `Bearer ${accessToken}` },
    );
    expect(answer.status).toBe(400);
    expect(answer.json?.['message']).toContain('message.send');
  });
});

describe('preflights', () => {
  test.each([HTTP_PATHS.visitorSession, HTTP_PATHS.visitorCommands, HTTP_PATHS.visitorSync])(
    'to %s are answered for any page, without credentials',
    async (path) => {
      const { status, headers } = await ask(path, {
        method: 'OPTIONS',
        headers: { 'access-control-request-method': 'POST' },
      });
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'Authorization, Content-Type',
      });
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    },
  );

  test('are not answered for the doors of agents', async () => {
    for (const path of [HTTP_PATHS.session, HTTP_PATHS.agents, HTTP_PATHS.invitations]) {
      const { headers } = await ask(path, { method: 'OPTIONS' });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

test('sessions are limited by address, and a forged X-Forwarded-For makes no other address', async () => {
  const limited = await startTestServer({
    limits: { visitorSessionsPerAddress: { points: 3, durationMs: 60_000 } },
  });
  try {
    const statuses = [];
    for (let index = 0; index < 5; index++) {
      const answer = await sendRequest(limited.url + HTTP_PATHS.visitorSession, {
        method: 'POST',
        body: { workspaceKey: limited.workspace.key },
        headers: { origin: PAGE, 'x-forwarded-for': `203.0.113.${index}` },
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  } finally {
    await limited.close();
  }
});

test('a node that cannot keep up asks new visitors to come later, and goes on with sessions that there are', async () => {
  // No loop is ever early: this node takes itself for late as soon as it looks.
  const late = await startTestServer({ limits: { shedDelayMs: -1, shedCheckMs: 200 } });
  onTestFinished(late.close);
  const { refreshToken } = await late.createVisitorSession(PAGE);
  const open = (body: object = {}) =>
    sendRequest(late.url + HTTP_PATHS.visitorSession, {
      method: 'POST',
      body: { workspaceKey: late.workspace.key, ...body },
      headers: { origin: PAGE },
    });
  const refused = { status: 503, json: { code: 'busy', retryable: true } };
  await vi.waitFor(async () => expect(await open()).toMatchObject(refused), {
    timeout: 5_000,
    interval: 300,
  });
  const refusals = await Promise.all([open(), open(), open()]);
  expect(new Set(refusals.map(({ json }) => json?.['retryAfterMs'])).size).toBeGreaterThan(1);
  expect(await open({ refreshToken })).toMatchObject({ status: 200 });
});
