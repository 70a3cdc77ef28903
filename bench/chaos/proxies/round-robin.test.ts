import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { findClosedPort } from './closed-port.ts';
import { openRoundRobin, type RoundRobin } from './round-robin.ts';

/** Says its name to whoever comes, then whatever it is told. */
interface Node {
  port: number;
  sockets: Set<Socket>;
  /** As a process that dies: its connections go, and nobody listens any more. */
  die(): Promise<void>;
}

let balancer: RoundRobin;
let nodes: Node[];
let clients: Socket[];

beforeEach(async () => {
  clients = [];
  nodes = [await startNode('A'), await startNode('B')];
  balancer = await openRoundRobin();
  balancer.setTargets(nodes.map(({ port }) => port));
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await balancer.close();
  await Promise.all(nodes.map((node) => node.die()));
});

it('sends each connection to the next node, whoever it is from', async () => {
  expect(await heard(5)).toBe('ABABA');
});

it('carries everything, in order, both ways', async () => {
  const client = join();
  await hear(client, 1);
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  client.write(sent);
  expect((await hear(client, sent.length)).equals(sent)).toBe(true);
});

it('steps over a node that is not there, and takes it again when it is', async () => {
  await nodes[0]?.die();
  expect(await heard(3)).toBe('BBB');
  const again = await startNode('C');
  nodes.push(again);
  balancer.setTargets([again.port, nodes[1]?.port ?? 0]);
  expect([...(await heard(4))].toSorted().join('')).toBe('BBCC');
});

it('lets those on a node that dies know at once, and nobody else', async () => {
  const [one, two] = [join(), join()];
  await Promise.all([hear(one, 1), hear(two, 1)]);
  await nodes[0]?.die();
  await gone(one);
  two.write('still here');
  expect(String(await hear(two, 10))).toBe('still here');
});

it('lets a node know who has gone', async () => {
  const client = join();
  await hear(client, 1);
  client.destroy();
  await expect.poll(() => nodes[0]?.sockets.size).toBe(0);
});

it('resets everybody while there is no node', async () => {
  balancer.setTargets([]);
  await expect(gone(join())).resolves.toBeUndefined();
  balancer.setTargets([await findClosedPort()]);
  await expect(gone(join())).resolves.toBeUndefined();
});

it('leaves out a node that does not answer whether it lives, until it does', async () => {
  const [well, frozen] = [await startAnswering(), await startAnswering()];
  const asking = await openRoundRobin({ path: '/healthz', everyMs: 20, timeoutMs: 200 });
  onTestFinished(asking.close);
  asking.setTargets([well.port, frozen.port]);
  const comers = () => {
    well.comers = frozen.comers = 0;
    const ask = () => fetch(`${asking.url}/`, { headers: { connection: 'close' } });
    return Promise.all(Array.from({ length: 4 }, ask)).then(() => frozen.comers);
  };
  expect(await comers()).toBe(2);
  frozen.isFrozen = true;
  await expect.poll(() => asking.unwell).toEqual([frozen.port]);
  expect(await comers()).toBe(0);
  well.isFrozen = true;
  await expect.poll(() => asking.unwell.length).toBe(2);
  well.isFrozen = frozen.isFrozen = false;
  expect(await comers(), 'where no node is well each may be').toBe(2);
  await expect.poll(() => asking.unwell).toEqual([]);
  expect(await comers()).toBe(2);
});

/** A web server that may stop to answer, and takes connections all the same. */
async function startAnswering() {
  const node = { port: 0, comers: 0, isFrozen: false };
  const server = createWebServer(({ url }, response) => {
    if (url === '/') node.comers++;
    if (!node.isFrozen) response.end('here');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  node.port = (server.address() as AddressInfo).port;
  return node;
}

async function startNode(name: string): Promise<Node> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.write(name);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async die() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

/** The names of the nodes that so many connections came to, one after the other. */
async function heard(count: number): Promise<string> {
  let names = '';
  for (let number = 0; number < count; number++) names += String(await hear(join(), 1));
  return names;
}

function join(): Socket {
  const client = connect({ port: balancer.port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

function gone(client: Socket): Promise<void> {
  client.resume();
  return new Promise((resolve) => void client.once('close', () => resolve()));
}

/** Exactly the next `length` bytes. */
async function hear(client: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < length; ) {
    const bytes = client.read() as Buffer | null;
    if (bytes === null) {
      await once(client, 'readable');
      continue;
    }
    chunks.push(bytes);
    size += bytes.length;
  }
  return Buffer.concat(chunks).subarray(0, length);
}
