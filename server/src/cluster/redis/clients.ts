import { Redis, type RedisOptions } from 'ioredis';

/** The three connections of a node. Each does what the others would be held up by. */
export interface RedisClients {
  /** Sends hints. What cannot leave at once is dropped: a hint that comes late is worth nothing. */
  readonly publisher: Redis;
  /** Hears them. Connects again, and subscribes again, for as long as it takes. */
  readonly subscriber: Redis;
  /** Presence and limits, whose answers somebody waits for: so they come soon, or not at all. */
  readonly store: Redis;
  /** Gives up connections that only look alive, and makes new ones. */
  reconnect(): void;
  close(): void;
}

export interface RedisClientsOptions {
  /** `redis:` or `rediss:`, with the password if there is one. */
  url: string;
  /** How long the store may take for an answer. */
  commandMs: number;
  /** How long a connection may take to come about. */
  connectMs: number;
  /** Told why a connection failed. Never the error itself: it carries the command, and that a password or a message. */
  onError(reason: string): void;
}

/** Longer waits would leave a node alone for seconds after Redis is back. */
const LONGEST_RETRY_MS = 1_000;
const RETRY_JITTER_MS = 200;

/** What a dead connection may take to close before it is destroyed. */
const DISCONNECT_MS = 200;

/** Opens the connections, or goes on trying. Never rejects. */
export function openRedisClients(options: RedisClientsOptions): RedisClients {
  const shared: RedisOptions = {
    // What the adapter was made for: with RESP 3 answers have other shapes.
    protocol: 2,
    connectionName: 'alcove',
    connectTimeout: options.connectMs,
    disconnectTimeout: DISCONNECT_MS,
    retryStrategy: (attempt) =>
      Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RETRY_MS) + Math.random() * RETRY_JITTER_MS,
  };
  // Nothing waits for a connection, and nothing is sent again by a new one.
  const atOnce: RedisOptions = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  };
  const clients = {
    publisher: new Redis(options.url, { ...shared, ...atOnce }),
    // Only its few subscriptions ever wait in its queue.
    subscriber: new Redis(options.url, { ...shared, maxRetriesPerRequest: null }),
    store: new Redis(options.url, { ...shared, ...atOnce, commandTimeout: options.commandMs }),
  };
  const all = Object.values(clients);
  // Without a listener an 'error' ends the process.
  for (const client of all) client.on('error', (error: Error) => options.onError(error.message));
  return {
    ...clients,
    reconnect() {
      for (const client of all) {
        if (client.status === 'ready' || client.status === 'connect') client.disconnect(true);
      }
    },
    close() {
      for (const client of all) client.disconnect();
    },
  };
}
