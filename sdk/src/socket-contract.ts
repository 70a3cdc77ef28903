import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket as Tcp,
} from 'node:net';
import { text } from 'node:stream/consumers';
import { Server, type ServerOptions, type Socket as ServerSocket } from 'socket.io';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OpenSocket, Socket } from './socket.ts';

/**
 * How every socket has to behave, shown against a real Socket.IO server that also answers commands by HTTP.
 *
 * @param kind.isHttp nothing is open between two requests: no network can be lost there, and nobody is told anything.
 */
export function describeSocketContract(
  name: string,
  openSocket: OpenSocket,
  { isHttp = false }: { isHttp?: boolean } = {},
): void {
  describe(`${name}, a socket`, () => {
    const endings: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of endings.splice(0).reverse()) await end();
    });

    const until = (condition: () => boolean) =>
      vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5_000, interval: 5 });

    /** A server that greets, echoes, and does as its commands are called. */
    async function serve(
      options: Partial<ServerOptions> = {},
    ): Promise<{ url: string; sockets: ServerSocket[] }> {
      const http = createHttpServer((request, response) => void answerHttp(request, response));
      const io = new Server(http, { transports: ['websocket'], ...options });
      const sockets: ServerSocket[] = [];
      io.of('/test').use((socket, next) => {
        const { accessToken } = socket.handshake.auth as { accessToken: string };
        const data: unknown = accessToken.startsWith('{') && JSON.parse(accessToken);
        next(data ? Object.assign(new Error('refused'), { data }) : undefined);
      });
      io.of('/test').on('connection', (socket) => {
        sockets.push(socket);
        socket.on('echo', (said: unknown, ack: (answer: unknown) => void) =>
          ack({ ok: true, said }),
        );
        socket.on('mute', () => {});
        socket.emit('hello', {
          auth: socket.handshake.auth,
          origin: socket.handshake.headers.origin,
        });
      });
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      endings.push(() => io.close());
      return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, sockets };
    }

    function open(serverUrl: string, change: Partial<Parameters<OpenSocket>[0]> = {}) {
      const events: [string, unknown][] = [];
      const ends: unknown[] = [];
      const socket: Socket = openSocket({
        serverUrl,
        namespace: '/test',
        auth: { accessToken: 'secret' },
        origin: 'https://shop.example',
        onEvent: (event, payload) => events.push([event, payload]),
        onRefused: (reason) => ends.push({ refused: reason }),
        onLost: () => ends.push('lost'),
        ...change,
      });
      endings.push(() => socket.close());
      return { socket, events, ends };
    }

    async function openAndGreet() {
      const server = await serve();
      const client = open(server.url);
      await until(() => client.events.length === 1);
      return { ...client, ...server };
    }

    it('joins with its payload and its origin, and hears what the server says first', async () => {
      const { events } = await openAndGreet();
      const auth = { accessToken: 'secret' };
      expect(events).toMatchObject([['hello', { auth, origin: 'https://shop.example' }]]);
    });

    it('finds a server below a path', async () => {
      const { url } = await serve({ path: '/chat/socket.io' });
      const { events } = open(`${url}/chat`);
      await until(() => events.length === 1);
      expect(events[0]?.[0]).toBe('hello');
    });

    it.each([
      ['text', { text: 'hello' }],
      ['any script', { text: 'שלום, مرحبا, 你好, 👩‍👩‍👧‍👦 \u2028 "quoted" \\ \n' }],
      ['what looks like a packet', { text: '42/test,7["echo"]' }],
      ['sixty kilobytes', { text: 'x'.repeat(60_000) }],
      ['nothing', null],
    ])('is answered with %s as it was sent', async (_, payload) => {
      const { socket } = await openAndGreet();
      const answer = await socket.ask('echo', payload, 2_000);
      expect(answer).toEqual({ ok: true, said: payload });
    });

    it('is answered each question by its own answer', async () => {
      const { socket } = await openAndGreet();
      const questions = Array.from({ length: 100 }, (_, n) => n);
      const answers = await Promise.all(questions.map((n) => socket.ask('echo', n, 2_000)));
      expect(answers).toEqual(questions.map((said) => ({ ok: true, said })));
    });

    it('gives up a question after its time, and goes on', async () => {
      const { socket, ends } = await openAndGreet();
      await expect(socket.ask('mute', {}, 30)).rejects.toBeInstanceOf(Error);
      await expect(socket.ask('echo', 1, 2_000)).resolves.toEqual({ ok: true, said: 1 });
      expect(ends).toEqual([]);
    });

    it('is told why it was refused, once', async () => {
      const { url } = await serve();
      const reason = { ok: false, code: 'upgrade_required', message: 'Too old.' };
      const { ends, events } = open(url, { auth: { accessToken: JSON.stringify(reason) } });
      await until(() => ends.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(ends).toEqual([{ refused: reason }]);
      expect(events).toEqual([]);
    });

    it('is lost when nobody is there', async () => {
      const { ends } = open('http://127.0.0.1:9');
      await until(() => ends.length === 1);
      expect(ends).toEqual(['lost']);
    });

    it('calls nothing and waits for nothing after it was closed', async () => {
      const { socket, ends, events, sockets } = await openAndGreet();
      const answer = socket.ask('mute', {}, 2_000).catch((error: unknown) => error);
      socket.close();
      socket.close();
      expect(await answer).toBeInstanceOf(Error);
      if (!isHttp) await until(() => sockets[0]?.connected === false);
      expect(ends).toEqual([]);
      expect(events).toHaveLength(1);
    });

    it('can be closed before it was open', async () => {
      const { url } = await serve();
      const { socket, ends, events } = open(url);
      socket.close();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect([...ends, ...events]).toEqual([]);
    });

    if (isHttp) return;

    it('hears events in the order in which they were sent', async () => {
      const { events, sockets } = await openAndGreet();
      for (let n = 0; n < 100; n++) sockets[0]?.emit('event', n);
      await until(() => events.length === 101);
      expect(events.slice(1).map(([, n]) => n)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    });

    it('stays connected as long as the server pings', async () => {
      const { url, sockets } = await serve({ pingInterval: 20 });
      const { events, ends, socket } = open(url);
      await until(() => events.length === 1);
      let pongs = 0;
      for (const { conn } of sockets) {
        conn.on('packet', ({ type }: { type: string }) => {
          if (type === 'pong') pongs++;
        });
      }
      await until(() => pongs >= 5);
      expect(ends).toEqual([]);
      await expect(socket.ask('echo', 1, 2_000)).resolves.toEqual({ ok: true, said: 1 });
    });

    it.each([
      ['the server leaves the namespace', (one: ServerSocket) => one.disconnect()],
      ['the server closes the connection', (one: ServerSocket) => one.disconnect(true)],
      ['the server says nonsense', (one: ServerSocket) => rawOf(one).send('42/test,["broken')],
    ])('is lost once when %s, and so is what was asked', async (_, end) => {
      const { socket, ends, sockets } = await openAndGreet();
      const answer = socket.ask('mute', {}, 2_000).catch((error: unknown) => error);
      for (const one of sockets) end(one);
      await until(() => ends.length === 1);
      expect(await answer).toBeInstanceOf(Error);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(ends).toEqual(['lost']);
    });

    it('is lost when the network is, although no connection was closed', async () => {
      const { url } = await serve({ pingInterval: 100, pingTimeout: 200 });
      const proxy = await createProxy(Number(new URL(url).port));
      endings.push(proxy.close);
      const { events, ends } = open(proxy.url);
      await until(() => events.length === 1);
      proxy.freeze();
      await until(() => ends.length === 1);
      expect(ends).toEqual(['lost']);
    });
  });
}

interface HttpCommand {
  command: string;
  payload: unknown;
  accessToken: string;
}

async function answerHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { command, payload, accessToken } = JSON.parse(await text(request)) as HttpCommand;
  const auth = { accessToken };
  const { origin } = request.headers;
  const answers: Record<string, object> = {
    'hello.get': { ok: true, serverTime: new Date().toISOString(), auth, origin },
    echo: { ok: true, said: payload },
  };
  const isRefused = accessToken.startsWith('{');
  const answer = isRefused ? JSON.parse(accessToken) : answers[command];
  if (answer) response.end(JSON.stringify(answer));
}

/** The WebSocket below a server's socket. */
function rawOf({ conn }: ServerSocket): { send(frame: string): void } {
  return (conn.transport as unknown as { socket: { send(frame: string): void } }).socket;
}

/** A TCP proxy that can fall silent without closing anything. */
async function createProxy(port: number) {
  const ends = new Set<Tcp>();
  const server = createTcpServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const end of [client, upstream]) ends.add(end.on('error', () => end.destroy()));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze() {
      for (const end of ends) end.unpipe().pause();
    },
    close() {
      for (const end of ends) end.destroy();
      server.close();
    },
  };
}
