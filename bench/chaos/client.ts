import type { Side } from '@alcove/protocol';

/** Whom a client connects as, and how. It must survive `structuredClone`: the client may live in another thread. */
export interface ClientSpec {
  /** Names the client in histories. */
  name: string;
  /**
   * `sdk`: Alcove's own client; `first-release`: the same as it was first released. `bare`: socket.io-client and what
   * docs/protocol.md asks of a client, nothing more.
   */
  kind: 'sdk' | 'first-release' | 'bare';
  side: Side;
  /** Where it connects to: the server, or a proxy before it. */
  url: string;
  /** The server's own. */
  origin: string;
  workspaceKey: string;
  /** Without one, an SDK visitor gets a session by itself. */
  session?: ClientSession;
  /** Bare clients: how often they ask for heads. Default 20 to 30 s, as the protocol asks. */
  headsMs?: number;
  /** `false`: only what is shown at the end is written down, not each event. For rows whose histories would fill a disk. */
  recordsApplied?: boolean;
}

/** Who somebody is. */
export interface ClientSession {
  accessToken: string;
  accessExpiresAt: string;
  /** A visitor's way to the next token. */
  refreshToken?: string;
  /** An agent's. */
  cookie?: string;
}

/** A message that is stored. */
export interface Sent {
  id: string;
  conversationId: string;
  /** Missing where the client shows it before it knows. */
  seq?: number;
  /** From handing over to acknowledgement. */
  ackMs: number;
  /** Whether the server knew it already, and the event that it is; known of bare clients only. */
  isDuplicate?: boolean;
  eventId?: string;
}

/** What is to be sent. Without a conversation: to the one that the visitor opens by it. */
export interface ToSend {
  conversationId?: string;
  clientConversationId?: string;
  text: string;
  /** Bare clients: a client id of one's own, to repeat a message. */
  id?: string;
  isRepeat?: boolean;
}

/** Many messages of one client. */
export interface Burst {
  conversationId: string;
  count: number;
  /** The pause between two, 0 to twice as long at random. 0: the next as soon as the one before is acknowledged. */
  everyMs?: number;
  /** Hands all over at once, in order, and lets the client queue them. */
  isPipelined?: boolean;
  /** Begins each text. */
  text?: string;
}

/** Where a client stands. */
export interface Standing extends ConnectionTimes {
  isOnline: boolean;
  /** Messages handed over and not acknowledged. */
  pending: number;
  /** `seq` of the newest applied event by conversation. */
  have: Record<string, number>;
  /** So many connections were made; sends that were sent again; catch-ups asked for (bare clients only). */
  connects: number;
  retries: number;
  syncs: number;
}

/** When a client's connection came and went, by `now`. */
export interface ConnectionTimes {
  /** The first try to connect. */
  begunAt?: number;
  /** Hellos. */
  onlineAt: number[];
  /** Losses of a connection that was wanted. */
  lostAt: number[];
  /** Before each try to connect again: the wait that the client chose or was given, and when it began. */
  waits: { at: number; ms: number }[];
}

export function createTimes(): ConnectionTimes {
  return { onlineAt: [], lostAt: [], waits: [] };
}

/** As they are now: a client in this thread would otherwise go on changing them. */
export function copyTimes(times: ConnectionTimes): ConnectionTimes {
  const { onlineAt, lostAt, waits } = times;
  return { ...times, onlineAt: [...onlineAt], lostAt: [...lostAt], waits: [...waits] };
}

/** How far each conversation goes, for each side. */
export type Heads = Record<string, Record<Side, number>>;

/** A client of the harness. Everything that it does and sees is written down. */
export interface ChaosClient {
  /** Connects and stays connected; resolves once there was a hello. */
  connect(): Promise<void>;
  /** Goes away until the next `connect`. An SDK client cannot be sent away: cut its connection in a proxy. */
  disconnect(): Promise<void>;
  /** Resolves when the message is acknowledged; tries until then. @throws Error when it is refused for good. */
  send(message: ToSend): Promise<Sent>;
  /** Hands many messages over; resolves with how long each took once all are acknowledged. */
  burst(burst: Burst): Promise<number[]>;
  /** Loads the newest page and keeps it current. */
  follow(conversationId: string): Promise<void>;
  /** Asks until there is an answer. @throws Error when it is refused for good. */
  ask(command: string, payload: object): Promise<unknown>;
  standing(): Promise<Standing>;
  /** Waits until all that is followed reaches its head and nothing is unsent. Answers whether it did, and after how long. */
  reach(heads: Heads, timeoutMs: number): Promise<{ isThere: boolean; ms: number }>;
  /** Writes down what is shown, and ends. */
  close(): Promise<void>;
}
