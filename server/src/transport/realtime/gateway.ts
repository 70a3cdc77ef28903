import { NAMESPACES, type Page, type Refusal } from '@alcove/protocol';
import type { Logger } from 'pino';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Domain } from '../../domain/create-domain.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { Sessions } from '../../domain/sessions.ts';
import type { Limits } from '../../limits.ts';
import { type Commands, toRefusal } from '../commands/commands.ts';
import type { Faults } from '../faults.ts';
import { inTime, tooBusy } from '../in-time.ts';
import type { Meter } from '../meter.ts';
import { type Admission, createAdmission } from './admission.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import { createAgentDoor, createVisitorDoor, type Door } from './doors.ts';
import { drainConnections } from './drain.ts';
import { createFramePace, type FramePace } from './frame-pace.ts';
import { readFrames } from './frames.ts';
import { createGatheredWrites, type GatheredWrites } from './gathered-writes.ts';
import { createGreet, type Doors, type Greet } from './greet.ts';
import { parseHandshake } from './handshake.ts';
import { createLiveSessions, type LiveSessions } from './live-sessions.ts';
import { createOutageNotices } from './outage-notices.ts';
import { type Connection, terminate } from './outgoing-queue.ts';
import { createSlowReaders, type SlowReaders } from './slow-readers.ts';
import {
  type ChatNamespace,
  type ChatSocket,
  forgetHandshake,
  type SocketServer,
  toConnectError,
} from './socket-server.ts';

/** The sockets of this node. */
export interface Gateway {
  /** Takes no more connections, sends those there are elsewhere, and closes. */
  drain(): Promise<void>;
  /** Closes at once, the HTTP server included. */
  close(): Promise<void>;
  figures(): GatewayFigures;
}

/** How many there are now, `cutOff` excepted, which counts since the start. */
export interface GatewayFigures {
  visitors: number;
  agents: number;
  /** Clients who read too slowly and are told nothing at present. */
  lagging: number;
  /** Those whose connection was ended for it. */
  cutOff: number;
}

interface GatewayOptions {
  io: SocketServer;
  commands: Commands;
  domain: Domain;
  authenticator: Authenticator;
  sessions: Pick<Sessions, 'isActive'>;
  cluster: Cluster;
  clock: Clock;
  limits: Limits;
  logger: Logger;
  faults: Faults;
  meter: Meter;
  counts: ConnectionCounts;
}

/** Opens both namespaces. */
export function attachGateway(options: GatewayOptions): Gateway {
  const { io, commands, counts, limits } = options;
  const live = createLiveSessions(options);
  const state = { isLeaving: false };
  const doors = { visitor: createVisitorDoor(options), agent: createAgentDoor(options) };
  const { greet, slowReaders, outageNotices } = createGreetings(options, doors, live);
  const admission = createAdmission({
    rate: limits.handshakes,
    longestWaitMs: limits.handshakeWaitMs,
  });
  const gatheredWrites = createGatheredWrites();
  const context = { ...options, greet, live, state, slowReaders, gatheredWrites, admission };
  const paces = {
    visitor: createFramePace(limits.visitorFramesPerSecond),
    agent: createFramePace(limits.agentFramesPerSecond),
  };
  openDoor(io.of(NAMESPACES.visitor), doors.visitor, { ...context, framePace: paces.visitor });
  openDoor(io.of(NAMESPACES.agent), doors.agent, { ...context, framePace: paces.agent });

  const leaving = new Set<Connection>();

  /** @returns all connections that there are, and were: one counts as closed before its network is. */
  function leave(): ReadonlySet<Connection> {
    state.isLeaving = true;
    for (const connection of counts.all()) leaving.add(connection);
    return leaving;
  }

  async function close() {
    const connections = leave();
    // Whoever has stopped reading does not hear the goodbye, and ws alone would wait half a minute for their answer.
    const impatience = setTimeout(() => connections.forEach(terminate), limits.drainFarewellMs);
    await io.close();
    clearTimeout(impatience);
    live.close();
    slowReaders.close();
    outageNotices.close();
    for (const pace of Object.values(paces)) pace.close();
  }

  return {
    async drain() {
      leave();
      await drainConnections({ live, commands, limits });
      await close();
    },
    close,
    figures() {
      const visitors = io.of(NAMESPACES.visitor).sockets.size;
      const agents = io.of(NAMESPACES.agent).sockets.size;
      return { visitors, agents, ...slowReaders.figures() };
    },
  };
}

