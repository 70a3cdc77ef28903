import { type Appended, createId, NAMESPACES, PROTOCOL_VERSION } from '@alcove/protocol';
import type { SpawnedServer } from '@alcove/server/testing';
import type { Shape, Target } from './load.ts';
import { connect, openConversation } from './people.ts';
import { openWire, type Wire } from './wire.ts';

/** How many of those who connect do so at once. */
const CONNECTING = 16;

type OnPacket = (packet: string) => void;

/** What a sender and the receiver may hear, told before they connect. */
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
  const wires = await each(senders, async (index) => {
    const onPacket: OnPacket = (packet) => ears.sender(packet);
    return await openWire({ url, namespace: '/', auth: { room: rooms[index] }, onPacket });
  });
  return {
    send: (sender, id, text) => wires[sender]?.send(`42${id}["message","${text}"]`),
    listen(onAck, onDelivery) {
      ears.sender = ackReader('43', onAck);
      ears.receiver = deliveryReader('42["message"', onDelivery);
    },
    close: () => closeAll([receiver, ...wires]),
  };
}

/** Visitors, each with a conversation of its own, and one agent. */
export async function prepareAlcove(server: SpawnedServer, { senders }: Shape): Promise<Target> {
  const ears: Ears = { sender: ignore, receiver: ignore };
  const { url } = server;
  const agent = await server.createAgent('owner');
  const receiver = await openWire({
    url,
    namespace: NAMESPACES.agent,
    auth: { protocol: PROTOCOL_VERSION, accessToken: agent.accessToken },
    onPacket: (packet) => ears.receiver(packet),
  });
  const visitors = await each(senders, async () => {
    const { accessToken } = await server.createVisitorSession();
    const { conversationId } = await openByMessage(server, accessToken);
    const wire = await openWire({
      url,
      namespace: NAMESPACES.visitor,
      auth: { protocol: PROTOCOL_VERSION, accessToken },
      onPacket: (packet) => ears.sender(packet),
    });
    return { wire, conversationId };
  });
  // As long as ids of clients are, and made in no time.
  const idPrefix = `${createId('cl').slice(0, -7)}-`;
  return {
    send(sender, id, text) {
      const visitor = visitors[sender];
      if (!visitor) throw new Error(`there is no sender ${sender}`);
      const { wire, conversationId } = visitor;
      wire.send(
        `42${NAMESPACES.visitor},${id}["message.send",{"conversationId":"${conversationId}","clientMessageId":"${idPrefix}${id}","content":{"kind":"text","text":"${text}"}}]`,
      );
    },
    listen(onAck, onDelivery) {
      ears.sender = ackReader(`43${NAMESPACES.visitor},`, onAck);
      ears.receiver = deliveryReader(`42${NAMESPACES.agent},["event"`, onDelivery);
    },
    close: () => closeAll([receiver, ...visitors.map(({ wire }) => wire)]),
  };
}

async function openByMessage(server: SpawnedServer, accessToken: string): Promise<Appended> {
  const person = await connect(server, 'visitor', accessToken);
  const opened = await openConversation(person);
  person.close();
  return opened;
}

function ackReader(prefix: string, onAck: (id: number) => void): OnPacket {
  return (packet) => {
    if (!packet.startsWith(prefix)) return;
    const end = packet.indexOf('[', prefix.length);
    if (!packet.startsWith('[{"ok":true', end)) throw new Error(`refused: ${packet}`);
    onAck(Number(packet.slice(prefix.length, end)));
  };
}

function deliveryReader(prefix: string, onDelivery: (text: string) => void): OnPacket {
  return (packet) => {
    if (packet.startsWith(prefix)) onDelivery(packet);
  };
}

function closeAll(wires: readonly Wire[]): void {
  for (const wire of wires) wire.close();
}

function ignore(): void {}

async function each<Result>(
  count: number,
  make: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const made: Result[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: CONNECTING }, async () => {
      while (next < count) {
        const index = next++;
        made[index] = await make(index);
      }
    }),
  );
  return made;
}
