import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Conditions, HEALTHY } from './conditions.ts';
import { DelayLine } from './delay-line.ts';

/** A network in which everything may go wrong, between clients and one port of this machine. */
export interface TcpProxy {
  /** Where clients find the server through this network. */
  url: string;
  port: number;
  /** Puts these conditions in place of the present ones; what is left out is healthy, so `{}` heals. */
  set(conditions: Partial<Conditions>): void;
  /** Resets this share of the connections that are open. */
  reset(share?: number): void;
  /** So far; `open`: now. `resets` counts connections that the proxy ended. */
  readonly counts: Readonly<{ opened: number; open: number; resets: number }>;
  close(): Promise<void>;
}

/** Opens a proxy on a free port of this machine. `random` makes its choices, so that a seed can repeat them. */
export async function openTcpProxy(options: {
  targetPort: number;
  random?: () => number;
}): Promise<TcpProxy> {
  const { targetPort, random = Math.random } = options;
  const network: Network = {
    conditions: HEALTHY,
    counts: { opened: 0, open: 0, resets: 0 },
    random,
  };
  const connections = new Set<Connection>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const onEnd = () => void connections.delete(connection);
    const connection = new Connection({ client, targetPort, network, onEnd });
    connections.add(connection);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://localhost:${port}`,
    port,
    counts: network.counts,
    set(conditions) {
      network.conditions = { ...HEALTHY, ...conditions };
      for (const connection of connections) connection.meet();
    },
    reset(share = 1) {
      for (const connection of connections) if (random() < share) connection.reset();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.reset();
      await closed;
    },
  };
}

interface Network {
  conditions: Conditions;
  readonly counts: { opened: number; open: number; resets: number };
  readonly random: () => number;
}

interface ConnectionOptions {
  client: Socket;
  targetPort: number;
  network: Network;
  /** Both sides are gone. */
  onEnd(): void;
}

/** One client's connection, and the one behind it that the proxy makes to the server. */
class Connection {
  readonly #options: ConnectionOptions;
  #server: Socket | undefined;
  #lines: DelayLine[] = [];
  #isMute = false;
  /** One side went without a goodbye, which the other one learns as soon as the link carries anything. */
  #isBroken = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    options.network.counts.opened++;
    options.network.counts.open++;
    this.#watch(options.client);
    this.meet();
  }

  /** The conditions have changed. */
  meet(): void {
    const { link } = this.#options.network.conditions;
    this.#isMute ||= link === 'mute';
    if (link === 'cut') this.reset();
    else if (this.#isMute) this.#swallow();
    else if (link === 'open') this.#resume();
  }

  reset(): void {
    const { client, network } = this.#options;
    if (!client.destroyed) network.counts.resets++;
    client.resetAndDestroy();
    this.#server?.resetAndDestroy();
  }

  /** Bytes that a half-open connection has lost can never be made up for. */
  #swallow(): void {
    for (const line of this.#lines) line.stop();
    this.#options.client.removeAllListeners('data').resume();
    this.#server?.removeAllListeners('data').resume();
  }

  #resume(): void {
    if (this.#isBroken) {
      this.reset();
      return;
    }
    this.#server ??= this.#dial();
    for (const line of this.#lines) line.wake();
  }

  #dial(): Socket {
    const { client, targetPort: port, network } = this.#options;
    const server = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const shared = { network, reset: () => this.reset() };
    this.#lines = [
      new DelayLine({ from: client, to: server, ...shared }),
      new DelayLine({ from: server, to: client, ...shared }),
    ];
    this.#watch(server);
    return server;
  }

  #watch(socket: Socket): void {
    const { client, network, onEnd } = this.#options;
    // An error is an end like others; `close` follows.
    socket.on('error', () => undefined);
    socket.once('close', (hadError) => {
      if (socket === client) network.counts.open--;
      this.#isBroken ||= hadError || socket === client;
      if (client.destroyed && (this.#server?.destroyed ?? true)) onEnd();
      else this.meet();
    });
  }
}
