import type { Socket as Network } from 'node:net';
import type { Socket } from 'socket.io';

/** The connection below a socket, which several namespaces may share. */
export type Connection = Socket['conn'];

/** What waits to be sent to a client. */
export interface OutgoingQueue {
  packets: number;
  /** As characters of the packets that wait, and bytes of those that the network has not taken. */
  bytes: number;
  /** Whether the network has taken everything. */
  isEmpty: boolean;
}

/**
 * The private fields of engine.io and ws that tell how slow a reader is, and hold back a sender; neither has a public way. This is the only
 * file that knows them, and its test fails when an update renames one.
 */
interface Internals {
  readonly writeBuffer: readonly { data?: string | Buffer }[];
  readonly transport: {
    readonly writable: boolean;
    readonly socket: {
      readonly bufferedAmount: number;
      readonly _socket: Network;
      terminate(): void;
      pause(): void;
      resume(): void;
    };
  };
}

/** Whether something is under way to this client, so that what comes now has to wait. Costs next to nothing. */
export function isWaiting(connection: Connection): boolean {
  return internalsOf(connection).writeBuffer.length > 0;
}

/** Measures the queue. */
export function measureQueue(connection: Connection): OutgoingQueue {
  const { writeBuffer, transport } = internalsOf(connection);
  let bytes = transport.socket.bufferedAmount;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return {
    packets: writeBuffer.length,
    bytes,
    isEmpty: writeBuffer.length === 0 && transport.writable,
  };
}

/** Ends a connection without waiting for what is queued: who does not read would never let it go. */
export function terminate(connection: Connection): void {
  internalsOf(connection).transport.socket.terminate();
}

/** Takes nothing more from the network, which holds the sender back in turn. */
export function pauseReading(connection: Connection): void {
  internalsOf(connection).transport.socket.pause();
}

export function resumeReading(connection: Connection): void {
  internalsOf(connection).transport.socket.resume();
}

/** What carries a connection. */
export function networkOf(connection: Connection): Network {
  return internalsOf(connection).transport.socket._socket;
}

function internalsOf(connection: Connection): Internals {
  return connection as unknown as Internals;
}
