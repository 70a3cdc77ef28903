import { Manager } from 'socket.io-client';
import type { OpenSocket } from './socket.ts';

/**
 * The library itself, for agents. A manager of its own for each connection: an old one may hold emits in a buffer that
 * it would replay. Its reconnection is off, since its jitter vanishes at the delay cap.
 */
export const openSocketIoClient: OpenSocket = ({ serverUrl, namespace, auth, ...options }) => {
  const { origin, pathname } = new URL(serverUrl);
  const manager = new Manager(origin, {
    path: `${pathname.replace(/\/+$/, '')}/socket.io`,
    transports: ['websocket'],
    autoConnect: false,
    reconnection: false,
    extraHeaders: options.origin ? { origin: options.origin } : {},
  });
  const socket = manager.socket(namespace, { auth });
  const close = () => {
    socket.off();
    socket.offAny();
    socket.disconnect();
  };
  const lose = () => {
    close();
    options.onLost();
  };
  socket.onAny((name: string, payload: unknown) => options.onEvent(name, payload));
  socket.on('disconnect', lose);
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    if (error.data === undefined) {
      lose();
      return;
    }
    close();
    options.onRefused(error.data);
  });
  socket.connect();
  return {
    ask: (name, payload, timeoutMs) => socket.timeout(timeoutMs).emitWithAck(name, payload),
    close,
  };
};
