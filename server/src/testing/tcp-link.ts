import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network in between, which can go bad. */
export interface TcpLink {
  port: number;
  /** From now on nothing passes, and nobody is told: both ends believe that they are connected. */
  freeze(): void;
  /** What comes from now on passes. What was frozen stays lost, as its connections do. */
  thaw(): void;
  /** Closes all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a port of its own and passes everything on to another one of this machine. */
export async function openTcpLink(toPort: number): Promise<TcpLink> {
  const pairs = new Set<Socket>();
  let isFrozen = false;

  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      pairs.add(from);
      let isLost = false;
      from.on('data', (data) => {
        isLost ||= isFrozen;
        if (!isLost) to.write(data);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        pairs.delete(from);
        // A frozen network does not pass on that somebody hung up, either.
        if (!isFrozen) to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    for (const socket of pairs) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
    },
    cut,
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
