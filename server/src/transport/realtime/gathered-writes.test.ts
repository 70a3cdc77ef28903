import { createServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { io as connectSocket } from 'socket.io-client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createGatheredWrites } from './gathered-writes.ts';

it('takes two writes for what one step of work has for a connection: the first packet, and all others', async () => {
  const { network, socket, received } = await connect();
  const write = vi.spyOn(network, '_writev' as never);
  const numbers = Array.from({ length: 20 }, (_, index) => index);

  for (const number of numbers) socket.emit('event', number);

  await vi.waitFor(() => expect(received).toEqual(numbers));
  expect(write).toHaveBeenCalledTimes(2);
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
