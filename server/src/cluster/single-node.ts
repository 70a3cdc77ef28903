import type { PresenceStatus } from '@alcove/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Cluster, Limiter, Presence, Rate, Revocations } from './cluster.ts';

/** The cluster of one: nothing is shared, so all of it is in memory. */
export function createSingleNodeCluster(options: { presenceGraceMs: number }): Cluster {
  const presence = createPresence(options.presenceGraceMs);
  return {
    presence,
    limiter: createLimiter(),
    revocations: createRevocations(),
    isDegraded: () => false,
    async close() {
      presence.close();
    },
  };
}

const GRANTED = {};

type PresenceListener = Parameters<Presence['onChange']>[0];

function createPresence(graceMs: number): Presence & { close(): void } {
  /** Everybody who is online: the number of their sockets, and from the last one's end on the timer of their grace. */
  const online = new Map<string, { sockets: number; grace?: NodeJS.Timeout }>();
  const listeners = new Set<PresenceListener>();

  function tell(workspaceId: string, participantId: string, status: PresenceStatus) {
    for (const listener of listeners) listener(workspaceId, participantId, status);
  }

  function leave(workspaceId: string, participantId: string) {
    const key = keyOf(workspaceId, participantId);
    const entry = online.get(key);
    if (!entry) return;
    entry.sockets--;
    if (entry.sockets > 0) return;
    entry.grace = setTimeout(() => {
      online.delete(key);
      tell(workspaceId, participantId, 'offline');
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
      if (isNew) tell(workspaceId, participantId, 'online');
      return once(() => leave(workspaceId, participantId));
    },
    async statusOf(workspaceId, participantIds) {
      return participantIds.map((id) =>
        online.has(keyOf(workspaceId, id)) ? 'online' : 'offline',
      );
    },
    onChange: (listener) => addTo(listeners, listener),
    close() {
      for (const { grace } of online.values()) clearTimeout(grace);
      online.clear();
      listeners.clear();
    },
  };
}

function createLimiter(): Limiter {
  const buckets = new Map<string, RateLimiterMemory[]>();

  /** Every message passes here. A name has one rate, seldom a few. */
  function bucketOf(name: string, { points, durationMs }: Rate): RateLimiterMemory {
    const named = buckets.get(name) ?? [];
    const known = named.find(
      (bucket) => bucket.points === points && bucket.msDuration === durationMs,
    );
    if (known) return known;
    const bucket = new RateLimiterMemory({ points, duration: durationMs / 1000 });
    buckets.set(name, [...named, bucket]);
    return bucket;
  }

  return {
    async take(name, key, rate) {
      try {
        await bucketOf(name, rate).consume(key);
        return GRANTED;
      } catch (rejection) {
        // An empty bucket is rejected with its state, everything else with an error.
        if (rejection instanceof RateLimiterRes) return { retryAfterMs: rejection.msBeforeNext };
        throw rejection;
      }
    },
  };
}

function createRevocations(): Revocations {
  const listeners = new Set<(sessionId: string) => void>();
  return {
    revoke(sessionId) {
      for (const listener of listeners) listener(sessionId);
    },
    onRevoked: (listener) => addTo(listeners, listener),
  };
}

function addTo<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}

function keyOf(workspaceId: string, participantId: string): string {
  return `${workspaceId}/${participantId}`;
}
