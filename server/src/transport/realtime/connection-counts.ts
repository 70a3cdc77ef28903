import type { IncomingMessage } from 'node:http';
import type { Limits } from '../../limits.ts';
import { addressBlock, type ClientAddress } from '../client-address.ts';
import type { Connection } from './outgoing-queue.ts';

/** Counts connections by where they come from, those included that have joined no namespace yet. */
export interface ConnectionCounts {
  /** Whether one more connection from there would be too many. */
  isFull(request: IncomingMessage): boolean;
  /** Counts a connection until it closes. */
  add(connection: Connection): void;
  /** The address block of a connection that is counted. */
  addressOf(connection: Connection): string;
  all(): Iterable<Connection>;
}

interface Block {
  readonly address: string;
  connections: number;
}

export function createConnectionCounts(options: {
  limits: Pick<Limits, 'socketsPerAddress'>;
  clientAddress: ClientAddress;
}): ConnectionCounts {
  const { limits, clientAddress } = options;
  const blocks = new Map<string, Block>();
  const blockOf = new Map<Connection, Block>();
  const addressOfRequest = (request: IncomingMessage) => addressBlock(clientAddress(request));

  /** One function for all of them: a closure each would outweigh the count. */
  function remove(this: Connection) {
    const block = blockOf.get(this);
    blockOf.delete(this);
    if (block && --block.connections === 0) blocks.delete(block.address);
  }

  return {
    isFull: (request) =>
      (blocks.get(addressOfRequest(request))?.connections ?? 0) >= limits.socketsPerAddress,
    add(connection) {
      const address = addressOfRequest(connection.request);
      const block = blocks.get(address) ?? { address, connections: 0 };
      block.connections++;
      blocks.set(address, block);
      blockOf.set(connection, block);
      connection.on('close', remove);
    },
    addressOf: (connection) => blockOf.get(connection)?.address ?? 'unknown',
    all: () => blockOf.keys(),
  };
}
