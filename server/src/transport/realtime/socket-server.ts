import type { IncomingMessage, Server as HttpServer } from 'node:http';
import {
  type AgentHello,
  type ConversationEvent,
  NAMESPACES,
  type Refusal,
  type Signal,
  type VisitorHello,
  WIRE_LIMITS,
} from '@alcove/protocol';
import type { Logger } from 'pino';
import { type DefaultEventsMap, type Namespace, Server, type Socket } from 'socket.io';
import type { Cluster } from '../../cluster/cluster.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Limits } from '../../limits.ts';
import type { ConnectionCounts } from './connection-counts.ts';

/** Frames that the server sends by itself. Those of clients are commands, read by `frames.ts`. */
interface ServerFrames {
  hello(hello: VisitorHello | AgentHello): void;
  event(event: ConversationEvent): void;
  signal(signal: Signal): void;
  refused(refusal: Refusal): void;
}

/** What belongs to a connection. */
interface SocketData {
  /** Commands that wait for their answer. */
  pending: number;
  /** When its session is looked up again, milliseconds since 1970. */
  checkAt: number;
}

type Untyped = DefaultEventsMap;

export type SocketServer = Server<Untyped, ServerFrames, Untyped, SocketData>;
export type ChatNamespace = Namespace<Untyped, ServerFrames, Untyped, SocketData>;
export type ChatSocket = Socket<Untyped, ServerFrames, Untyped, SocketData>;

interface SocketServerOptions {
  cluster: Pick<Cluster, 'adapter'>;
  limits: Limits;
  logger: Logger;
  counts: ConnectionCounts;
}

/** Adds Socket.IO to an HTTP server: WebSocket only, nothing connected to anything yet. */
export function createSocketServer(
  httpServer: HttpServer,
  { cluster, limits, logger, counts }: SocketServerOptions,
): SocketServer {
  const sayFull = sayRarely(() =>
    logger.warn(
      'too many connections from one address: if this server stands behind a proxy, set TRUST_PROXY',
    ),
  );
  const io: SocketServer = new Server(httpServer, {
    // Long-polling would need sticky sessions; networks without WebSocket use the HTTP commands.
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    // Compression costs more memory per idle connection than chat messages save.
    perMessageDeflate: false,
    httpCompression: false,
    adapter: cluster.adapter,
    maxHttpBufferSize: WIRE_LIMITS.frameBytes,
    connectTimeout: limits.handshakeMs,
    pingInterval: limits.pingIntervalMs,
    pingTimeout: limits.pingTimeoutMs,
    // The cheapest place to say no, and a mute one: a browser's WebSocket is told nothing but that it failed. So only
    // what no honest client meets is refused here; those who are to come back later are told when, in the namespace.
    allowRequest: (request, decide) => {
      if (!hasWellFormedOrigin(request)) {
        decide('the Origin header is malformed', false);
      } else if (counts.isFull(request)) {
        sayFull();
        decide('too many connections from this address', false);
      } else {
        decide(null, true);
      }
    },
  });
  io.engine.on('connection', counts.add);
  const wrongDoor = new DomainError(
    'invalid',
    `Connect to the namespace ${NAMESPACES.visitor} or ${NAMESPACES.agent}.`,
  );
  io.use((_socket, next) => next(toConnectError(wrongDoor.toRefusal())));
  return io;
}

/** A refusal in the form in which a handshake is refused. */
export function toConnectError(refusal: Refusal): Error {
  return Object.assign(new Error(refusal.message), { data: refusal });
}

const NO_HANDSHAKE = Object.freeze({ headers: {}, auth: {}, query: {} });

/**
 * Lets go of what was only needed to let a client in: its HTTP request and what it said of itself, token included. They
 * are most of what Socket.IO keeps for an idle connection, and a private room that nothing is ever sent to is the rest.
 *
 * @see https://socket.io/docs/v4/memory-usage/
 */
export function forgetHandshake(socket: ChatSocket): void {
  void socket.leave(socket.id);
  Object.assign(socket, { handshake: NO_HANDSHAKE });
  // Gone already when the client has joined the other namespace, too.
  const request: IncomingMessage | null = socket.conn.request;
  if (request === null) return;
  Object.assign(socket.conn, { request: null });
  // A listener of engine.io keeps the request for as long as the connection lives, so it is emptied as well.
  for (const key of Reflect.ownKeys(request)) Reflect.deleteProperty(request, key);
}

/** What somebody else can bring about at will must not fill the log. */
const RARELY_MS = 60_000;

function sayRarely(say: () => void): () => void {
  let saidAt = -Infinity;
  return () => {
    if (performance.now() - saidAt < RARELY_MS) return;
    saidAt = performance.now();
    say();
  };
}

/**
 * Nothing is known of the caller at this point; which origins may come is decided once its workspace is. Browsers
 * send an origin in exactly one spelling, so another one is no browser's.
 */
function hasWellFormedOrigin({ headers: { origin } }: IncomingMessage): boolean {
  return origin === undefined || origin === 'null' || URL.parse(origin)?.origin === origin;
}
