import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands before several nodes, as plain as it comes: a connection goes to the next one, whoever it is from. */
export interface RoundRobin {
  url: string;
  port: number;
  /** From now on connections go to these ports, in turn; one that refuses is stepped over. */
  setTargets(ports: readonly number[]): void;
  close(): Promise<void>;
}

/** Opens one on a free port of this machine. Without a target it refuses everybody. */
export async function openRoundRobin(): Promise<RoundRobin> {
  const sockets = new Set<Socket>();
  let targets: readonly number[] = [];
  let turn = 0;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const server = createServer({ noDelay: true }, (client) => {
    keep(client);
    // Everybody once.
    void dial(targets.map((_, index) => targets[(turn + index) % targets.length] ?? 0)).then(
      (node) => {
        if (!node || client.destroyed) {
          node?.destroy();
          client.resetAndDestroy();
          return;
        }
        keep(node);
        client.pipe(node);
        node.pipe(client);
        // A process that dies takes its side along; whoever has gone is not waited for.
        client.once('close', () => node.destroy());
        node.once('close', () => client.destroy());
      },
    );
    turn++;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://localhost:${port}`,
    port,
    setTargets(ports) {
      targets = ports;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A connection to the first that takes one. */
async function dial(ports: readonly number[]): Promise<Socket | undefined> {
  for (const port of ports) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      // The next one.
    }
  }
  return undefined;
}
