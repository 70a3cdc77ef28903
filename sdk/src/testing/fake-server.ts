import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ConversationEvent,
  createId,
  type Handshake,
  HTTP_PATHS,
  NAMESPACES,
  type Refusal,
  SERVER_FRAMES,
  type Signal,
  type VisitorSession,
} from '@alcove/protocol';
import { Server, type Socket } from 'socket.io';
import {
  createFakeWorkspace,
  FAKE_AGENT,
  type FakeReader,
  type FakeWorkspace,
} from './fake-workspace.ts';

/** What becomes of one command. `lose-ack` runs it and says nothing; `silence` does not even run it. */
export type Fate = 'answer' | 'lose-ack' | 'silence' | 'disconnect' | Refusal;

export interface FakeServerOptions {
  /** A free one unless given. */
  port?: number;
  /** Life of access tokens; 15 minutes unless given. */
  accessLifeMs?: number;
}

/** A command as it arrived. */
export interface ReceivedCommand {
  name: string;
  payload: Record<string, unknown>;
  by: FakeReader;
}

/** What a test scripts. Everything is answered and delivered unless it says otherwise. */
export interface FakeFaults {
  onCommand(command: ReceivedCommand): Fate;
  /** Stands between the log and each connection: drops, doubles, delays, reorders. */
  onPush(event: ConversationEvent, deliver: () => void): void;
  onHandshake(handshake: Handshake): Refusal | undefined;
  onSession(body: Record<string, unknown>): Refusal | undefined;
}

export interface FakeServer extends FakeWorkspace {
  readonly url: string;
  readonly port: number;
  readonly faults: FakeFaults;
  readonly received: readonly ReceivedCommand[];
  readonly handshakes: readonly Handshake[];
  /** Bodies of the requests for a visitor's session. */
  readonly sessionsAsked: readonly Record<string, unknown>[];
  connectionCount(): number;
  signal(signal: Signal): void;
  /** Sends everyone any frame, well-formed or not. */
  frame(name: string, payload: unknown): void;
  disconnectAll(): void;
  /** Refresh tokens given so far are unknown from now on. */
  forgetSessions(): void;
  close(): Promise<void>;
}

/**
 * A small server in memory, on real sockets, whose every misbehaviour a test can script.
 *
 * @example
 * const server = await createFakeServer();
 * server.faults.onCommand = ({ name }) => (name === 'message.send' ? 'lose-ack' : 'answer');
 * const client = createVisitorClient({ serverUrl: server.url, workspaceKey: 'wk_test' });
 */
export async function createFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const faults: FakeFaults = {
    onCommand: () => 'answer',
    onPush: (_, deliver) => deliver(),
    onHandshake: () => undefined,
    onSession: () => undefined,
  };
  const readers = new Map<Socket, FakeReader>();
  const received: ReceivedCommand[] = [];
  const handshakes: Handshake[] = [];
  const sessions = createSessions(options.accessLifeMs ?? 15 * 60_000);
  const http = createServer((request, response) => sessions.answer(request, response, faults));
  const io = new Server(http, { transports: ['websocket'], serveClient: false });

  const workspace = createFakeWorkspace((event, { row }) => {
    for (const [socket, reader] of readers) {
      if (reader.kind === 'visitor' && reader.id !== row.visitorId) continue;
      const seen = workspace.logFor(reader, row.id).at(-1);
      if (seen?.seq !== event.seq) continue;
      faults.onPush(seen, () => socket.emit(SERVER_FRAMES.event, seen));
    }
  });

  const welcome = (socket: Socket, reader: FakeReader) => {
    readers.set(socket, reader);
    socket.on('disconnect', () => readers.delete(socket));
    socket.onAny(
      (name: string, payload: Record<string, unknown>, ack: (answer: object) => void) => {
        const command: ReceivedCommand = { name, payload, by: reader };
        received.push(command);
        const fate = faults.onCommand(command);
        if (fate === 'disconnect') socket.disconnect(true);
        else if (typeof fate === 'object') ack(fate);
        else if (fate !== 'silence') {
          const answer = workspace.execute(reader, name, payload);
          if (fate === 'answer') ack(answer);
        }
      },
    );
    socket.emit(SERVER_FRAMES.hello, workspace.helloFor(reader));
  };

  for (const kind of ['visitor', 'agent'] as const) {
    io.of(NAMESPACES[kind])
      .use((socket, next) => {
        const handshake = socket.handshake.auth as Handshake;
        handshakes.push(handshake);
        const id = kind === 'agent' ? FAKE_AGENT.id : sessions.visitorOf(handshake.accessToken);
        const refused = faults.onHandshake(handshake) ?? (id ? undefined : unauthenticated);
        if (refused) next(Object.assign(new Error(refused.message), { data: refused }));
        else next();
      })
      .on('connection', (socket: Socket) => {
        const { accessToken } = socket.handshake.auth as Handshake;
        const id = kind === 'agent' ? FAKE_AGENT.id : sessions.visitorOf(accessToken);
        welcome(socket, { kind, id: id ?? '' });
      });
  }

  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    ...workspace,
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    received,
    handshakes,
    sessionsAsked: sessions.asked,
    connectionCount: () => readers.size,
    signal(signal) {
      for (const socket of readers.keys()) socket.emit(SERVER_FRAMES.signal, signal);
    },
    frame(name, payload) {
      for (const socket of readers.keys()) socket.emit(name, payload);
    },
    disconnectAll() {
      for (const socket of readers.keys()) socket.disconnect(true);
    },
    forgetSessions: sessions.forget,
    close: async () => {
      http.closeAllConnections();
      await io.close();
    },
  };
}

const unauthenticated: Refusal = {
  ok: false,
  code: 'unauthenticated',
  message: 'This session has ended.',
  retryable: false,
};

/** Visitors' tokens: `at_…` leads to a visitor, `rt_…` is good for one use. */
function createSessions(accessLifeMs: number) {
  const visitors = new Map<string, string>();
  const asked: Record<string, unknown>[] = [];

  function create(visitorId: string): VisitorSession {
    const accessToken = createId('se');
    const refreshToken = createId('se');
    visitors.set(accessToken, visitorId);
    visitors.set(refreshToken, visitorId);
    const serverTime = new Date().toISOString();
    const accessExpiresAt = new Date(Date.now() + accessLifeMs).toISOString();
    return { visitorId, accessToken, accessExpiresAt, refreshToken, serverTime };
  }

  return {
    asked,
    visitorOf: (token: string) => visitors.get(token),
    forget: () => visitors.clear(),
    answer(request: IncomingMessage, response: ServerResponse, faults: FakeFaults): void {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const reply = (status: number, body: object) => {
          response.writeHead(status, {
            'content-type': 'application/json',
            'access-control-allow-origin': '*',
            'access-control-allow-headers': '*',
          });
          response.end(JSON.stringify(body));
        };
        if (request.method === 'OPTIONS') return reply(200, {});
        if (request.url !== HTTP_PATHS.visitorSession) return reply(404, {});
        const body = JSON.parse(text) as Record<string, unknown>;
        asked.push(body);
        const token = body.refreshToken as string | undefined;
        const known = token ? visitors.get(token) : createId('vi');
        const refused = faults.onSession(body) ?? (known ? undefined : unauthenticated);
        if (refused) return reply(400, refused);
        return reply(200, create(known ?? ''));
      });
    },
  };
}