/** A connection is greeted when it begins, and again when it was not told everything for a while. */
function createGreetings(options: GatewayOptions, doors: Doors, live: LiveSessions) {
  const greet = createGreet({
    ...options,
    doors,
    onGreeted: (...greeted) => outageNotices.greeted(...greeted),
  });
  const welcomeBack = (socket: ChatSocket) => {
    const caller = live.callerOf(socket);
    if (caller && !slowReaders.isLagging(socket.conn)) greet(socket, caller.principal);
  };
  const slowReaders = createSlowReaders({ ...options, live, welcomeBack });
  const outageNotices = createOutageNotices({ ...options, live, welcomeBack });
  return { greet, slowReaders, outageNotices };
}

interface DoorContext
  extends Pick<
    GatewayOptions,
    'domain' | 'limits' | 'logger' | 'faults' | 'meter' | 'counts' | 'cluster'
  > {
  live: LiveSessions;
  slowReaders: SlowReaders;
  greet: Greet;
  gatheredWrites: GatheredWrites;
  framePace: FramePace;
  admission: Admission;
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
  const { faults, meter } = context;
  const admitted = new WeakMap<ChatSocket, Admitted<Who>>();

  async function check(socket: ChatSocket, next: (refusal?: Error) => void) {
    let refusal: Refusal | undefined;
    try {
      admitted.set(socket, await admit(door, socket, context));
    } catch (error) {
      refusal = toRefusal(error, faults, { namespace: namespace.name });
    }
    meter.handshake(namespace.name.slice(1), refusal?.code ?? 'ok');
    next(refusal && toConnectError(refusal));
  }

  namespace.use((socket, next) => void check(socket, next));
  namespace.on('connection', (socket) => {
    const admission = admitted.get(socket);
    if (!admission) throw new Error('a connection came past the handshake');
    admitted.delete(socket);
    serve(door, socket, admission, context);
  });
}

/**
 * Here, and not before the upgrade: only in a namespace can a browser be told why it was refused and when to come back.
 * What costs least is asked first; the store is not asked before a place is free.
 */
async function admit<Who extends Principal>(
  door: Door<Who>,
  socket: ChatSocket,
  context: DoorContext,
): Promise<Admitted<Who>> {
  const { state, limits, counts } = context;
  if (state.isLeaving) {
    throw new DomainError('draining', 'The server is restarting. You will be connected again.', {
      retryAfterMs: Math.round(Math.random() * limits.drainSpreadMs),
    });
  }
  const { accessToken, page } = parseHandshake(socket.handshake.auth);
  const address = counts.addressOf(socket.conn);
  await takePlace(address, context);
  const checked = door.authenticate(accessToken, socket.handshake.headers.origin);
  const principal = await inTime(checked, limits.commandDeadlineMs);
  return { caller: { principal, via: door.via, address }, page };
}

async function takePlace(address: string, { admission, cluster, limits }: DoorContext) {
  const rate = limits.handshakesPerAddress;
  const { retryAfterMs } = await cluster.limiter.take('handshakes', address, rate);
  if (retryAfterMs !== undefined) {
    throw new DomainError('rate_limited', 'Too many connections came from your network.', {
      // All of them are told the same moment: they share a bucket.
      retryAfterMs: retryAfterMs + Math.round(rate.durationMs * Math.random()),
    });
  }
  const waitMs = admission.ask();
  if (waitMs !== undefined) throw tooBusy(waitMs);
}

function serve<Who extends Principal>(
  door: Door<Who>,
  socket: ChatSocket,
  { caller, page }: Admitted<Who>,
  context: DoorContext,
) {
  const { domain, faults, framePace, gatheredWrites, live, slowReaders, state } = context;
  const note = (where?: Page) =>
    door
      .note(caller.principal, where)
      .catch((error: unknown) => faults.failed(error, { what: 'noting a visit' }));

  socket.data = { pending: 0, checkAt: Infinity };
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
  slowReaders.watch(socket.conn);
  gatheredWrites.watch(socket.conn);
  framePace.watch(socket.conn);
  forgetHandshake(socket);

  context.greet(socket, caller.principal);
  void note(page);
}
