import { createServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { io as connectSocket } from 'socket.io-client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createGatheredWrites } from './gathered-writes.ts';

it('takes one write for all that one turn has for a connection', async () => {
  const { network, socket, received } = await connect();
  const write = vi.spyOn(network, '_writev' as never);
  const numbers = Array.from({ length: 20 }, (_, index) => index);

  for (const number of numbers) socket.emit('event', number);

  await vi.waitFor(() => expect(received).toEqual(numbers));
  expect(write).toHaveBeenCalledTimes(1);
});

it('sends at once when the turn is over, however little there is', async () => {
  const { socket, received } = await connect();
  for (const number of [1, 2, 3]) {
    socket.emit('event', number);
    await vi.waitFor(() => expect(received.at(-1)).toBe(number));
  }
});

it('sends what was gathered before it closes', async () => {
  const { socket, received } = await connect();
  socket.emit('event', 1);
  socket.emit('event', 2);
  socket.disconnect(true);
  await vi.waitFor(() => expect(received).toEqual([1, 2]));
});

async function connect() {
  const httpServer = createServer();
  const io = new Server(httpServer, { transports: ['websocket'] });
  await new Promise<void>((resolve) => httpServer.listen(0, resolve));
  const accepted = new Promise<NetSocket>((resolve) => httpServer.once('connection', resolve));
  const joined = new Promise<Socket>((resolve) => io.once('connection', resolve));
  const { port } = httpServer.address() as AddressInfo;
  const client = connectSocket(`http://localhost:${port}`, { transports: ['websocket'] });
  onTestFinished(async () => {
    client.close();
    await io.close();
  });
  const received: number[] = [];
  client.on('event', (number: number) => received.push(number));
  const socket = await joined;
  createGatheredWrites().watch(socket.conn);
  return { network: await accepted, socket, received };
}
