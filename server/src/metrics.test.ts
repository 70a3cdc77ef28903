import { createId, HTTP_PATHS, PROTOCOL_VERSION } from '@alcove/protocol';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreUnavailableError } from './storage/store-unavailable-error.ts';
import { sendRequest } from './testing/send-request.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';
import { wrapConversations } from './testing/wrap-conversations.ts';

const TOKEN = 'a-token-for-tests-of-32-characters';
const CANARY = 'canary-in-the-mine';

let server: TestServer;
let isBroken = false;
beforeAll(async () => {
  server = await startTestServer({
    config: { metricsToken: TOKEN },
    limits: { visitorSends: { points: 5, durationMs: 60_000 } },
    wrapStorage: (storage) =>
      wrapConversations(storage, (conversations) => ({
        append: async (entry) => {
          if (isBroken) throw new StoreUnavailableError('append', new Error('disk I/O error'));
          return conversations.append(entry);
        },
      })),
  });
});
afterAll(() => server.close());

const ask = (authorization?: string) =>
  sendRequest(`${server.url}/metrics`, {
    headers: authorization === undefined ? {} : { authorization },
  });

/** The value of a metric, with these words among its labels. */
async function read(name: string, ...labels: string[]): Promise<number> {
  const { text } = await ask(`Bearer ${TOKEN}`);
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const line = lines.find((candidate) => labels.every((label) => candidate.includes(label)));
  return line === undefined ? Number.NaN : Number(line.split(' ').at(-1));
}

const send = (accessToken: string) =>
  sendRequest(server.url + HTTP_PATHS.visitorCommands, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, origin: server.url },
    body: {
      command: 'message.send',
      payload: {
        clientConversationId: createId('cl'),
        clientMessageId: createId('cl'),
        content: { kind: 'text', text: CANARY },
      },
    },
  });

test('are for whoever knows the token, and nowhere without one', async () => {
  expect(await ask()).toMatchObject({ status: 401 });
  expect(await ask(`Bearer ${TOKEN}x`)).toMatchObject({ status: 401 });
  expect(await ask(`Bearer ${TOKEN}`)).toMatchObject({ status: 200 });
  const silent = await startTestServer();
  const { status } = await sendRequest(`${silent.url}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(status).toBe(404);
  await silent.close();
});

test('count what is done, and why it is refused', async () => {
  const { accessToken } = await server.createVisitorSession(server.url);
  for (let times = 0; times < 7; times++) await send(accessToken);
  expect(await read('alcove_answers_total', 'message.send', 'outcome="ok"')).toBe(5);
  expect(await read('alcove_answers_total', 'message.send', 'rate_limited')).toBe(2);
  expect(await read('alcove_append_seconds_count')).toBe(5);
  expect(await read('alcove_append_seconds_bucket', 'le="5"')).toBe(5);
  expect(await read('alcove_group_writes_sum')).toBeGreaterThanOrEqual(5);
  expect(await read('alcove_visitor_connections')).toBe(0);
  expect(await read('alcove_cluster_degraded')).toBe(0);
  expect(await read('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
});

test('take no name from outside for a label', async () => {
  const { accessToken } = await server.createVisitorSession(server.url);
  const socket = io(`${server.url}/visitor`, {
    auth: { protocol: PROTOCOL_VERSION, accessToken },
    extraHeaders: { origin: server.url },
    transports: ['websocket'],
  });
  await new Promise((resolve) => {
    socket.once('hello', resolve);
  });
  await socket.emitWithAck(CANARY, {});
  expect(await read('alcove_handshakes_total', '"visitor"', '"ok"')).toBe(1);
  expect(await read('alcove_visitor_connections')).toBe(1);
  expect(await read('alcove_presence_entries')).toBe(1);
  socket.disconnect();
  expect(await read('alcove_answers_total', '"unknown"', '"invalid"')).toBe(1);
});

test('show an outage of the store, which the log tells in one line at each end', async () => {
  const { accessToken } = await server.createVisitorSession(server.url);
  isBroken = true;
  for (let times = 0; times < 3; times++) await send(accessToken);
  expect(await read('alcove_store_unavailable')).toBe(1);
  expect(await read('alcove_store_errors_total')).toBe(3);
  isBroken = false;
  expect((await send(accessToken)).json).toMatchObject({ ok: true });
  expect(await read('alcove_store_unavailable')).toBe(0);
  const lines = server.logged.filter((line) => line.includes('the store is'));
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'the store is unavailable',
    'the store is available',
  ]);
});

test('and the log hold no word that was said, and no secret', async () => {
  const { text } = await ask(`Bearer ${TOKEN}`);
  const { accessToken, refreshToken } = await server.createVisitorSession(server.url);
  await send(accessToken);
  const all = text + server.logged.join('\n');
  expect(all).toContain('alcove_answers_total');
  for (const secret of [CANARY, TOKEN, accessToken, refreshToken])
    expect(all).not.toContain(secret);
});
