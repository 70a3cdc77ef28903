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

  /**
   * Handshakes that this node lets in: evenly spaced, so that no second sees more than a tenth above. Two hundred a second
   * leave a small machine to those who are connected already, and 1,500 visitors are back ten seconds after a restart.
   */
  handshakes: Rate;
  /** Whoever has to wait for a handshake is told when to come back, at most after this time. */
  handshakeWaitMs: number;
  /** Handshakes from one address block: one noisy network must not take the places of all others. */
  handshakesPerAddress: Rate;
  /** Connections from one address block. Mobile networks hide many people behind one address. */
  socketsPerAddress: number;
  /** Connections of one visitor to this node: tabs share one where browsers let them, a tab each elsewhere. */
  socketsPerVisitor: number;
  /** Visitors of one workspace who are connected to this node: one site must not take the places of all others. */
  visitorsPerWorkspace: number;

  /**
   * A connection is read no faster; more arrives later. Above what the rates of commands allow in the long run, and far
   * below what a broken or hostile page can send.
   */
  visitorFramesPerSecond: number;
  agentFramesPerSecond: number;

  /** A request is answered within this time, a command too; clients wait 8 s. */
  commandDeadlineMs: number;
  /**
   * Commands that write and are not finished yet. What comes above it is refused as `busy` at once, since it would be
   * answered too late: 500 are several times what group commit has under way on a slow disk.
   */
  writesInFlight: number;
  /** Whoever was refused as `busy` is told to come back at most about this much later. */
  busyWaitMs: number;
  /** A request's head, and the whole of it, have to arrive in this time. Node's own defaults are minutes. */
  requestHeadMs: number;
  requestMs: number;
  /** Longer than a proxy keeps an idle connection (60 s is usual): it must not send into one that is being closed. */
  keepAliveMs: number;
  /** A connection that has joined no namespace by then is closed. */
  handshakeMs: number;
  /** How often a silent connection is probed, and how long its answer may take. */
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** How often connections are looked over for expired tokens. */
  sessionSweepMs: number;
  /** A token, and a visitor's page, that were found good need not be looked up again in this time. */
  verifiedMs: number;
  /**
   * A connection's session is looked up again this often, in case nobody told this node that it has ended. Half of it at
   * the least: not all of those who came together are looked up together. With `sessionSweepMs` no longer than a minute.
   */
  sessionCheckMs: number;
  /** A participant whose last connection is gone stays online this long, so that a reload is no news. */
  presenceGraceMs: number;
  /** Several nodes: whoever is here is so for this long, unless the node says it again; which it does this often. */
  presenceTtlMs: number;
  presenceRefreshMs: number;
  /** Somebody without a connection is there for so long after each `hello.get`. Browsers wake hidden pages once a minute. */
  attendanceMs: number;
  /** Of each session and conversation one beginning and one end of typing are relayed in this time. */
  typingIntervalMs: number;
  /** That a visitor is there is written down again after this time, or when the page is another one. */
  visitNoteMs: number;
  /** A workspace's agents are read again after this time, in case another node changed them. */
  rosterTtlMs: number;

  /** A client with more packets, or bytes, than this waiting to be sent is told nothing new until it has caught up. */
  laggingPackets: number;
  laggingBytes: number;
  /** With more bytes than this waiting, or after lagging for so long, its connection is closed. */
  stalledBytes: number;
  stalledMs: number;
  /** How often those who lag are looked after. */
  laggingCheckMs: number;

  /** Several nodes: each looks this often whether it hears itself, and is alone after so many times of silence. */
  heartbeatMs: number;
  missedHeartbeats: number;
  /** What Redis may take for an answer about presence or limits. Messages wait for it, if only for their limit. */
  redisCommandMs: number;
  /** What it may take to connect. A start waits no longer before it goes on without Redis. */
  redisConnectMs: number;
  /** Hints that wait for a connection which takes nothing: more are dropped. */
  redisQueuedBytes: number;
  /** Clients who asked more often while nodes were out of reach of one another are greeted again, so many at a time. */
  welcomesPerSecond: number;

  /** When the event loop's delay (99th percentile) is above this, or writes are refused, less important work is left undone. */
  shedDelayMs: number;
  /** Both are looked at this often, and one thing more or less is shed each time. */
  shedCheckMs: number;

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
  /** Remembered: tokens that were found good, as many of visitors as of agents. */
  cachedTokens: number;
  /** Remembered: where a visitor was last seen, and when. */
  cachedVisits: number;

  /** Drain: connections are closed in at most so many waves, none smaller than `drainWaveSize`. */
  drainWaves: number;
  drainWaveSize: number;
  drainWaveMs: number;
  /** Drained clients come back spread over this time. */
  drainSpreadMs: number;
  /** How long commands in flight may take to finish once all waves are through. */
  drainPatienceMs: number;
  /** Drain: how long a client may take to answer the goodbye. */
  drainFarewellMs: number;
  /** Drain: requests that have not come to their end by then are broken off. */
  drainRequestsMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MEGABYTE = 1024 * 1024;

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

  handshakes: { points: 200, durationMs: SECOND },
  handshakeWaitMs: 30 * SECOND,
  handshakesPerAddress: { points: 300, durationMs: 10 * SECOND },
  socketsPerAddress: 1_000,
  socketsPerVisitor: 50,
  visitorsPerWorkspace: 20_000,
  visitorFramesPerSecond: 15,
  agentFramesPerSecond: 60,

  commandDeadlineMs: 5 * SECOND,
  writesInFlight: 500,
  busyWaitMs: 10 * SECOND,
  requestHeadMs: 10 * SECOND,
  requestMs: 30 * SECOND,
  keepAliveMs: 65 * SECOND,
  handshakeMs: 10 * SECOND,
  pingIntervalMs: 25 * SECOND,
  pingTimeoutMs: 20 * SECOND,
  sessionSweepMs: SECOND,
  verifiedMs: MINUTE,
  sessionCheckMs: 58 * SECOND,
  presenceGraceMs: 15 * SECOND,
  attendanceMs: 75 * SECOND,
  presenceTtlMs: 30 * SECOND,
  presenceRefreshMs: 10 * SECOND,
  typingIntervalMs: 2 * SECOND,
  visitNoteMs: 5 * MINUTE,
  rosterTtlMs: 30 * SECOND,

  laggingPackets: 256,
  laggingBytes: MEGABYTE,
  stalledBytes: 4 * MEGABYTE,
  stalledMs: 10 * SECOND,
  laggingCheckMs: 100,

  heartbeatMs: SECOND / 2,
  missedHeartbeats: 3,
  redisCommandMs: 300,
  redisConnectMs: 3 * SECOND,
  redisQueuedBytes: 8 * MEGABYTE,
  welcomesPerSecond: 200,

  shedDelayMs: 200,
  shedCheckMs: 2 * SECOND,

  staleTries: 3,
  visitorConversations: 50,
  cachedScopes: 50_000,
  cachedTurns: 10_000,
  cachedRosters: 1_000,
  cachedTokens: 10_000,
  cachedVisits: 10_000,

  drainWaves: 16,
  drainWaveSize: 50,
  drainWaveMs: 250,
  drainSpreadMs: 8 * SECOND,
  drainPatienceMs: 8 * SECOND,
  drainFarewellMs: SECOND,
  drainRequestsMs: 15 * SECOND,
};
