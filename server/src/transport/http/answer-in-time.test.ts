import { once } from 'node:events';
import { connect } from 'node:net';
import { createId, HTTP_PATHS } from '@alcove/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Limits } from '../../limits.ts';
import type { Storage } from '../../storage/storage.ts';
import { sendRequest } from '../../testing/send-request.ts';
import { startTestServer, type TestServer } from '../../testing/start-test-server.ts';
import { wrapConversations } from '../../testing/wrap-conversations.ts';

// Deadlines that are waited for, on machines that may be busy.
vi.setConfig({ testTimeout: 20_000 });

/** A server whose store takes messages, and says that it works, when a test lets it. */
async function startHanging(limits: Partial<Limits> = {}) {
  const gate = { isShut: false, open: () => {}, reach: () => {} };
  const opened = new Promise<void>((resolve) => {
    gate.open = () => {
      gate.isShut = false;
      resolve();
    };
  });
  const pass = async () => {
    gate.reach();
    if (gate.isShut) await opened;
  };
  const withGate = (storage: Storage): Storage =>
    wrapConversations(
      {
        ...storage,
        async check() {
          await pass();
          await storage.check();
        },
        directory: {
          ...storage.directory,
          workspaces: {
            ...storage.directory.workspaces,
            async findByKey(key) {
              await pass();
              return storage.directory.workspaces.findByKey(key);
            },
          },
        },
      },
      (conversations) => ({
        async append(request) {
          await pass();
          return conversations.append(request);
        },
      }),
    );
  const server = await startTestServer({ limits, wrapStorage: withGate });
  return { server, gate };
}

async function newSender(server: TestServer) {
  const { accessToken } = await server.createVisitorSession();
  return (clientMessageId: string, headers = {}) =>
    sendRequest(server.url + HTTP_PATHS.visitorCommands, {
      method: 'POST',
      headers: { origin: server.url, authorization: `Bearer ${accessToken}`, ...headers },
      body: {
        command: 'message.send',
        payload: {
          clientConversationId: 'cl_1',
          clientMessageId,
          content: { kind: 'text', text: 'Hello' },
        },
      },
    });
}

describe('a store that hangs', () => {
  test('makes nobody wait longer than the deadline, and what comes of it late does no harm', async () => {
    const { server, gate } = await startHanging({ commandDeadlineMs: 500 });
    onTestFinished(server.close);
    const open = () =>
      sendRequest(server.url + HTTP_PATHS.visitorSession, {
        method: 'POST',
        headers: { origin: server.url },
        body: { workspaceKey: server.workspace.key },
      });
    gate.isShut = true;
    const refused = await open();
    expect(refused).toMatchObject({
      status: 503,
      json: { ok: false, code: 'busy', retryable: true, retryAfterMs: expect.any(Number) },
      headers: { 'retry-after': expect.any(String), 'access-control-allow-origin': '*' },
    });
    gate.open();
    expect(await open()).toMatchObject({ status: 200 });
    expect(server.logged.filter((line) => line.includes('a request failed'))).toEqual([]);
  });

  test('leaves a message that was answered as late stored once', async () => {
    const { server, gate } = await startHanging({ commandDeadlineMs: 500 });
    onTestFinished(server.close);
    const send = await newSender(server);
    const id = createId('cl');
    gate.isShut = true;
    expect(await send(id)).toMatchObject({ status: 503, json: { code: 'busy' } });
    gate.open();
    expect(await send(id)).toMatchObject({ status: 200, json: { seq: 1, duplicate: true } });
  });

  test('is not ready', async () => {
    const { server, gate } = await startHanging({ commandDeadlineMs: 500 });
    onTestFinished(server.close);
    gate.isShut = true;
    expect(await sendRequest(`${server.url}/readyz`)).toMatchObject({
      status: 503,
      json: { status: 'store_unavailable' },
    });
    gate.open();
    expect((await sendRequest(`${server.url}/readyz`)).status).toBe(200);
  });
});

test('a server that leaves answers the command it has, refuses others in words, and is not held up by kept connections', async () => {
  const { server, gate } = await startHanging({ drainWaveMs: 10 });
  const send = await newSender(server);
  // A connection that its owner keeps, as browsers do.
  const kept = connect(server.port, 'localhost');
  await once(kept, 'connect');
  gate.isShut = true;
  const arrived = new Promise<void>((resolve) => {
    gate.reach = resolve;
  });
  const underWay = send('cl_last_words');
  await arrived;
  kept.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(kept, 'data');

  const closed = server.close();
  expect(await send('cl_too_late')).toMatchObject({
    status: 503,
    json: { ok: false, code: 'draining', retryable: true, retryAfterMs: expect.any(Number) },
    headers: { connection: 'close', 'access-control-allow-origin': '*' },
  });
  gate.open();
  expect(await underWay).toMatchObject({ status: 200, json: { ok: true, seq: 1 } });
  await closed;
  kept.destroy();
});
