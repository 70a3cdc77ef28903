import { type Connection, networkOf } from './outgoing-queue.ts';

/** Sends everything that one turn of the event loop has for a connection in one write to the operating system. */
export interface GatheredWrites {
  /** From now on for this connection. */
  watch(connection: Connection): void;
}

/**
 * A write to the operating system is the dearest part of a push. Without this the sender of a message gets two, its ack and
 * the event, and an agent gets one for each message of a group that was committed together.
 */
export function createGatheredWrites(): GatheredWrites {
  let held: Connection[] = [];

  function release() {
    const connections = held;
    held = [];
    for (const connection of connections) {
      const network = networkOf(connection);
      network.cork();
      connection.transport.writable = true;
      // Engine.IO's own word for it: whatever is queued goes out.
      connection.transport.emit('ready');
      network.uncork();
    }
  }

  /** Runs before a packet is queued. One function for all connections, since they are many. */
  function hold(this: Connection) {
    // Otherwise something is under way already, and Engine.IO keeps what comes until that is through.
    if (!this.transport.writable) return;
    this.transport.writable = false;
    // Behind the publisher's turn, which is set up before the acks are: they leave together.
    if (held.push(this) === 1) setImmediate(release);
  }

  return { watch: (connection) => void connection.on('packetCreate', hold) };
}
