import type { PresenceStatus } from '@alcove/protocol';

/**
 * What the nodes of one installation share: four verbs. Its engines pass one contract suite, `cluster-contract.ts`.
 * The single-node engine keeps all of it in memory.
 */
export interface Cluster {
  readonly presence: Presence;
  readonly limiter: Limiter;
  readonly revocations: Revocations;
  /** Whether the other nodes are out of reach. */
  isDegraded(): boolean;
  close(): Promise<void>;
}

/** Who is connected, over all nodes. A participant with several sockets is online until the last one is gone. */
export interface Presence {
  /**
   * Counts a socket of `participantId` in. The answer ends it, after a grace time against flapping.
   */
  join(workspaceId: string, participantId: string): () => void;
  /** One status for each id asked, in that order. */
  statusOf(workspaceId: string, participantIds: readonly string[]): Promise<PresenceStatus[]>;
  /** Called on transitions only, on every node. The answer stops it. */
  onChange(
    listener: (workspaceId: string, participantId: string, status: PresenceStatus) => void,
  ): () => void;
}

/** A bucket: `points` acts in each `durationMs`. */
export interface Rate {
  points: number;
  durationMs: number;
}

/** Counts acts by name and key. */
export interface Limiter {
  /** Takes one point. `retryAfterMs` is set when none was left. */
  take(name: string, key: string, rate: Rate): Promise<{ retryAfterMs?: number }>;
}

/** Sessions that ended before their tokens did. */
export interface Revocations {
  /** Tells every node that this session ended. */
  revoke(sessionId: string): void;
  /** The answer stops it. */
  onRevoked(listener: (sessionId: string) => void): () => void;
}
