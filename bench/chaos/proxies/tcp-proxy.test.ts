import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findClosedPort } from './closed-port.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Says everything twice as long as it was said once. */
let echo: Server;
let echoed: Set<Socket>;
let network: TcpProxy;
let clients: Socket[];

beforeEach(async () => {
  echoed = new Set();
  clients = [];
  echo = createServer((socket) => {
    echoed.add(socket);
    socket.on('error', () => undefined).once('close', () => echoed.delete(socket));
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  network = await openTcpProxy({ targetPort: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await network.close();
  for (const socket of echoed) socket.destroy();
  echo.close();
});

describe('a healthy network', () => {
  it('carries everything, in order, both ways', async () => {
    const client = await join();
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    client.write(sent);
    expect((await hear(client, sent.length)).equals(sent)).toBe(true);
  });

  it('tells either side when the other one ends', async () => {
    const client = await join();
    client.end('goodbye');
    expect(String(await hear(client, 7))).toBe('goodbye');
    await gone(client);
    await expect.poll(() => [echoed.size, network.counts.open]).toEqual([0, 0]);
  });

  it('refuses when there is no server behind it', async () => {
    const port = await findClosedPort();
    const nowhere = await openTcpProxy({ targetPort: port });
    const client = connect({ port: nowhere.port, host: '127.0.0.1' });
    clients.push(client);
    await gone(client);
    expect(nowhere.counts.resets).toBe(1);
    await nowhere.close();
  });
});

describe('a bad network', () => {
  it('takes its time, there and back', async () => {
    const client = await join();
    network.set({ latencyMs: 60, jitterMs: 20 });
    const startedAt = performance.now();
    client.write('hello');
    await hear(client, 5);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(119);
  });

  it('keeps the order of what it delays by chance', async () => {
    const client = await join();
    network.set({ latencyMs: 1, jitterMs: 10, lossRate: 0.2, retransmitMs: 20, sliceBytes: 3 });
    const sent = Array.from({ length: 200 }, (_, index) => `${index},`).join('');
    client.write(sent);
    expect(String(await hear(client, sent.length))).toBe(sent);
  });

  it('cuts into pieces', async () => {
    const client = await join();
    network.set({ sliceBytes: 1, latencyMs: 1, jitterMs: 3 });
    const pieces: number[] = [];
    client.on('data', (bytes: Buffer) => pieces.push(bytes.length));
    client.write('x'.repeat(50));
    await expect.poll(() => pieces.reduce((sum, length) => sum + length, 0)).toBe(50);
    expect(pieces.length).toBeGreaterThan(3);
  });

  it('carries no more than it can, and holds the sender back', async () => {
    const client = await join();
    network.set({ bytesPerSecond: 20_000 });
    const startedAt = performance.now();
    client.write(Buffer.alloc(10_000));
    await hear(client, 10_000);
    expect(performance.now() - startedAt).toBeGreaterThan(400);
    expect(client.write(Buffer.alloc(20_000_000))).toBe(false);
    network.set({});
    await hear(client, 20_000_000);
  });

  it('resets connections by chance, or when told to', async () => {
    const [one, two] = [await join(), await join()];
    network.set({ resetRate: 1 });
    one.write('hello');
    await gone(one);
    await expect.poll(() => network.counts).toEqual({ opened: 2, open: 1, resets: 1 });
    network.reset();
    await gone(two);
    await expect.poll(() => network.counts).toEqual({ opened: 2, open: 0, resets: 2 });
  });
});

describe('a blackout', () => {
  it('delivers afterwards what was sent in it', async () => {
    const client = await join();
    network.set({ link: 'dark' });
    client.write('hello');
    await silence(client);
    network.set({});
    expect(String(await hear(client, 5))).toBe('hello');
  });

  it('lets nobody notice who left in it, until it ends', async () => {
    const client = await join();
    network.set({ link: 'dark' });
    client.destroy();
    await gone(client);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(echoed.size).toBe(1);
    network.set({});
    await expect.poll(() => echoed.size).toBe(0);
  });

  it('connects those who came in it once it ends', async () => {
    network.set({ link: 'dark' });
    const client = await join();
    client.write('hello');
    await silence(client);
    expect(echoed.size).toBe(0);
    network.set({});
    expect(String(await hear(client, 5))).toBe('hello');
  });
});

describe('a half-open connection', () => {
  it('swallows what it gets, and never recovers', async () => {
    const client = await join();
    network.set({ link: 'mute' });
    const late = await join();
    network.set({});
    for (const mute of [client, late]) {
      mute.write('hello');
      await silence(mute);
    }
    const fresh = await join();
    fresh.write('hello');
    expect(String(await hear(fresh, 5))).toBe('hello');
  });
});

describe('a cut network', () => {
  it('resets what is open and what comes, until it is healed', async () => {
    const client = await join();
    network.set({ link: 'cut' });
    await gone(client);
    const refused = connect({ port: network.port, host: '127.0.0.1' });
    clients.push(refused);
    await gone(refused);
    network.set({});
    const fresh = await join();
    fresh.write('hello');
    expect(String(await hear(fresh, 5))).toBe('hello');
  });
});

async function join(): Promise<Socket> {
  const client = connect({ port: network.port, host: '127.0.0.1' });
  clients.push(client);
  client.on('error', () => undefined);
  await once(client, 'connect');
  await expect.poll(() => network.counts.open).toBe(clients.filter(isOpen).length);
  return client;
}

function isOpen(client: Socket): boolean {
  return !client.destroyed;
}

/** However it ended: a reset is an error first. */
function gone(client: Socket): Promise<void> {
  client.on('error', () => undefined);
  return new Promise((resolve) => void client.once('close', () => resolve()));
}

/** Exactly the next `length` bytes. */
function hear(client: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (bytes: Buffer) => {
      chunks.push(bytes);
      size += bytes.length;
      if (size < length) return;
      client.off('data', take);
      heard = Buffer.concat(chunks);
      resolve(heard.subarray(0, length));
    };
    client.on('data', take);
  });
}

/** Fails when anything comes within a time in which a healthy network would have brought it. */
async function silence(client: Socket): Promise<void> {
  let isHeard = false;
  const note = () => void (isHeard = true);
  client.on('data', note);
  await new Promise((resolve) => setTimeout(resolve, 60));
  client.off('data', note).pause();
  client.resume();
  expect(isHeard).toBe(false);
}
