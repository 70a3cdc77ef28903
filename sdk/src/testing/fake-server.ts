import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  type ConversationEvent,
  type Handshake,
  NAMESPACES,
  type Refusal,
  SERVER_FRAMES,
  type Signal,
} from '@alcove/protocol';
import { Server, type Socket } from 'socket.io';
import { execute } from './fake-commands.ts';
import { FakeSessions } from './fake-sessions.ts';
import { FAKE_AGENT, type FakeReader, FakeWorkspace } from './fake-workspace.ts';

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

interface HttpCommand {
  command: string;
  payload: Record<string, unknown>;
  accessToken: string;
}

const KINDS = ['visitor', 'agent'] as const;

/** What a test scripts. Everything is answered and delivered unless it says otherwise. */
export interface FakeFaults {
  onCommand(command: ReceivedCommand): Fate;
  /** Stands between the log and each connection: drops, doubles, delays, reorders. */
  onPush(event: ConversationEvent, deliver: () => void): void;
  onHandshake(handshake: Handshake): Refusal | undefined;
  /** A visitor asks for a session. */
  onSession(body: Record<string, unknown>): Refusal | undefined;
  /** A WebSocket is to be opened. `refuse` is what most proxies do that know none, `silence` what the worst of them do. */
  onUpgrade(): 'answer' | 'refuse' | 'silence';
  /** Any request comes in. A `portal` answers with a page of its own, as networks do that want a click first. */
  onRequest(): 'answer' | 'portal' | 'silence';
}

/**
 * Starts a small server in memory, on real sockets, whose every misbehaviour a test can script.
 *
 * @example
 * const server = await createFakeServer();
 * server.faults.onCommand = ({ name }) => (name === 'message.send' ? 'lose-ack' : 'answer');
 * const client = createVisitorClient({ serverUrl: server.url, workspaceKey: 'wk_test' });
 */
export async function createFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = new FakeServer(options.accessLifeMs ?? 15 * 60_000);
  await server.listen(options.port ?? 0);
  return server;
}

