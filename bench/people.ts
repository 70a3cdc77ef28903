import {
  type Ack,
  type AgentSession,
  type Appended,
  createId,
  HTTP_PATHS,
  NAMESPACES,
  PROTOCOL_VERSION,
  SERVER_FRAMES,
  type VisitorSession,
} from '@alcove/protocol';
import { io, type Socket } from 'socket.io-client';
import type { BenchServer } from './server-process.ts';

/** A bare connection: no client of ours between the bench and the wire. */
export interface Person {
  ask<Result>(command: string, payload: object): Promise<Ack<Result>>;
  close(): void;
}

/** A new visitor's access token. */
export async function visitorToken(server: BenchServer): Promise<VisitorSession> {
  return await post(server, HTTP_PATHS.visitorSession, { workspaceKey: server.workspaceKey });
}

/** The first owner joins; works once for a server. */
export async function ownerToken(server: BenchServer): Promise<AgentSession> {
  return await post(server, HTTP_PATHS.invitationAccept, {
    token: server.ownerToken,
    name: 'Owner',
    email: 'owner@shop.example',
    password: 'correct horse battery',
  });
}

/** Connects and waits for the hello. */
export async function connect(
  server: BenchServer,
  namespace: keyof typeof NAMESPACES,
  accessToken: string,
): Promise<Person> {
  const socket: Socket = io(server.url + NAMESPACES[namespace], {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { Origin: server.url },
    auth: { protocol: PROTOCOL_VERSION, accessToken },
  });
  await new Promise((resolve, reject) => {
    socket.once(SERVER_FRAMES.hello, resolve);
    socket.once('connect_error', reject);
  });
  return {
    ask: async (command, payload) => await socket.timeout(10_000).emitWithAck(command, payload),
    close: () => socket.close(),
  };
}

/** Opens a conversation by its first message. */
export async function openConversation(visitor: Person): Promise<Appended> {
  return expectOk(
    await visitor.ask<Appended>('message.send', {
      clientConversationId: createId('cl'),
      clientMessageId: createId('cl'),
      content: { kind: 'text', text: 'Hello' },
    }),
  );
}

/** @throws Error with the refusal's own words. */
export function expectOk<Result>(ack: Ack<Result>): Result {
  if (!ack.ok) throw new Error(`${ack.code}: ${ack.message}`);
  return ack;
}

async function post<Answer>(server: BenchServer, path: string, body: object): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
