import { connect } from 'node:net';
import { WebSocket } from 'ws';

/** One Socket.IO connection without a client library, so that the generator's own work stays small beside the server's. */
export interface Wire {
  /** Sends a Socket.IO packet as text, for example `42/visitor,7["heads",{}]`. */
  send(packet: string): void;
  /** Whatever is sent in it leaves in one write to the operating system. */
  gather(act: () => void): void;
  /** Bytes that the network has not taken yet. */
  queuedBytes(): number;
  close(): void;
}

interface WireOptions {
  url: string;
  /** `/` or, say, `/visitor`. */
  namespace: string;
  auth: object;
  /** Every packet after the connection stands. One character per byte. */
  onPacket: (packet: string) => void;
}

/** Connects and joins the namespace. */
export async function openWire({ url, namespace, auth, onPacket }: WireOptions): Promise<Wire> {
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const { hostname: host, port } = new URL(url);
  const network = connect({ host, port: Number(port) });
  const socket = new WebSocket(address, {
    origin: url,
    createConnection: () => network,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  const prefix = namespace === '/' ? '' : `${namespace},`;
  let isConnected = false;
  const connected = new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const packet = data.toString('latin1');
      if (packet === '2') socket.send('3');
      else if (isConnected) onPacket(packet);
      else if (packet.startsWith('0')) socket.send(`40${prefix}${JSON.stringify(auth)}`);
      else if (packet.startsWith('40')) {
        isConnected = true;
        resolve();
      } else reject(new Error(`refused: ${packet}`));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
  await connected;
  return {
    send: (packet) => socket.send(packet),
    gather(act) {
      network.cork();
      act();
      network.uncork();
    },
    queuedBytes: () => socket.bufferedAmount,
    close: () => socket.terminate(),
  };
}
