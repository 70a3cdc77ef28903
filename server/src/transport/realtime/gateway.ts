import type { IncomingMessage } from 'node:http';
import { NAMESPACES, type Page } from '@alcove/protocol';
import type { Logger } from 'pino';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Domain } from '../../domain/create-domain.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { addressBlock } from '../client-address.ts';
import { type Commands, toRefusal } from '../commands/commands.ts';
import { createAgentDoor, createVisitorDoor, type Door } from './doors.ts';
import { drainConnections } from './drain.ts';
import { readFrames } from './frames.ts';
import { parseHandshake } from './handshake.ts';
import { createLiveSessions, type LiveSessions } from './live-sessions.ts';
import {
  type ChatNamespace,
  type ChatSocket,
  type SocketServer,
  toConnectError,
} from './socket-server.ts';

/** The sockets of this node. */
export interface Gateway {
  /** Takes no more connections, sends those there are elsewhere, and closes. */
  drain(): Promise<void>;
  /** Closes at once, the HTTP server included. */
  close(): Promise<void>;
}

interface GatewayOptions {
  io: SocketServer;
  commands: Commands;
  domain: Domain;
  authenticator: Authenticator;
  cluster: Cluster;
  clock: Clock;
  limits: Limits;
  logger: Logger;
  clientAddress: (request: IncomingMessage) => string;
}

/** Opens both namespaces. */
export function attachGateway(options: GatewayOptions): Gateway {
  const { io, commands, limits } = options;
  const live = createLiveSessions(options);
  const state = { isLeaving: false };

  openDoor(io.of(NAMESPACES.visitor), createVisitorDoor(options), { ...options, live, state });
  openDoor(io.of(NAMESPACES.agent), createAgentDoor(options), { ...options, live, state });

  async function close() {
    state.isLeaving = true;
    await io.close();
    live.close();
  }

  return {
    async drain() {
      state.isLeaving = true;
      await drainConnections({ live, commands, limits });
      await close();
    },
    close,
  };
}

interface DoorContext
  extends Pick<GatewayOptions, 'domain' | 'limits' | 'logger' | 'clientAddress'> {
  live: LiveSessions;
  state: { readonly isLeaving: boolean };
}

/** Who was let in, between the handshake's middleware and the connection. */
interface Admitted<Who extends Principal> {
  caller: Caller<Who>;
  page?: Page;
}

function openDoor<Who extends Principal>(
  namespace: ChatNamespace,
  door: Door<Who>,
  context: DoorContext,
) {
  const { logger } = context;
  const admitted = new WeakMap<ChatSocket, Admitted<Who>>();

  async function check(socket: ChatSocket, next: (refusal?: Error) => void) {
    let refusal: Error | undefined;
    try {
      admitted.set(socket, await admit(door, socket, context));
    } catch (error) {
      refusal = toConnectError(toRefusal(error, logger, { namespace: namespace.name }));
    }
    next(refusal);
  }

  namespace.use((socket, next) => void check(socket, next));
  namespace.on('connection', (socket) => {
    const admission = admitted.get(socket);
    if (!admission) throw new Error('a connection came past the handshake');
    admitted.delete(socket);
    serve(door, socket, admission, context);
  });
}

async function admit<Who extends Principal>(
  door: Door<Who>,
  socket: ChatSocket,
  { state, limits, clientAddress }: DoorContext,
): Promise<Admitted<Who>> {
  if (state.isLeaving) {
    throw new DomainError('draining', 'The server is restarting. You will be connected again.', {
      retryAfterMs: Math.round(Math.random() * limits.drainSpreadMs),
    });
  }
  const { accessToken, page } = parseHandshake(socket.handshake.auth);
  const principal = await door.authenticate(accessToken, socket.handshake.headers.origin);
  const address = addressBlock(clientAddress(socket.request));
  return { caller: { principal, via: door.via, address }, page };
}

function serve<Who extends Principal>(
  door: Door<Who>,
  socket: ChatSocket,
  { caller, page }: Admitted<Who>,
  { domain, live, logger, state }: DoorContext,
) {
  const note = (where?: Page) =>
    door.note(caller.principal, where).catch((error: unknown) => {
      logger.warn({ err: error }, 'a visit could not be noted');
    });

  socket.data = { pending: 0 };
  const leavePresence = domain.presence.connect(caller.principal);
  socket.on('disconnect', () => {
    live.delete(socket);
    leavePresence();
    // A client that left its namespace must not keep a mute connection.
    socket.conn.close();
    if (!state.isLeaving) void note();
  });
  readFrames(socket, (name, payload) => door.execute(caller, name, payload));
  live.add(socket, caller);

  void greet(door, socket, caller.principal, logger);
  void note(page);
}

/** Joins before it reads: what happens in between is then told twice, instead of never. */
async function greet<Who extends Principal>(
  door: Door<Who>,
  socket: ChatSocket,
  principal: Who,
  logger: Logger,
) {
  try {
    await socket.join(door.roomsOf(principal));
    socket.emit('hello', await door.hello(principal));
  } catch (error) {
    socket.emit('refused', toRefusal(error, logger, { workspaceId: principal.workspaceId }));
    // It comes back after a while of its own choosing, and is greeted then.
    socket.disconnect(true);
  }
}
