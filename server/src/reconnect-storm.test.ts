import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PROTOCOL_VERSION, type Refusal } from '@alcove/protocol';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Storage } from './storage/storage.ts';
import { sendRequest } from './testing/send-request.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';

const many = { points: 1_000_000, durationMs: 1000 };
const CLIENTS = 12;

/** Slower than any machine connects them: a tenth of a second lies between two. */
const HANDSHAKES = { points: 10, durationMs: 1000 };

let dataDir: string;
const sockets = new Set<Socket>();
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'alcove-test-'));
});
afterEach(() => {
  for (const socket of sockets) socket.disconnect();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Comes back as often as it takes, when it is told to; answers how often it was sent away. */
async function comeBack(server: TestServer, accessToken: string): Promise<number> {
  for (let refusals = 0; ; refusals++) {
    const socket = io(`${server.url}/visitor`, {
      auth: { protocol: PROTOCOL_VERSION, accessToken },
      extraHeaders: { origin: server.url },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    sockets.add(socket);
    const refusal = await new Promise<Refusal | undefined>((resolve) => {
      socket.once('hello', () => resolve(undefined));
      socket.once('connect_error', (error) => resolve((error as Error & { data: Refusal }).data));
    });
    if (refusal === undefined) return refusals;
    expect(refusal).toMatchObject({ code: 'busy', retryable: true });
    await wait(refusal.retryAfterMs);
  }
}

/** Makes people who have a conversation with an answer in it that they have seen. */
async function createRegulars(server: TestServer): Promise<string[]> {
  const tokens: string[] = [];
  for (let count = 0; count < CLIENTS; count++) {
    const { accessToken } = await server.createVisitorSession();
    const body = {
      command: 'message.send',
      payload: {
        clientConversationId: 'cl_1',
        clientMessageId: 'cl_1',
        content: { kind: 'text', text: 'Hello' },
      },
    };
    const headers = { origin: server.url, authorization: `Bearer ${accessToken}` };
    await sendRequest(`${server.url}/api/v1/visitor/commands`, { method: 'POST', body, headers });
    tokens.push(accessToken);
  }
  return tokens;
}

test('everybody who lost the server is back soon, evenly, and for two looks into the store each', async () => {
  const people = { visitorSessionsPerAddress: many, newConversationsPerAddress: many };
  const before = await startTestServer({ dataDir, limits: people });
  const tokens = await createRegulars(before);
  await before.close();

  const calls = new Map<string, number>();
  const server = await startTestServer({
    dataDir,
    limits: { handshakes: HANDSHAKES, handshakesPerAddress: many },
    wrapStorage: (storage) => countCalls(storage, calls),
  });
  const sum = (isWanted: (name: string) => boolean) =>
    [...calls].reduce((total, [name, times]) => (isWanted(name) ? total + times : total), 0);
  const idle = sum(() => true);
  const startedAt = performance.now();
  const refusals = await Promise.all(tokens.map((token) => comeBack(server, token)));
  const seconds = (performance.now() - startedAt) / 1000;

  expect(Math.max(...refusals), 'had to wait').toBeGreaterThan(0);
  expect(seconds, 'no faster than allowed').toBeGreaterThan((CLIENTS - 1) / 10 - 0.05);
  const writes = sum((name) => name === 'contacts.update');
  expect(writes, 'that they are there is noted').toBeLessThanOrEqual(CLIENTS);
  // What all of them share is looked up a few times, as they come at once.
  const reads = sum(() => true) - idle - writes;
  expect(reads).toBeLessThanOrEqual(CLIENTS * 2 + 4);

  // And once more, as after a blink of the network: now the tokens are known, and the visits are no news.
  for (const socket of sockets) socket.disconnect();
  calls.clear();
  await Promise.all(tokens.map((token) => comeBack(server, token)));
  expect(sum((name) => name === 'contacts.update')).toBe(0);
  expect(sum(() => true)).toBeLessThanOrEqual(CLIENTS + 4);
  await server.close();
}, 30_000);

/** A store that counts what is asked of it, by name. */
function countCalls(storage: Storage, calls: Map<string, number>): Storage {
  const count = <Part extends object>(part: Part, path: string): Part =>
    new Proxy(part, {
      get(target, key, receiver) {
        const value: unknown = Reflect.get(target, key, receiver);
        const name = path ? `${path}.${String(key)}` : String(key);
        if (typeof value === 'object' && value !== null) return count(value, name);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]) => {
          const result: unknown = Reflect.apply(value, target, parameters);
          if (key === 'forWorkspace') return count(result as object, '');
          calls.set(name, (calls.get(name) ?? 0) + 1);
          return result;
        };
      },
    });
  return count(storage, '');
}
