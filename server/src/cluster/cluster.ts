import type { PresenceStatus } from '@alcove/protocol';
import type { Server } from 'socket.io';

/**
 * What the nodes of one installation share: four verbs (publish, presence, limit, revoke). Its engines pass one contract
 * suite, `cluster-contract.ts`. The single-node engine keeps all of it in memory; with the Redis engine nothing rests on
 * Redis but the speed of hints and the sharing of limits.
 */
export interface Cluster {
  /** Publishes: by it Socket.IO reaches the connections of all nodes. What it carries are hints, and may get lost. */
  readonly adapter: SocketAdapter;
  readonly presence: Presence;
  readonly limiter: Limiter;
  readonly revocations: Revocations;
  /** Whether the other nodes are out of reach: what is published now is heard on this node only. */
  isDegraded(): boolean;
  /** Called on each change. The answer stops it. */
  onDegraded(listener: (isDegraded: boolean) => void): () => void;
  /** How it stands, for operators. */
  figures(): ClusterFigures;
  close(): Promise<void>;
}

/** What `Server.adapter` of Socket.IO takes. */
export type SocketAdapter = Exclude<Parameters<Server['adapter']>[0], undefined>;

/** Counted since the start, but for `presenceEntries` and `areKeysForeign`. */
export interface ClusterFigures {
  /** Participants who are here by this node's connections. */
  presenceEntries: number;
  /** Hints that were not sent, since the other nodes were out of reach or the way there was full. */
  droppedPublishes: number;
  /** Messages from outside that nobody could read. */
  malformedMessages: number;
  /** Decisions about limits that this node made alone. */
  limitsDecidedAlone: number;
  /** How often the other nodes went out of reach. */
  outages: number;
  /** Whether another node signs with keys that this one does not believe, or the other way round. */
  areKeysForeign: boolean;
}

/** Which keys a node has, by names that tell nothing about the keys. */
export interface KeyIds {
  /** What it signs with. */
  current: readonly string[];
  /** What it believes. */
  all: readonly string[];
}

/** Who is connected, over all nodes. A participant with several sockets is online until the last one is gone. */
export interface Presence {
  /**
   * Counts a socket of `participantId` in. The answer ends it, after a grace time against flapping.
   */
  join(workspaceId: string, participantId: string): () => void;
  /** One status for each id asked, in that order. `unknown` when it is not here and the other nodes cannot be asked. */
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

/** Counts acts by name and key, over all nodes. Never off: out of reach of the others, each node counts by itself. */
export interface Limiter {
  /** Takes one point. `retryAfterMs` is set when none was left. */
  take(name: string, key: string, rate: Rate): Promise<{ retryAfterMs?: number }>;
}

/** Sessions that ended before their tokens did. */
export interface Revocations {
  /** Tells every node that this session ended. A hint, too: nodes look their sessions up again in the store. */
  revoke(sessionId: string): void;
  /** The answer stops it. */
  onRevoked(listener: (sessionId: string) => void): () => void;
}
