import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands before several nodes, as plain as it comes: a connection goes to the next one, whoever it is from. */
export interface RoundRobin {
  url: string;
  port: number;
  /** From now on connections go to these ports, in turn; one that refuses is stepped over. */
  setTargets(ports: readonly number[]): void;
  /** Ports of the nodes that did not answer whether they live. */
  readonly unwell: readonly number[];
  close(): Promise<void>;
}

/** How nodes are asked whether they live: one that is frozen takes connections, and says nothing. */
export interface HealthCheck {
  path: string;
  everyMs: number;
  timeoutMs: number;
}

/**
 * Opens one on a free port of this machine. Without a target it refuses everybody. Without a health check, or where no node
 * passes it, connections go to every node.
 */
export async function openRoundRobin(health?: HealthCheck): Promise<RoundRobin> {
  const sockets = new Set<Socket>();
  let targets: readonly number[] = [];
  let turn = 0;
  const doctor = health && examine(health, () => targets);
  const unwell = () => doctor?.unwell ?? [];

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const server = createServer({ noDelay: true }, (client) => {
    keep(client);
    const well = targets.filter((port) => !unwell().includes(port));
    const able = well.length > 0 ? well : targets;
    // Everybody once.
    void dial(able.map((_, index) => able[(turn + index) % able.length] ?? 0)).then((node) => {
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
    });
    turn++;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://localhost:${port}`,
    port,
    get unwell() {
      return unwell();
    },
    setTargets(ports) {
      targets = ports;
    },
    async close() {
      doctor?.stop();
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Asks the targets whether they live, again and again until stopped. */
function examine({ path, everyMs, timeoutMs }: HealthCheck, targets: () => readonly number[]) {
  let unwell: readonly number[] = [];
  const ask = async () => {
    const asked = targets();
    const answers = await Promise.all(asked.map((port) => isWell(port, path, timeoutMs)));
    unwell = asked.filter((_, index) => !answers[index]);
  };
  const timer = setInterval(() => void ask(), everyMs);
  return {
    get unwell() {
      return unwell;
    },
    stop: () => clearInterval(timer),
  };
}

async function isWell(port: number, path: string, timeoutMs: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { ok } = await fetch(`http://127.0.0.1:${port}${path}`, { signal });
    return ok;
  } catch {
    return false;
  }
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
