import { mongo } from 'mongoose';

/*
 * The driver waits for `drain` when a socket does not take at once what is written to it. A socket whose other side has
 * just closed it never drains, and if the driver has not yet heard of that, it waits for ever (`Connection.writeCommand`
 * of mongodb 7.8 and 7.9). What waits then is one call; or, worse, a heartbeat: the driver has no connection until it ends.
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

/** To close and to connect take no longer, unless they never end. */
const RECONNECT_MS = 5000;

/** Lets a client connect anew when one of its heartbeats does not end. */
export function reconnectWhenStuck(client: mongo.MongoClient): { close(): Promise<void> } {
  /** How often each heartbeat under way was looked at. Not for how long: a process that was frozen has looked once. */
  const looks = new Map<string, number>();
  client.on('serverHeartbeatStarted', ({ connectionId }) => looks.set(connectionId, 0));
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => looks.delete(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => looks.delete(connectionId));
  client.on('serverClosed', ({ address }) => looks.delete(address));

  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isConnected = true;
  let running: Promise<void> = Promise.resolve();

  const look = async () => {
    for (const [address, count] of looks) looks.set(address, count + 1);
    if (isConnected && Math.max(0, ...looks.values()) <= MOST_LOOKS) return;
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
      await running;
    },
  };
}
