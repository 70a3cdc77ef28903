import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Ack,
  type Appended,
  createId,
  NAMESPACES,
  PROTOCOL_VERSION,
  SERVER_FRAMES,
} from '@alcove/protocol';
import type { SpawnedServer } from '@alcove/server/testing';
import { io, type Socket } from 'socket.io-client';

/** A bare connection: no client of ours between the bench and the wire. */
export interface Person {
  ask<Result>(command: string, payload: object): Promise<Ack<Result>>;
  close(): void;
}

const rate = { points: 1e9, durationMs: 1000 };

/** Rates that no bench reaches: what is measured is the server, not its patience. */
export const liftedLimits = {
  visitorSends: rate,
  visitorCommands: rate,
  agentSends: rate,
  agentCommands: rate,
  newConversationsPerAddress: rate,
  visitorSessionsPerAddress: rate,
  invitationTriesPerAddress: rate,
  handshakes: { points: 1e5, durationMs: 1000 },
  handshakesPerAddress: rate,
  socketsPerAddress: 1e6,
  socketsPerVisitor: 1e6,
  visitorsPerWorkspace: 1e6,
  visitorFramesPerSecond: 1e6,
  agentFramesPerSecond: 1e6,
};

/** A socket that begins to connect, and does not come back by itself. */
export function openSocket(
  { url, origin = url }: { url: string; origin?: string },
  namespace: keyof typeof NAMESPACES,
  accessToken: string,
): Socket {
  return io(url + NAMESPACES[namespace], {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { Origin: origin },
    auth: { protocol: PROTOCOL_VERSION, accessToken },
  });
}

/** Connects and waits for the hello. */
export async function connect(
  server: SpawnedServer,
  namespace: keyof typeof NAMESPACES,
  accessToken: string,
): Promise<Person> {
  const socket = openSocket(server, namespace, accessToken);
  await new Promise((resolve, reject) => {
    socket.once(SERVER_FRAMES.hello, resolve);
    socket.once('connect_error', reject);
  });
  return {
    ask: async (command, payload) => await socket.timeout(10_000).emitWithAck(command, payload),
    close: () => socket.close(),
  };
}

/** Opens a conversation by its first message. A server that is busy is asked again, as its answer says. */
export async function openConversation(visitor: Person): Promise<Appended> {
  const message = {
    clientConversationId: createId('cl'),
    clientMessageId: createId('cl'),
    content: { kind: 'text', text: 'Hello' },
  };
  for (;;) {
    const ack = await visitor.ask<Appended>('message.send', message);
    if (ack.ok || ack.code !== 'busy') return expectOk(ack);
    await sleep(ack.retryAfterMs);
  }
}

/** @throws Error with the refusal's own words. */
export function expectOk<Result>(ack: Ack<Result>): Result {
  if (!ack.ok) throw new Error(`${ack.code}: ${ack.message}`);
  return ack;
}