/** @see createFakeServer */
export class FakeServer {
  /** The logs, and ways to write into them. */
  readonly workspace = new FakeWorkspace((event) => this.#push(event));
  readonly faults: FakeFaults = {
    onCommand: () => 'answer',
    onPush: (_, deliver) => deliver(),
    onHandshake: () => undefined,
    onSession: () => undefined,
    onUpgrade: () => 'answer',
    onRequest: () => 'answer',
  };
  /** Every command that arrived, in order. */
  readonly received: ReceivedCommand[] = [];
  readonly handshakes: Handshake[] = [];
  readonly #readers = new Map<Socket, FakeReader>();
  readonly #sessions: FakeSessions;
  readonly #http: HttpServer;
  readonly #io: Server;
  /** Connections that are never answered. */
  readonly #mute = new Set<Duplex>();

  constructor(accessLifeMs: number) {
    this.#sessions = new FakeSessions(accessLifeMs, (body) => this.faults.onSession(body));
    this.#http = createServer((request, response) => void this.#answerHttp(request, response));
    this.#io = new Server(this.#http, { transports: ['websocket'], serveClient: false });
    this.#guardUpgrades();
    this.#openDoor('visitor');
    this.#openDoor('agent');
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Bodies of the requests for a visitor's session. */
  get sessionsAsked(): readonly Record<string, unknown>[] {
    return this.#sessions.asked;
  }

  get connectionCount(): number {
    return this.#readers.size;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(port, '127.0.0.1', resolve));
  }

  signal(signal: Signal): void {
    this.frame(SERVER_FRAMES.signal, signal);
  }

  /** Sends everyone any frame, well-formed or not. */
  frame(name: string, payload: unknown): void {
    for (const socket of this.#readers.keys()) socket.emit(name, payload);
  }

  disconnectAll(): void {
    for (const socket of this.#readers.keys()) socket.disconnect(true);
  }

  /** Visitors' tokens given so far are unknown from now on. */
  forgetSessions(): void {
    this.#sessions.forget();
  }

  async close(): Promise<void> {
    for (const socket of this.#mute) socket.destroy();
    this.#http.closeAllConnections();
    await this.#io.close();
  }

  /** Lets a test stand between the network and Socket.IO. */
  #guardUpgrades(): void {
    const listeners = this.#http.listeners('upgrade');
    this.#http.removeAllListeners('upgrade');
    this.#http.on('upgrade', (request, socket: Duplex, head) => {
      const fate = this.faults.onUpgrade();
      if (fate === 'refuse') socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      else if (fate === 'silence') this.#mute.add(socket.on('error', () => {}));
      else for (const listener of listeners) listener.call(this.#http, request, socket, head);
    });
  }

  async #answerHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fate = this.faults.onRequest();
    if (fate === 'silence') return;
    if (fate === 'portal') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome!</h1>');
      return;
    }
    const kind = KINDS.find((one) => request.url === `/api/v1${NAMESPACES[one]}/commands`);
    if (!kind || request.method !== 'POST') {
      this.#sessions.answer(request, response);
      return;
    }
    const { command, payload, accessToken } = JSON.parse(await text(request)) as HttpCommand;
    const id = this.#idOf(kind, accessToken);
    const answer = (ack: object) =>
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end(JSON.stringify(ack));
    if (!id) answer(this.#sessions.ended);
    else this.#run({ kind, id }, command, payload, answer, () => request.socket.destroy());
  }

  #idOf(kind: FakeReader['kind'], accessToken: string): string | undefined {
    return kind === 'agent' ? FAKE_AGENT.id : this.#sessions.visitorOf(accessToken);
  }

  #run(
    by: FakeReader,
    name: string,
    payload: Record<string, unknown>,
    ack: (answer: object) => void,
    disconnect: () => void,
  ): void {
    const command = { name, payload, by };
    this.received.push(command);
    const fate = this.faults.onCommand(command);
    if (fate === 'disconnect') disconnect();
    else if (typeof fate === 'object') ack(fate);
    else if (fate !== 'silence') {
      const answer = execute(this.workspace, by, name, payload);
      if (fate === 'answer') ack(answer);
    }
  }

  #openDoor(kind: FakeReader['kind']): void {
    const idOf = ({ accessToken }: Handshake) => this.#idOf(kind, accessToken);
    this.#io
      .of(NAMESPACES[kind])
      .use((socket, next) => {
        const handshake = socket.handshake.auth as Handshake;
        this.handshakes.push(handshake);
        const known = idOf(handshake) ? undefined : this.#sessions.ended;
        const refused = this.faults.onHandshake(handshake) ?? known;
        next(refused && Object.assign(new Error(refused.message), { data: refused }));
      })
      .on('connection', (socket: Socket) => {
        this.#serve(socket, { kind, id: idOf(socket.handshake.auth as Handshake) ?? '' });
      });
  }

  #serve(socket: Socket, reader: FakeReader): void {
    this.#readers.set(socket, reader);
    socket.on('disconnect', () => this.#readers.delete(socket));
    socket.onAny(
      (name: string, payload: Record<string, unknown>, ack: (answer: object) => void) => {
        this.#run(reader, name, payload, ack, () => socket.disconnect(true));
      },
    );
    socket.emit(SERVER_FRAMES.hello, this.workspace.helloFor(reader));
  }

  #push({ conversationId, seq }: ConversationEvent): void {
    const { visitorId } = this.workspace.find(conversationId).row;
    for (const [socket, reader] of this.#readers) {
      if (reader.kind === 'visitor' && reader.id !== visitorId) continue;
      const seen = this.workspace.logFor(reader, conversationId).at(-1);
      if (seen?.seq !== seq) continue;
      this.faults.onPush(seen, () => socket.emit(SERVER_FRAMES.event, seen));
    }
  }
}
