import type { Logger } from 'pino';
import type { Limits } from '../../limits.ts';
import type { LiveSessions } from './live-sessions.ts';
import {
  type Connection,
  isWaiting,
  measureQueue,
  type OutgoingQueue,
  terminate,
} from './outgoing-queue.ts';
import type { ChatSocket } from './socket-server.ts';

/** Keeps clients that read more slowly than they are told from filling the server's memory. */
export interface SlowReaders {
  /** Has an eye on what is queued for this connection from now on. */
  watch(connection: Connection): void;
  /** Whether a client is told nothing at present: it is welcomed back when it has caught up. */
  isLagging(connection: Connection): boolean;
  /** How many there are now, and how many were cut off so far. */
  figures(): { lagging: number; cutOff: number };
  close(): void;
}

interface SlowReadersOptions {
  live: Pick<LiveSessions, 'on'>;
  limits: Limits;
  logger: Logger;
  /** Puts a socket back into its rooms and greets it, so that it asks for what it was not told. */
  welcomeBack(socket: ChatSocket): void;
}

/**
 * A client that lags leaves its rooms: what everybody else is told costs nothing more for it, and answers to its own
 * commands still come. Once its queue is empty it joins again and gets another `hello`, which shows it what it missed.
 * If that takes too long, or the queue grows all the same, the connection ends, and the client comes back by itself.
 */
export function createSlowReaders(options: SlowReadersOptions): SlowReaders {
  const { limits } = options;
  const laggards = createLaggards(options);
  const suspects = new Set<Connection>();

  /** Runs for every packet to everybody: as a rule nothing waits, and that is all there is to it. */
  function onPacket(this: Connection) {
    if (!isWaiting(this)) return;
    // Measured when the turn is over: what one turn queues for a client that reads well is gone by then.
    if (suspects.size === 0) setImmediate(inspect);
    suspects.add(this);
  }

  function inspect() {
    for (const connection of suspects) {
      const queue = measureQueue(connection);
      if (queue.bytes > limits.stalledBytes) laggards.cutOff(connection);
      else if (isTooMuch(queue, limits)) laggards.add(connection);
    }
    suspects.clear();
  }

  return {
    watch(connection) {
      // One function for all connections: a closure for each would be most of what an idle one costs here.
      connection.on('packetCreate', onPacket);
    },
    isLagging: laggards.has,
    figures: laggards.figures,
    close: laggards.close,
  };
}

function isTooMuch({ packets, bytes }: OutgoingQueue, limits: Limits): boolean {
  return packets >= limits.laggingPackets || bytes > limits.laggingBytes;
}

/** Those who are told nothing until they have read what they were told. */
function createLaggards({ live, limits, logger, welcomeBack }: SlowReadersOptions) {
  const laggingSince = new Map<Connection, number>();
  let timer: NodeJS.Timeout | undefined;
  let cutOffs = 0;

  function cutOff(connection: Connection) {
    laggingSince.delete(connection);
    cutOffs++;
    const queuedBytes = measureQueue(connection).bytes;
    logger.info({ queuedBytes }, 'a client read too slowly and was cut off');
    terminate(connection);
  }

  function lookAfter() {
    for (const [connection, since] of laggingSince) {
      const { bytes, isEmpty } = measureQueue(connection);
      if (connection.readyState !== 'open') {
        laggingSince.delete(connection);
      } else if (isEmpty) {
        laggingSince.delete(connection);
        for (const socket of live.on(connection)) welcomeBack(socket);
      } else if (bytes > limits.stalledBytes || performance.now() - since > limits.stalledMs) {
        cutOff(connection);
      }
    }
    if (laggingSince.size === 0) close();
  }

  function close() {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    add(connection: Connection) {
      if (laggingSince.has(connection)) return;
      laggingSince.set(connection, performance.now());
      timer ??= setInterval(lookAfter, limits.laggingCheckMs).unref();
      for (const socket of live.on(connection)) {
        for (const room of socket.rooms) void socket.leave(room);
      }
    },
    cutOff,
    has: (connection: Connection) => laggingSince.has(connection),
    figures: () => ({ lagging: laggingSince.size, cutOff: cutOffs }),
    close,
  };
}
