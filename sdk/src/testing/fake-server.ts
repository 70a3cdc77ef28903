import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** What a test scripts. Everything is answered and delivered unless it says otherwise. */
export interface FakeFaults {
  onCommand(command: ReceivedCommand): Fate;
  /** Stands between the log and each connection: drops, doubles, delays, reorders. */
  onPush(event: ConversationEvent, deliver: () => void): void;
  onHandshake(handshake: Handshake): Refusal | undefined;
  /** A visitor asks for a session. */
  onSession(body: Record<string, unknown>): Refusal | undefined;
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
  };
  /** Every command that arrived, in order. */
  readonly received: ReceivedCommand[] = [];
  readonly handshakes: Handshake[] = [];
  readonly #readers = new Map<Socket, FakeReader>();
  readonly #sessions: FakeSessions;
  readonly #http: HttpServer;
  readonly #io: Server;

  constructor(accessLifeMs: number) {
    this.#sessions = new FakeSessions(accessLifeMs, (body) => this.faults.onSession(body));
    this.#http = createServer(this.#sessions.answer);
    this.#io = new Server(this.#http, { transports: ['websocket'], serveClient: false });
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
    this.#http.closeAllConnections();
    await this.#io.close();
  }

  #openDoor(kind: FakeReader['kind']): void {
    const idOf = ({ accessToken }: Handshake) =>
      kind === 'agent' ? FAKE_AGENT.id : this.#sessions.visitorOf(accessToken);
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
        const command = { name, payload, by: reader };
        this.received.push(command);
        const fate = this.faults.onCommand(command);
        if (fate === 'disconnect') socket.disconnect(true);
        else if (typeof fate === 'object') ack(fate);
        else if (fate !== 'silence') {
          const answer = execute(this.workspace, reader, name, payload);
          if (fate === 'answer') ack(answer);
        }
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
