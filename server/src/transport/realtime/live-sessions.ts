import { LRUCache } from 'lru-cache';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Caller } from '../../domain/principal.ts';
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

/** Longer than any handshake takes. */
const REMEMBERED_MS = 60_000;

export function createLiveSessions(options: {
  cluster: Cluster;
  clock: Clock;
  limits: Limits;
}): LiveSessions {
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

  const sweep = setInterval(() => {
    const now = clock.now();
    for (const [socket, { principal }] of callers) {
      if (principal.expiresAt <= now) end(socket, 'The session has expired.');
    }
  }, limits.sessionSweepMs).unref();

  return {
    add(socket, caller) {
      callers.set(socket, caller);
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

function end(socket: ChatSocket, message: string) {
  socket.emit('signal', { type: 'session.ended', message });
  socket.disconnect(true);
}
