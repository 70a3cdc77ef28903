import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Adapter } from 'socket.io-adapter';
import { createLimiter } from './buckets.ts';
import type { Cluster, Presence, Revocations } from './cluster.ts';
import { createListeners, once } from './listeners.ts';

/** The cluster of one: nothing is shared, so all of it is in memory. */
export function createSingleNodeCluster(options: { presenceGraceMs: number }): Cluster {
  const presence = createPresence(options.presenceGraceMs);
  return {
    adapter: Adapter,
    presence,
    limiter: createLimiter(
      (_name, { points, durationMs }) =>
        new RateLimiterMemory({ points, duration: durationMs / 1000 }),
    ),
    revocations: createRevocations(),
    isDegraded: () => false,
    onDegraded: () => () => {},
    figures: () => ({
      presenceEntries: presence.size(),
      droppedPublishes: 0,
      malformedMessages: 0,
      limitsDecidedAlone: 0,
      outages: 0,
      areKeysForeign: false,
    }),
    async close() {
      presence.close();
    },
  };
}

function createPresence(graceMs: number): Presence & { size(): number; close(): void } {
  /** Everybody who is online: the number of their sockets, and from the last one's end on the timer of their grace. */
  const online = new Map<string, { sockets: number; grace?: NodeJS.Timeout }>();
  const changes = createListeners<Parameters<Parameters<Presence['onChange']>[0]>>();

  function leave(workspaceId: string, participantId: string) {
    const key = keyOf(workspaceId, participantId);
    const entry = online.get(key);
    if (!entry) return;
    entry.sockets--;
    if (entry.sockets > 0) return;
    entry.grace = setTimeout(() => {
      online.delete(key);
      changes.tell(workspaceId, participantId, 'offline');
    }, graceMs).unref();
  }

  return {
    join(workspaceId, participantId) {
      const key = keyOf(workspaceId, participantId);
      const entry = online.get(key) ?? { sockets: 0 };
      const isNew = !online.has(key);
      online.set(key, entry);
      entry.sockets++;
      clearTimeout(entry.grace);
      if (isNew) changes.tell(workspaceId, participantId, 'online');
      return once(() => leave(workspaceId, participantId));
    },
    async statusOf(workspaceId, participantIds) {
      return participantIds.map((id) =>
        online.has(keyOf(workspaceId, id)) ? 'online' : 'offline',
      );
    },
    onChange: changes.add,
    size: () => online.size,
    close() {
      for (const { grace } of online.values()) clearTimeout(grace);
      online.clear();
      changes.clear();
    },
  };
}

function createRevocations(): Revocations {
  const listeners = createListeners<[sessionId: string]>();
  return { revoke: listeners.tell, onRevoked: listeners.add };
}

function keyOf(workspaceId: string, participantId: string): string {
  return `${workspaceId}/${participantId}`;
}
