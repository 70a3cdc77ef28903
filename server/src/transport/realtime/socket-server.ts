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
import { type DefaultEventsMap, type Namespace, Server, type Socket } from 'socket.io';
import { DomainError } from '../../domain/domain-error.ts';
import type { Limits } from '../../limits.ts';

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
}

type Untyped = DefaultEventsMap;

export type SocketServer = Server<Untyped, ServerFrames, Untyped, SocketData>;
export type ChatNamespace = Namespace<Untyped, ServerFrames, Untyped, SocketData>;
export type ChatSocket = Socket<Untyped, ServerFrames, Untyped, SocketData>;

/** Adds Socket.IO to an HTTP server: WebSocket only, nothing connected to anything yet. */
export function createSocketServer(httpServer: HttpServer, limits: Limits): SocketServer {
  const io: SocketServer = new Server(httpServer, {
    // Long-polling would need sticky sessions; networks without WebSocket use the HTTP commands.
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    // Compression costs more memory per idle connection than chat messages save.
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: WIRE_LIMITS.frameBytes,
    connectTimeout: limits.handshakeMs,
    pingInterval: limits.pingIntervalMs,
    pingTimeout: limits.pingTimeoutMs,
    allowRequest: (request, decide) => {
      const isFit = hasWellFormedOrigin(request);
      decide(isFit ? null : 'the Origin header is malformed', isFit);
    },
  });
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

/**
 * Nothing is known of the caller at this point; which origins may come is decided once its workspace is. Browsers
 * send an origin in exactly one spelling, so another one is no browser's.
 */
function hasWellFormedOrigin({ headers: { origin } }: IncomingMessage): boolean {
  return origin === undefined || origin === 'null' || URL.parse(origin)?.origin === origin;
}
