import { createId, NAMESPACES, PROTOCOL_VERSION } from '@alcove/protocol';
import type { SpawnedServer } from '@alcove/server/testing';
import { each } from './each.ts';
import type { Shape, Target } from './load.ts';
import { connect, openConversation } from './people.ts';
import { openWire, type Wire } from './wire.ts';

type OnPacket = (packet: string) => void;

/** What a sender and the receiver do with what they hear. */
interface Ears {
  sender: OnPacket;
  receiver: OnPacket;
}

/** Senders, each in a room of its own, and one receiver that is in all rooms. */
export async function prepareRelay(url: string, { senders }: Shape): Promise<Target> {
  const ears: Ears = { sender: ignore, receiver: ignore };
  const rooms = Array.from({ length: senders }, (_, index) => `room-${index}`);
  const receiver = await openWire({
    url,
    namespace: '/',
    auth: { rooms },
    onPacket: (packet) => ears.receiver(packet),
  });
  const wires = await each(senders, (index) => {
    const onPacket: OnPacket = (packet) => ears.sender(packet);
    return openWire({ url, namespace: '/', auth: { room: rooms[index] }, onPacket });
  });
  return {
    send: (sender, id, text) => wires[sender]?.send(`42${id}["message","${text}"]`),
    listen(onAck, onDelivery) {
      ears.sender = readAcks('43', onAck);
      ears.receiver = readDeliveries('42["message"', onDelivery);
    },
    close: () => closeAll([receiver, ...wires]),
  };
}

/** Visitors, each with a conversation of its own and by turns at one of `nodes`, and one agent. */
export async function prepareAlcove(
  server: SpawnedServer,
  { senders }: Shape,
  nodes: readonly SpawnedServer[] = [server],
): Promise<Target> {
  const ears: Ears = { sender: ignore, receiver: ignore };
  const agent = await server.createAgent('owner');
  const receiver = await openWire({
    url: server.url,
    namespace: NAMESPACES.agent,
    auth: { protocol: PROTOCOL_VERSION, accessToken: agent.accessToken },
    onPacket: (packet) => ears.receiver(packet),
  });
  const visitors = await each(senders, (index) =>
    connectVisitor(nodes[index % nodes.length] ?? server, (packet) => ears.sender(packet)),
  );
  const idOf = makingClientIds();
  return {
    send: (sender, id, text) => sendText(visitors[sender], { id, clientMessageId: idOf(id), text }),
    listen(onAck, onDelivery) {
      ears.sender = readAcks(`43${NAMESPACES.visitor},`, onAck);
      ears.receiver = readDeliveries(`42${NAMESPACES.agent},["event"`, onDelivery);
    },
    close: () => closeAll([receiver, ...visitors.map(({ wire }) => wire)]),
  };
}

/** A visitor who has a conversation and is connected. */
export interface ConnectedVisitor {
  wire: Wire;
  conversationId: string;
}

/** Makes a visitor with a conversation, and connects. */
export async function connectVisitor(
  server: SpawnedServer,
  onPacket: OnPacket,
): Promise<ConnectedVisitor> {
  const { accessToken } = await server.createVisitorSession();
  const person = await connect(server, 'visitor', accessToken);
  const { conversationId } = await openConversation(person);
  person.close();
  const auth = { protocol: PROTOCOL_VERSION, accessToken };
  const wire = await openWire({ url: server.url, namespace: NAMESPACES.visitor, auth, onPacket });
  return { wire, conversationId };
}

/**
 * Makes the function that makes client ids as `createId` does, but for their randomness: the load should cost little, and
 * compete with the server as little as it can.
 */
export function makingClientIds(): (id: number) => string {
  const run = createId('cl').slice(-9);
  let [now, time] = [0, ''];
  return (id) => {
    if (Date.now() !== now) {
      now = Date.now();
      time = createId('cl').slice(0, -16);
    }
    return `${time}${run}${String(id).padStart(7, '0')}`;
  };
}

/** Sends one text into the visitor's conversation. */
export function sendText(
  visitor: ConnectedVisitor | undefined,
  { id, clientMessageId, text }: { id: number; clientMessageId: string; text: string },
): void {
  if (!visitor) throw new Error('there is no such sender');
  const { wire, conversationId } = visitor;
  wire.send(
    `42${NAMESPACES.visitor},${id}["message.send",{"conversationId":"${conversationId}","clientMessageId":"${clientMessageId}","content":{"kind":"text","text":"${text}"}}]`,
  );
}

/** Reads acks, which begin with `prefix`. A refusal ends the bench. */
export function readAcks(prefix: string, onAck: (id: number) => void): OnPacket {
  return (packet) => {
    if (!packet.startsWith(prefix)) return;
    const end = packet.indexOf('[', prefix.length);
    if (!packet.startsWith('[{"ok":true', end)) throw new Error(`refused: ${packet}`);
    onAck(Number(packet.slice(prefix.length, end)));
  };
}

/** Reads deliveries, which begin with `prefix`. */
export function readDeliveries(prefix: string, onDelivery: (text: string) => void): OnPacket {
  return (packet) => {
    if (packet.startsWith(prefix)) onDelivery(packet);
  };
}

function closeAll(wires: readonly Wire[]): void {
  for (const wire of wires) wire.close();
}

function ignore(_packet: string): void {}
