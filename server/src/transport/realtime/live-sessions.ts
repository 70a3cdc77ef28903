import { LRUCache } from 'lru-cache';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Caller } from '../../domain/principal.ts';
import type { Sessions } from '../../domain/sessions.ts';
import type { Limits } from '../../limits.ts';
import type { Connection } from './outgoing-queue.ts';
import type { ChatSocket } from './socket-server.ts';

/** The connections of this node, each closed when its session ends. */
export interface LiveSessions {
  add(socket: ChatSocket, caller: Caller): void;
  delete(socket: ChatSocket): void;
  all(): ChatSocket[];
  /** Those on one connection: as a rule one. Looks through all, for what seldom happens. */
  on(connection: Connection): ChatSocket[];
  callerOf(socket: ChatSocket): Caller | undefined;
  close(): void;
}

interface LiveSessionsOptions {
  cluster: Cluster;
  sessions: Pick<Sessions, 'isActive'>;
  clock: Clock;
  limits: Pick<Limits, 'sessionSweepMs' | 'sessionCheckMs'>;
}

/** Longer than any handshake takes. */
const REMEMBERED_MS = 60_000;

/**
 * A session that ends is told to all nodes, and its connections are closed at once. Who was not told, since nodes did not
 * hear one another, finds out by looking: each session is looked up again now and then.
 */
export function createLiveSessions(options: LiveSessionsOptions): LiveSessions {
  const { cluster, clock, limits } = options;
  const callers = new Map<ChatSocket, Caller>();
  // A session that ends while its handshake is being checked has no socket here yet.
  const revoked = new LRUCache<string, true>({ max: 1_000, ttl: REMEMBERED_MS });

  const stopListening = cluster.revocations.onRevoked((sessionId) => {
    revoked.set(sessionId, true);
    // Revocations are rare: looking through all is cheaper than an index that every connection pays for.
    for (const [socket, { principal }] of callers) {
      if (principal.sessionId === sessionId) end(socket, 'You were signed out.');
    }
  });

  const lookUp = createLookUp(options);
  const sweep = setInterval(() => {
    const now = clock.now();
    for (const [socket, { principal }] of callers) {
      if (principal.expiresAt <= now) end(socket, 'The session has expired.');
      else if (socket.data.checkAt <= now) void lookUp(socket, principal.sessionId);
    }
  }, limits.sessionSweepMs).unref();

  return {
    add(socket, caller) {
      callers.set(socket, caller);
      socket.data.checkAt = nextCheck(options);
      if (revoked.has(caller.principal.sessionId)) end(socket, 'You were signed out.');
    },
    delete(socket) {
      callers.delete(socket);
    },
    all: () => [...callers.keys()],
    on: (connection) =>
      callers
        .keys()
        .filter((socket) => socket.conn === connection)
        .toArray(),
    callerOf: (socket) => callers.get(socket),
    close() {
      clearInterval(sweep);
      stopListening();
    },
  };
}

/** Ends a connection whose session has ended. */
function createLookUp(options: LiveSessionsOptions) {
  return async (socket: ChatSocket, sessionId: string) => {
    socket.data.checkAt = nextCheck(options);
    // A store that cannot be asked ends nobody's session.
    const isActive = await options.sessions.isActive(sessionId).catch(() => true);
    if (!isActive) end(socket, 'You were signed out.');
  };
}

/** At the latest when the time is over, and not for all of those together who came together. */
function nextCheck({ clock, limits }: LiveSessionsOptions): number {
  return clock.now() + limits.sessionCheckMs * (1 - Math.random() / 2);
}

function end(socket: ChatSocket, message: string) {
  socket.emit('signal', { type: 'session.ended', message });
  socket.disconnect(true);
}
