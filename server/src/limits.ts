import type { Rate } from './cluster/cluster.ts';

/**
 * Every rate, time-out and cap of the server. Sizes that clients must know stand in the protocol's `WIRE_LIMITS`.
 * Durations are milliseconds.
 */
export interface Limits {
  /** Messages of one visitor: one a second, ten in a burst. */
  visitorSends: Rate;
  /** Everything else that one visitor asks. A console of cursors, typing and catch-up stays well below. */
  visitorCommands: Rate;
  agentSends: Rate;
  agentCommands: Rate;
  /** Conversations opened from one address block, by however many visitors. */
  newConversationsPerAddress: Rate;
  /** Visitor sessions made or renewed from one address block. */
  visitorSessionsPerAddress: Rate;
  signInPerAddress: Rate;
  /** All of them apply, tightest first: slows down a guesser without locking the owner out for long. */
  signInPerAccount: readonly Rate[];
  /** Look-ups and acceptances of invitations from one address block. */
  invitationTriesPerAddress: Rate;

  /** A command is answered within this time; clients wait 8 s. */
  commandDeadlineMs: number;
  /** A connection that has joined no namespace by then is closed. */
  handshakeMs: number;
  /** How often a silent connection is probed, and how long its answer may take. */
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** How often connections are looked over for expired tokens. */
  sessionSweepMs: number;
  /** A participant whose last connection is gone stays online this long, so that a reload is no news. */
  presenceGraceMs: number;
  /** Of each session and conversation one beginning and one end of typing are relayed in this time. */
  typingIntervalMs: number;
  /** A workspace's agents are read again after this time, in case another node changed them. */
  rosterTtlMs: number;

  /** A decision that another event overtook is made again this often. */
  staleTries: number;
  /** Conversations in a visitor's `hello`; older ones are reached by their id. */
  visitorConversations: number;
  /** Remembered: which visitor a conversation belongs to. About 300 bytes each. */
  cachedScopes: number;
  /** Remembered: when a session was last relayed as typing. */
  cachedTurns: number;
  /** Remembered: workspaces' agents. */
  cachedRosters: number;

  /** Drain: connections are closed in at most so many waves, none smaller than `drainWaveSize`. */
  drainWaves: number;
  drainWaveSize: number;
  drainWaveMs: number;
  /** Drained clients come back spread over this time. */
  drainSpreadMs: number;
  /** How long commands in flight may take to finish once all waves are through. */
  drainPatienceMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The limits of a server whose operator says nothing else. */
export const defaultLimits: Limits = {
  visitorSends: { points: 10, durationMs: 10 * SECOND },
  visitorCommands: { points: 100, durationMs: 10 * SECOND },
  agentSends: { points: 50, durationMs: 10 * SECOND },
  agentCommands: { points: 400, durationMs: 10 * SECOND },
  newConversationsPerAddress: { points: 20, durationMs: HOUR },
  visitorSessionsPerAddress: { points: 60, durationMs: MINUTE },
  signInPerAddress: { points: 30, durationMs: 10 * MINUTE },
  signInPerAccount: [
    { points: 5, durationMs: MINUTE },
    { points: 20, durationMs: HOUR },
  ],
  invitationTriesPerAddress: { points: 30, durationMs: 10 * MINUTE },

  commandDeadlineMs: 5 * SECOND,
  handshakeMs: 10 * SECOND,
  pingIntervalMs: 25 * SECOND,
  pingTimeoutMs: 20 * SECOND,
  sessionSweepMs: SECOND,
  presenceGraceMs: 15 * SECOND,
  typingIntervalMs: 2 * SECOND,
  rosterTtlMs: 30 * SECOND,

  staleTries: 3,
  visitorConversations: 50,
  cachedScopes: 50_000,
  cachedTurns: 10_000,
  cachedRosters: 1_000,

  drainWaves: 16,
  drainWaveSize: 50,
  drainWaveMs: 250,
  drainSpreadMs: 8 * SECOND,
  drainPatienceMs: 8 * SECOND,
};
