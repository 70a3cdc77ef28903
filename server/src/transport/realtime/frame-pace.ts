import { type Connection, pauseReading, resumeReading } from './outgoing-queue.ts';

/** Reads from each connection no faster than a person at work can need. */
export interface FramePace {
  /** From now on for this connection. */
  watch(connection: Connection): void;
  close(): void;
}

const SECOND_MS = 1000;

/**
 * A refusal costs nearly as much as an answer, so that refusing cannot stop a flood of frames. Who sends more than
 * `framesPerSecond` is not read until the rest of it is paid for: nothing is lost or refused, it arrives later, and the
 * network holds the sender back. Who goes on for long misses heartbeats, and the connection ends.
 */
export function createFramePace(framesPerSecond: number): FramePace {
  /** Of those only who sent something lately: most connections are idle, and cost nothing here. */
  const unpaid = new Map<Connection, number>();
  let timer: NodeJS.Timeout | undefined;

  /** One function for all connections, since they are many. */
  function onPacket(this: Connection) {
    const frames = (unpaid.get(this) ?? 0) + 1;
    unpaid.set(this, frames);
    if (frames === framesPerSecond + 1) pauseReading(this);
    timer ??= setInterval(pay, SECOND_MS).unref();
  }

  function pay() {
    for (const [connection, frames] of unpaid) {
      const rest = frames - framesPerSecond;
      if (rest > 0) unpaid.set(connection, rest);
      else unpaid.delete(connection);
      if (rest > 0 && rest <= framesPerSecond) resumeReading(connection);
    }
    if (unpaid.size === 0) close();
  }

  function close() {
    clearInterval(timer);
    timer = undefined;
  }

  return { watch: (connection) => void connection.on('packet', onPacket), close };
}
