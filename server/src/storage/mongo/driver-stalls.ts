import { mongo } from 'mongoose';

/*
 * The driver waits for `drain` when a socket does not take at once what is written to it. A socket whose other side has
 * just closed it never drains, and if the driver has not yet heard of that, it waits for ever (`Connection.writeCommand`
 * of mongodb 7.8 and 7.9). What waits then is one call; or, worse, a heartbeat, since the driver has no connection until
 * it ends; or the greeting of a new connection: behind two of those no further one is begun (`maxConnecting`).
 */

/**
 * The same as `work`, if it comes to an end in time.
 *
 * @throws MongoNetworkTimeoutError when it does not. Nothing is known of what was asked, as with any broken connection.
 */
export async function endWithin<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new mongo.MongoNetworkTimeoutError(`no end after ${ms / 1000} seconds`));
    }, ms).unref();
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** A heartbeat ends within 6 s, be it with an error: 3 s for a connection and as many for an answer. */
const LOOK_EVERY_MS = 2500;
const MOST_LOOKS = 4;

/** To close, and to connect, are up to two questions each. They take no longer, unless they never end. */
const RECONNECT_MS = 15_000;

/** Whoever closes waits no longer for what is under way: each single question ends within it. */
export const LONGEST_END_MS = 6000;

/** Lets a client connect anew when one of its heartbeats does not end, or nobody gets a connection although they do. */
export function reconnectWhenStuck(client: mongo.MongoClient): { close(): Promise<void> } {
  const looks = countLooks(client);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isConnected = true;
  let running: Promise<void> = Promise.resolve();

  const look = async () => {
    if (isConnected && looks.count() <= MOST_LOOKS) return;
    isConnected = false;
    // Whatever is asked for meanwhile fails at once, as it did anyway.
    await endWithin(RECONNECT_MS, client.close());
    if (isClosed) return;
    await endWithin(RECONNECT_MS, client.connect());
    isConnected = true;
  };
  const lookLater = () => {
    if (isClosed) return;
    timer = setTimeout(() => {
      // A database that is away is looked for again.
      running = look().then(lookLater, lookLater);
    }, LOOK_EVERY_MS).unref();
  };
  lookLater();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await endWithin(LONGEST_END_MS, running).catch(() => undefined);
    },
  };
}

/** How often each thing that has to end was looked at. Not for how long: a process that was frozen has looked once. */
function countLooks(client: mongo.MongoClient): { count(): number } {
  const heartbeats = new Map<string, number>();
  /** Servers to which somebody waited for a connection in vain, and nobody got one since. */
  const waits = new Map<string, number>();
  client.on('serverHeartbeatStarted', ({ connectionId }) => heartbeats.set(connectionId, 0));
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => heartbeats.delete(connectionId));
  client.on('connectionCheckOutFailed', ({ address, reason }) => {
    if (reason === 'timeout' && !waits.has(address)) waits.set(address, 0);
  });
  client.on('connectionCheckedOut', ({ address }) => waits.delete(address));
  const forget = (address: string) => {
    heartbeats.delete(address);
    waits.delete(address);
  };
  // A server that is away gives nobody a connection.
  client.on('serverHeartbeatFailed', ({ connectionId }) => forget(connectionId));
  client.on('serverClosed', ({ address }) => forget(address));
  return {
    count() {
      for (const looks of [heartbeats, waits]) {
        for (const [address, count] of looks) looks.set(address, count + 1);
      }
      return Math.max(0, ...heartbeats.values(), ...waits.values());
    },
  };
}
