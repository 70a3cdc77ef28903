import { createId } from '@alcove/protocol';
import type { ChaosClient } from '../client.ts';
import { now } from '../history.ts';
import type { Newcomer, Stage } from '../stage.ts';

/** Who is in a conversation. */
export interface GroupOptions {
  /** A visitor, and agents. 1 if not said. */
  clientsEach?: number;
  /** Without one, every other client is Alcove's own and the rest bare. */
  kind?: Newcomer['kind'];
  /** What is to be different about the client with this number in the conversation with this number. */
  personOf?(conversation: number, client: number): Partial<Newcomer>;
}

/** One conversation, and its people, the visitor first. */
export interface Group {
  clients: readonly ChaosClient[];
  conversationId: string;
}

/** Brings people together: the conversation has its first message, and everybody in it follows. */
export async function gather(
  stage: Stage,
  index: number,
  { clientsEach = 1, kind, personOf }: GroupOptions,
): Promise<Group> {
  const clients: ChaosClient[] = [];
  for (let number = 0; number < clientsEach; number++) {
    const client = await stage.add({
      kind: kind ?? ((index + number) % 2 === 0 ? 'sdk' : 'bare'),
      side: number === 0 ? 'visitor' : 'team',
      name: `${number === 0 ? 'visitor' : `agent ${number}`} of ${index}`,
      ...personOf?.(index, number),
    });
    clients.push(client);
  }
  await Promise.all(clients.map((client) => client.connect()));
  const [visitor] = clients;
  if (!visitor) throw new Error('a conversation needs a visitor');
  const opening = { clientConversationId: createId('cl'), text: 'Hello' };
  const { conversationId } = await visitor.send(opening);
  await Promise.all(clients.map((client) => client.follow(conversationId)));
  return { clients, conversationId };
}

/** Who talks, and how much. */
export interface TalkOptions extends GroupOptions {
  conversations: number;
  /** Messages over all of them, once begun, and until `setPace`. */
  perSecond: number;
  /** Begins each message. */
  text?: string;
}

/** Conversations in which everybody keeps writing, whatever happens to the server meanwhile. */
export interface Talk {
  /** By conversation, in each the visitor first. */
  readonly clients: readonly ChaosClient[];
  readonly conversationIds: readonly string[];
  begin(): void;
  /** Everybody writes so much from their next few messages on. */
  setPace(perSecond: number): void;
  /**
   * Lets everybody finish what they are writing, and answers how long each acknowledgement took.
   *
   * @throws Error when a message was refused for good, which a person would have seen.
   */
  end(): Promise<number[]>;
}

/** Messages of one writer between two looks at whether to go on. */
const BURST = 3;

/** Conversations that begin at the same time: more would only wait for each other. */
const AT_ONCE = 50;

/** Gathers so many groups. */
export async function openTalk(stage: Stage, options: TalkOptions): Promise<Talk> {
  const { conversations, clientsEach = 1, perSecond, text } = options;
  const groups: Group[] = [];
  while (groups.length < conversations) {
    const size = Math.min(AT_ONCE, conversations - groups.length);
    const from = groups.length;
    const gathered = Array.from({ length: size }, (_, number) =>
      gather(stage, from + number, options),
    );
    groups.push(...(await Promise.all(gathered)));
  }
  const writers = groups.flatMap(({ clients, conversationId }) =>
    clients.map((client) => ({ client, conversationId })),
  );

  const msBetween = (pace: number) => (1000 * conversations * clientsEach) / pace;
  let everyMs = msBetween(perSecond);
  let isWanted = false;
  let writing: Promise<number[]>[] = [];
  const write = async ({ client, conversationId }: (typeof writers)[number]) => {
    const ackMs: number[] = [];
    while (isWanted) {
      ackMs.push(...(await client.burst({ conversationId, count: BURST, everyMs, text })));
    }
    return ackMs;
  };
  return {
    clients: groups.flatMap(({ clients }) => clients),
    conversationIds: groups.map(({ conversationId }) => conversationId),
    begin() {
      isWanted = true;
      writing = writers.map(write);
      // Looked at by `end`; until then a refusal must not end the process.
      for (const one of writing) one.catch(() => undefined);
    },
    setPace(pace) {
      everyMs = msBetween(pace);
    },
    async end() {
      isWanted = false;
      return (await Promise.all(writing)).flat();
    },
  };
}

/** Resolves with how long it took until every client was connected. */
export async function untilAllOnline(
  clients: readonly ChaosClient[],
  timeoutMs: number,
): Promise<number> {
  const since = now();
  for (;;) {
    const standings = await Promise.all(clients.map((client) => client.standing()));
    const missing = standings.filter(({ isOnline }) => !isOnline).length;
    const ms = now() - since;
    if (missing === 0) return ms;
    if (ms > timeoutMs) throw new Error(`${missing} clients are not back after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
