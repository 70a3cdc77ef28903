// The bare relay of `throughput`: Socket.IO as its manual shows it, and nothing else. Prints its address.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';

const httpServer = createServer();
const io = new Server(httpServer, {
  transports: ['websocket'],
  perMessageDeflate: false,
  serveClient: false,
});

io.on('connection', (socket: Socket) => {
  const { room, rooms } = socket.handshake.auth as { room?: string; rooms?: string[] };
  void socket.join(room ?? rooms ?? []);
  if (room === undefined) return;
  socket.on('message', (text: string, acknowledge: (answer: { ok: true }) => void) => {
    acknowledge({ ok: true });
    socket.to(room).emit('message', text);
  });
});

httpServer.listen(0, () => {
  process.stdout.write(`http://localhost:${(httpServer.address() as AddressInfo).port}\n`);
});
