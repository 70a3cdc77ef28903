import { once } from 'node:events';
import { connect } from 'node:net';
import { HTTP_PATHS, PROTOCOL_VERSION } from '@alcove/protocol';
import { io } from 'socket.io-client';
import { describe, expect, test } from 'vitest';
import type { Storage } from './storage/storage.ts';
import { StoreUnavailableError } from './storage/store-unavailable-error.ts';
import { sendRequest } from './testing/send-request.ts';
import { startTestServer } from './testing/start-test-server.ts';

describe('health', () => {
  test('is good while the server serves', async () => {
    const server = await startTestServer();
    expect(await sendRequest(`${server.url}/healthz`)).toMatchObject({
      status: 200,
      json: { status: 'ok' },
    });
    expect(await sendRequest(`${server.url}/readyz`)).toMatchObject({
      status: 200,
      json: { status: 'ready' },
    });
    await server.close();
  });

  test('without the store is alive, but not ready; requests are refused and may be repeated', async () => {
    const fault = { isOn: false };
    const server = await startTestServer({ wrapStorage: (storage) => withFault(storage, fault) });
    fault.isOn = true;
    expect((await sendRequest(`${server.url}/healthz`)).status).toBe(200);
    expect(await sendRequest(`${server.url}/readyz`)).toMatchObject({
      status: 503,
      json: { status: 'store_unavailable' },
    });
    const refused = await sendRequest(server.url + HTTP_PATHS.session, {
      method: 'POST',
      body: { email: 'ada@example.com', password: 'long enough' },
      headers: { origin: server.origin },
    });
    expect(refused).toMatchObject({
      status: 503,
      json: { code: 'store_unavailable', retryable: true },
    });
    fault.isOn = false;
    expect((await sendRequest(`${server.url}/readyz`)).status).toBe(200);
    await server.close();
  });

  test('tells of a store that is gone, and of one that is back, also when nobody but a balancer asks', async () => {
    const fault = { isOn: true };
    const server = await startTestServer({ wrapStorage: (storage) => withFault(storage, fault) });
    const storeLines = () => server.logged.filter((entry) => entry.includes('the store is'));
    await sendRequest(`${server.url}/readyz`);
    await sendRequest(`${server.url}/readyz`);
    expect(storeLines()).toEqual([expect.stringContaining('the store is unavailable')]);
    fault.isOn = false;
    await sendRequest(`${server.url}/readyz`);
    expect(storeLines()[1]).toContain('the store is available');
    await server.close();
  });

  test('is looked up once for all who ask at the same time', async () => {
    let looks = 0;
    let finish = () => {};
    const looked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const server = await startTestServer({
      wrapStorage: (storage) => ({
        ...storage,
        check() {
          looks++;
          return looked;
        },
      }),
    });
    const ask = () => sendRequest(`${server.url}/readyz`);
    const answers = Promise.all(Array.from({ length: 10 }, ask));
    // By the time that these are answered, those above have arrived.
    for (let times = 0; times < 10; times++) await sendRequest(`${server.url}/healthz`);
    expect(looks).toBe(1);
    finish();
    for (const { status } of await answers) expect(status).toBe(200);
    await server.close();
  });

  test('survives a fault that nobody expected, and shows it to the operator only', async () => {
    const fault = { isOn: false, error: new TypeError('canary: cannot read properties') };
    const server = await startTestServer({ wrapStorage: (storage) => withFault(storage, fault) });
    fault.isOn = true;
    const answer = await sendRequest(server.url + HTTP_PATHS.session, {
      method: 'POST',
      body: { email: 'ada@example.com', password: 'long enough' },
      headers: { origin: server.origin },
    });
    expect(answer).toMatchObject({ status: 500, json: { code: 'internal' } });
    expect(answer.text).not.toMatch(/canary|create-server/);
    const line = server.logged.find((entry) => entry.includes('canary'));
    expect(line).toContain(answer.json?.['requestId']);
    fault.isOn = false;
    expect((await sendRequest(`${server.url}/readyz`)).status).toBe(200);
    await server.close();
  });
});

/** A store whose look-ups of accounts, and whose check, fail while the fault is on. */
function withFault(storage: Storage, fault: { isOn: boolean; error?: Error }): Storage {
  const { directory } = storage;
  const check = () => {
    if (fault.isOn) throw fault.error ?? new StoreUnavailableError('test', undefined);
  };
  return {
    ...storage,
    async check() {
      check();
      await storage.check();
    },
    directory: {
      ...directory,
      accounts: {
        ...directory.accounts,
        async findByEmail(email) {
          check();
          return directory.accounts.findByEmail(email);
        },
      },
    },
  };
}

describe('closing', () => {
  test('tells balancers first, then clients, and ends', async () => {
    const server = await startTestServer();
    const { accessToken } = await server.createVisitorSession();
    const socket = io(`${server.url}/visitor`, {
      auth: { protocol: PROTOCOL_VERSION, accessToken },
      extraHeaders: { origin: server.url },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    await new Promise((resolve) => socket.once('hello', resolve));
    const drained = new Promise((resolve) => socket.once('signal', resolve));
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));

    const closed = server.close();
    expect(await sendRequest(`${server.url}/readyz`)).toMatchObject({
      status: 503,
      json: { status: 'draining' },
    });
    expect((await sendRequest(`${server.url}/healthz`)).status).toBe(200);
    expect(await drained).toMatchObject({ type: 'server.drain' });
    await gone;
    await closed;
    await expect(sendRequest(`${server.url}/healthz`)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('waits for the answer to a request that is on its way', async () => {
    const server = await startTestServer();
    const body = JSON.stringify({ email: 'ada@example.com', password: 'long enough' });
    const socket = connect(server.port, 'localhost');
    await once(socket, 'connect');
    socket.write(
      `POST ${HTTP_PATHS.session} HTTP/1.1\r\nHost: localhost\r\nOrigin: ${server.origin}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    // Its head is with the server for sure once a later request was answered.
    await sendRequest(`${server.url}/healthz`);
    const closed = server.close();
    socket.write(body.slice(5));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
    await closed;
  });
});

test("a request that is none ends its own connection and nobody else's", async () => {
  const server = await startTestServer();
  const raw = async (bytes: string) => {
    const socket = connect(server.port, 'localhost');
    socket.on('error', () => undefined);
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    socket.end(bytes);
    await once(socket, 'close');
    return received;
  };
  expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Filler: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(await raw('GET /demo/ HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await raw('TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 404 /,
  );
  expect((await sendRequest(`${server.url}/readyz`)).status).toBe(200);
  await server.close();
});
