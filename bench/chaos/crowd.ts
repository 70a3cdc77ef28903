import { createId, NAMESPACES, PROTOCOL_VERSION } from '@alcove/protocol';
import type { SpawnedServer } from '@alcove/server/testing';
import { openWire, type Wire } from '../wire.ts';

/** What a crowd did and what came of it since it was last asked. */
export interface Tally {
  seconds: number;
  sent: number;
  /** Acknowledged in time. */
  acked: number;
  ackMs: number[];
  /** What was not acknowledged: by code, or `silence` after the time that clients wait. */
  refused: Record<string, number>;
  typed: number;
}

/** How much a crowd does, over all of its visitors. */
export interface Pace {
  sendsPerSecond: number;
  typingPerSecond: number;
}

/** Visitors on bare wires who send at a rate, however slow the answers are, and repeat nothing. */
export interface Crowd {
  setPace(pace: Pace): void;
  /** Stops, and waits until everything is answered or given up. */
  settle(): Promise<void>;
  take(): Tally;
  /** Of its members; each writes into their own. */
  readonly conversationIds: readonly string[];
  /** Client ids of all messages that were acknowledged. */
  readonly ackedIds: ReadonlySet<string>;
  close(): void;
}

interface Member {
  wire: Wire;
  conversationId: string;
}

const ACK_TIMEOUT_MS = 8_000;
const AT_ONCE = 50;
const MOST_TRIES = 60;
const MOST_QUEUED_BYTES = 64 * 1024;

/**
 * Opens a crowd; everybody has a conversation.
 *
 * @param options.burst so many messages leave together, as from whoever comes back with a full outbox: a generator that
 *   shares the machine with the server takes the less from it. Default 1.
 */
export async function openCrowd(
  server: SpawnedServer,
  size: number,
  { burst = 1 }: { burst?: number } = {},
): Promise<Crowd> {
  const desk = new Desk();
  const members: Member[] = [];
  while (members.length < size) {
    const joining = Array.from({ length: Math.min(AT_ONCE, size - members.length) }, () =>
      join(server, desk),
    );
    members.push(...(await Promise.all(joining)));
  }
  desk.take();

  let sends = 0;
  let typings = 0;
  const send = () => {
    const member = members[sends++ % members.length];
    member?.wire.gather(() => {
      for (let count = 0; count < burst; count++) desk.send(member);
    });
  };
  const type = () => {
    const member = members[typings++ % members.length];
    if (member) desk.type(member);
  };
  const sending = keepPace(send);
  const typing = keepPace(type);
  return {
    setPace({ sendsPerSecond, typingPerSecond }) {
      sending.setRate(sendsPerSecond / burst);
      typing.setRate(typingPerSecond);
    },
    async settle() {
      sending.setRate(0);
      typing.setRate(0);
      while (desk.isWaiting()) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    take: () => desk.take(),
    conversationIds: members.map(({ conversationId }) => conversationId),
    ackedIds: desk.ackedIds,
    close() {
      sending.end();
      typing.end();
      for (const { wire } of members) wire.close();
    },
  };
}

/** Calls `act` so often a second, also after a pause in which nothing could be called. */
function keepPace(act: () => void) {
  let perSecond = 0;
  let since = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - since) / 1000) * perSecond);
    for (; done < due; done++) act();
  }, 2);
  return {
    setRate(rate: number) {
      perSecond = rate;
      since = performance.now();
      done = 0;
    },
    end: () => clearInterval(timer),
  };
}

interface Question {
  /** The message's client id. */
  id: string;
  at: number;
  onAck?: (body: string) => void;
}

/** Writes questions and keeps account of the answers. */
class Desk {
  readonly ackedIds = new Set<string>();
  readonly #open = new Map<number, Question>();
  #lastId = 0;
  #tally = createTally();
  #since = performance.now();

  send({ wire, conversationId }: Member): void {
    const id = createId('cl');
    this.#tally.sent++;
    const content = '"content":{"kind":"text","text":"crowd"}';
    const payload = `{"conversationId":"${conversationId}","clientMessageId":"${id}",${content}}`;
    this.#ask(wire, { name: 'message.send', payload, id });
  }

