import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { HTTP_PATHS, textOf } from '@alcove/protocol';
import {
  freePort,
  hasCaddy,
  startCaddy,
  startTestServer,
  type TestAgent,
  type TestCaddy,
  type TestServer,
} from '@alcove/server/testing';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAgentClient } from './agent.ts';
import { createLocalStorage } from './testing/fake-browser.ts';
import { createVisitorClient } from './visitor.ts';
import type { VisitorClient } from './visitor-client.ts';

const until = (condition: () => boolean, timeout = 20_000) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout, interval: 10 });

describe.runIf(hasCaddy())('behind a proxy that speaks TLS', { timeout: 60_000 }, () => {
  const trusted = getCACertificates();
  const endings: (() => unknown)[] = [];
  let caddy: TestCaddy;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    caddy = await startCaddy(await freePort(), [`127.0.0.1:${port}`]);
    setDefaultCACertificates([...trusted, caddy.certificate]);
    vi.stubGlobal('indexedDB', new IDBFactory());
    vi.stubGlobal('localStorage', createLocalStorage());
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    setDefaultCACertificates(trusted);
    await caddy.close();
  });
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  /** As an operator sets it: the address of the proxy is the public one, and only the proxy is believed. */
  async function startServer(options: Parameters<typeof startTestServer>[0] = {}) {
    const server = await startTestServer({
      ...options,
      config: { port, publicUrl: new URL(caddy.url), trustProxy: ['127.0.0.1'] },
    });
    endings.push(() => server.close());
    // Without a node the proxy answers at once whatever is not a GET.
    await vi.waitFor(
      async () =>
        expect((await send(`${caddy.url}/healthz`, { headers: {} })).statusCode).toBe(200),
      { timeout: 10_000, interval: 50 },
    );
    return server;
  }

  function asVisitor({ workspace }: TestServer): VisitorClient {
    const options = { serverUrl: caddy.url, workspaceKey: workspace.key, origin: caddy.url };
    const client = createVisitorClient(options);
    endings.push(() => client.close());
    return client;
  }

  function asAgent(session: TestAgent) {
    const client = createAgentClient({
      serverUrl: caddy.url,
      origin: caddy.url,
      identity: session.agent.id,
      getAccessToken: async () => session,
    });
    endings.push(() => client.close());
    client.connect();
    return client;
  }

  it('talks by wss and https, both ways', async () => {
    const server = await startServer();
    const agent = asAgent(await server.createAgent());
    await agent.loadInbox('all');
    const visitor = asVisitor(server);
    await visitor.send('hello');
    await until(() => agent.getState().views.all.conversationIds.length === 1);
    const [id = ''] = agent.getState().views.all.conversationIds;
    await agent.openConversation(id);
    await agent.send(id, 'hi');
    await until(() => said(visitor).join() === 'hello,hi');
    expect(visitor.getState().connection.status).toBe('online');
    expect(agent.getState().connection.status).toBe('online');
  });

  it('is left by everybody when the server goes, and found again with all that was said', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'alcove-proxy-'));
    endings.push(() => rmSync(dataDir, { recursive: true }));
    const options = { dataDir, limits: { visitorSends: { points: 1_000, durationMs: 1_000 } } };
    const server = await startServer(options);
    const visitor = asVisitor(server);
    await visitor.send('0');
    await until(() => visitor.getState().pending.length === 0);

    const numbers = Array.from({ length: 30 }, (_none, index) => String(index));
    for (const number of numbers.slice(1, 15)) await visitor.send(number);
    const startedAt = performance.now();
    await server.close();
    expect(performance.now() - startedAt).toBeLessThan(25_000);
    await until(() => visitor.getState().connection.status !== 'online');
    for (const number of numbers.slice(15)) await visitor.send(number);

    await startServer(options);
    await until(() => visitor.getState().pending.length === 0, 40_000);
    expect(said(visitor)).toEqual(numbers);
  });

  it('upgrades to a WebSocket, and tells browsers what belongs to https', async () => {
    const server = await startServer();
    const upgrade = ask(`${caddy.url}/socket.io/?EIO=4&transport=websocket`, {
      headers: {
        origin: caddy.url,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    });
    const [response, socket] = (await once(upgrade, 'upgrade')) as [IncomingMessage, Duplex];
    socket.destroy();
    expect(response.statusCode).toBe(101);
    expect(response.headers.upgrade).toBe('websocket');

    const { email, password } = await server.createAgent();
    const signIn = await send(caddy.url + HTTP_PATHS.session, {
      body: { email, password },
      headers: { origin: caddy.url },
    });
    expect(signIn.statusCode).toBe(200);
    expect(signIn.headers['set-cookie']?.[0]).toMatch(/^__Host-alcove=.*; Secure/);
    expect(signIn.headers['strict-transport-security']).toContain('max-age=');
  });

  it('tells visitors apart, and believes about them what the proxy says and nobody else', async () => {
    const once = { points: 1, durationMs: 60_000 };
    const server = await startServer({ limits: { visitorSessionsPerAddress: once } });
    /** How the door is answered that each address may pass once. */
    async function knock(url: string, localAddress: string, forwardedFor?: string) {
      const answer = await send(url + HTTP_PATHS.visitorSession, {
        localAddress,
        body: { workspaceKey: server.workspace.key },
        headers: { origin: caddy.url, ...(forwardedFor && { 'x-forwarded-for': forwardedFor }) },
      });
      return answer.statusCode;
    }
    const direct = `http://127.0.0.1:${port}`;

    expect(await knock(caddy.url, '127.0.0.8')).toBe(200);
    expect(await knock(caddy.url, '127.0.0.8')).toBe(429);
    expect(await knock(caddy.url, '127.0.0.8', '203.0.113.1')).toBe(429);
    expect(await knock(caddy.url, '127.0.0.9')).toBe(200);
    // Whoever gets past the proxy is who they are.
    expect(await knock(direct, '127.0.0.10', '203.0.113.2')).toBe(200);
    expect(await knock(direct, '127.0.0.10', '203.0.113.3')).toBe(429);
    // The address of the proxy is the one that is believed.
    expect(await knock(direct, '127.0.0.1', '203.0.113.2')).toBe(200);
    expect(await knock(direct, '127.0.0.1', '203.0.113.2')).toBe(429);
  });

  it('is not taken for ours with another certificate', async () => {
    setDefaultCACertificates(trusted);
    try {
      await expect(fetch(caddy.url)).rejects.toThrow('fetch failed');
    } finally {
      setDefaultCACertificates([...trusted, caddy.certificate]);
    }
  });
});

function said(client: VisitorClient): string[] {
  const lines = client.timeline(client.getState().conversations[0]?.id ?? null);
  return lines.flatMap((line) => (line.kind === 'message' ? textOf(line.content) : []));
}

interface Request {
  headers: Record<string, string>;
  body?: object;
  localAddress?: string;
}

/** `fetch` neither upgrades nor chooses the address that it comes from. */
function ask(url: string, { body, headers, localAddress }: Request): ClientRequest {
  const request = url.startsWith('https:') ? requestByHttps : requestByHttp;
  // The name has addresses of two families, and a source of one.
  const { hostname, port, pathname, search } = new URL(url);
  return request({
    host: '127.0.0.1',
    servername: hostname,
    port,
    path: pathname + search,
    method: body ? 'POST' : 'GET',
    agent: false,
    localAddress,
    headers: { host: `${hostname}:${port}`, 'content-type': 'application/json', ...headers },
  }).end(body && JSON.stringify(body));
}

async function send(url: string, options: Request): Promise<IncomingMessage> {
  const [response] = (await once(ask(url, options), 'response')) as [IncomingMessage];
  return response.resume();
}
