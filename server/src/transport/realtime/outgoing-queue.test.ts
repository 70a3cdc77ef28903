import { expect, it, onTestFinished } from 'vitest';
import { startTestGateway } from '../../testing/start-test-gateway.ts';
import { measureQueue, terminate } from './outgoing-queue.ts';
import type { ChatSocket } from './socket-server.ts';

/** One connection, as its client and as the server see it. */
async function connectOne() {
  const gateway = await startTestGateway();
  onTestFinished(gateway.close);
  const sockets: ChatSocket[] = [];
  gateway.io.of('/visitor').on('connection', (socket) => sockets.push(socket));
  const client = gateway.connect(await (await gateway.createWorkspace()).addVisitor());
  await client.next('hello');
  const [socket] = sockets;
  if (!socket) throw new Error('nobody connected');
  return { client, socket };
}

it('reads fields that this version of engine.io and ws still has', async () => {
  const { socket } = await connectOne();
  const connection = socket.conn as unknown as Record<string, unknown>;
  expect(connection['writeBuffer']).toEqual([]);
  expect(connection['transport']).toMatchObject({
    writable: true,
    socket: { bufferedAmount: 0, terminate: expect.any(Function) },
  });
});

it('counts what waits, and finds nothing when it was sent', async () => {
  const { client, socket } = await connectOne();
  for (let count = 0; count < 3; count++) {
    socket.emit('signal', { type: 'session.ended', message: 'x'.repeat(1000) });
  }
  // They leave together when this turn of the event loop is over.
  const queue = measureQueue(socket.conn);
  expect(queue).toMatchObject({ packets: 3, isEmpty: false });
  expect(queue.bytes).toBeGreaterThan(2000);
  for (let count = 0; count < 3; count++) await client.next('signal');
  expect(measureQueue(socket.conn)).toEqual({ packets: 0, bytes: 0, isEmpty: true });
});

it('ends a connection at once', async () => {
  const { client, socket } = await connectOne();
  terminate(socket.conn);
  expect(await client.next('disconnect')).toMatchObject({ reason: 'transport close' });
});