  type({ wire, conversationId }: Member): void {
    this.#tally.typed++;
    // A server that does not read would otherwise cost this process the more.
    if (wire.queuedBytes() > MOST_QUEUED_BYTES) return;
    const payload = `{"conversationId":"${conversationId}","isTyping":true}`;
    wire.send(`42${NAMESPACES.visitor},${++this.#lastId}["typing.set",${payload}]`);
  }

  /** Resolves with the conversation's id. @throws Error when it is refused. */
  async openConversation(wire: Wire): Promise<string> {
    const id = createId('cl');
    const message = { clientMessageId: id, content: { kind: 'text', text: 'Hello' } };
    const payload = JSON.stringify({ clientConversationId: createId('cl'), ...message });
    const body = await new Promise<string>((onAck) =>
      this.#ask(wire, { name: 'message.send', payload, id, onAck }),
    );
    const { conversationId, code } = JSON.parse(body) as { conversationId?: string; code?: string };
    if (!conversationId) throw new Error(`a conversation was refused as ${code}`);
    return conversationId;
  }

  hear(packet: string): void {
    const [, number, body = ''] = /^43[^,]*,(\d+)\[(.*)\]$/s.exec(packet) ?? [];
    const question = this.#open.get(Number(number));
    if (!question) return;
    this.#open.delete(Number(number));
    question.onAck?.(body);
    if (!body.startsWith('{"ok":true')) {
      this.#refuse(/"code":"(\w+)"/.exec(body)?.[1] ?? body);
      return;
    }
    this.ackedIds.add(question.id);
    this.#tally.acked++;
    this.#tally.ackMs.push(performance.now() - question.at);
  }

  isWaiting(): boolean {
    this.#giveUp();
    return this.#open.size > 0;
  }

  take(): Tally {
    const now = performance.now();
    this.#giveUp();
    const taken = { ...this.#tally, seconds: (now - this.#since) / 1000 };
    this.#tally = createTally();
    this.#since = now;
    return taken;
  }

  #ask(wire: Wire, asked: { name: string; payload: string } & Omit<Question, 'at'>): void {
    const { name, payload, ...question } = asked;
    this.#open.set(++this.#lastId, { ...question, at: performance.now() });
    wire.send(`42${NAMESPACES.visitor},${this.#lastId}["${name}",${payload}]`);
  }

  #giveUp(): void {
    for (const [number, { at }] of this.#open) {
      if (performance.now() - at < ACK_TIMEOUT_MS) break;
      this.#open.delete(number);
      this.#refuse('silence');
    }
  }

  #refuse(code: string): void {
    this.#tally.refused[code] = (this.#tally.refused[code] ?? 0) + 1;
  }
}

function createTally(): Tally {
  return { seconds: 0, sent: 0, acked: 0, ackMs: [], refused: {}, typed: 0 };
}

/** Tries until it is let in: a server that is busy says so to newcomers first. */
async function join(server: SpawnedServer, desk: Desk): Promise<Member> {
  const { accessToken } = await server.createVisitorSession();
  const auth = { protocol: PROTOCOL_VERSION, accessToken };
  const onPacket = (packet: string) => desk.hear(packet);
  const shared = { url: server.url, namespace: NAMESPACES.visitor, auth, onPacket };
  const wire = await insist(() => openWire(shared));
  const conversationId = await insist(() => desk.openConversation(wire));
  return { wire, conversationId };
}

async function insist<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * Math.random()));
    }
  }
}

/** An agent who counts who is said to be typing. */
export async function countTyping(server: SpawnedServer) {
  const { accessToken } = await server.createAgent('agent');
  let byActor = new Map<string, number>();
  const wire = await openWire({
    url: server.url,
    namespace: NAMESPACES.agent,
    auth: { protocol: PROTOCOL_VERSION, accessToken },
    onPacket(packet) {
      if (!packet.includes('"type":"typing"')) return;
      const actor = /"actor":\{[^}]*"id":"([^"]+)"/.exec(packet)?.[1] ?? '';
      byActor.set(actor, (byActor.get(actor) ?? 0) + 1);
    },
  });
  return {
    /** Signals since the last time, by visitor. */
    take() {
      const taken = byActor;
      byActor = new Map();
      return taken;
    },
    close: wire.close,
  };
}
