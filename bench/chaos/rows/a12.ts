import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AgentHello,
  type Appended,
  type ConversationEvent,
  createId,
  emptyConversation,
  type EventType,
  foldConversation,
  type HistoryResult,
  type InboxRowsResult,
  type SyncResult,
} from '@alcove/protocol';
import { type BareClient, RefusedError } from '../bare-client.ts';
import { openFrameProxy } from '../proxies/frame-proxy.ts';
import { defineRow } from '../row.ts';
import { foldInto, toShownItems, type Visible } from '../shown-lines.ts';
import type { Random } from '../random.ts';
import type { Stage } from '../stage.ts';

interface Parameters {
  conversations: number;
  opsEach: number;
  replays: number;
}

/** Whatever a client held when it went away: with what it is told later it shows what a fresh one shows. */
export const a12 = defineRow<Parameters>({
  name: 'A12',
  does: 'Every kind of event, mixed: 10,000 messages, edits, deletions, assignments and changes of status. From 1,000 random places, what was held then and what `sync` tells now make the same as a fresh load, for both sides; rows of the inbox equal the fold of their logs; Alcove’s own clients, cut off again and again, show the same.',
  quick: { conversations: 4, opsEach: 60, replays: 40 },
  full: { conversations: 8, opsEach: 1250, replays: 1000 },
  fullSeconds: 90,
  async run(stage, { conversations, opsEach, replays }) {
    const server = await stage.startServer();
    const proxy = await openFrameProxy({ targetPort: server.port });
    stage.onEnd(proxy.close);
    const agents = await Promise.all(
      [1, 2, 3].map(async (number) => {
        const agent = await stage.addHere({ side: 'team', name: `agent ${number}` });
        await agent.connect();
        return agent;
      }),
    );
    const places = await Promise.all(
      Array.from({ length: conversations }, (_, index) =>
        openPlace(stage, { index, agents, url: proxy.url }),
      ),
    );
    const tally: Tally = { done: {}, conflicts: 0 };
    const life = { isOver: false };
    const cutting = (async () => {
      while (!life.isOver) {
        await sleep(1000 * (0.5 + stage.random.next()));
        proxy.disconnect();
      }
    })();
    await Promise.all(places.map((place) => act(stage, place, opsEach, tally)));
    life.isOver = true;
    await cutting;
    await stage.quiet(60_000);

    const failures: string[] = [];
    for (const place of places) failures.push(...(await checkRow(agents[0], place.conversationId)));
    const fresh = new Map<BareClient, Map<string, Promise<ConversationEvent[]>>>();
    for (let number = 0; number < replays; number++) {
      failures.push(...(await replay(stage, stage.random.pick(places), fresh)));
    }
    const { done, conflicts } = tally;
    const ops = Object.values(done).reduce((sum, count) => sum + count, 0);
    return { figures: { ops, ...done, conflicts, replays }, failures: failures.slice(0, 20) };
  },
});

interface Tally {
  /** By what was done. */
  done: Record<string, number>;
  conflicts: number;
}

interface Place {
  conversationId: string;
  visitor: BareClient;
  agents: readonly BareClient[];
}

/** A conversation whose people are here, with two more readers behind the proxy. */
async function openPlace(
  stage: Stage,
  { index, agents, url }: { index: number; agents: readonly BareClient[]; url: string },
): Promise<Place> {
  const session = await stage.server.createVisitorSession();
  const visitor = await stage.addHere({ side: 'visitor', name: `visitor ${index}`, session });
  await visitor.connect();
  const opening = { clientConversationId: createId('cl'), text: 'Hello' };
  const { conversationId } = await visitor.send(opening);
  const cutOff = await stage.add({ kind: 'sdk', side: 'team', name: `console ${index}`, url });
  await cutOff.connect();
  for (const reader of [visitor, cutOff, ...agents.slice(0, 1)])
    await reader.follow(conversationId);
  return { conversationId, visitor, agents };
}

/** One conversation in the hands of chance. */
interface Scene extends Place {
  random: Random;
  /** Messages, deleted ones too, and who may change them. */
  own: { author: BareClient; messageSeq: number }[];
  agentIds: readonly string[];
}

interface Act {
  name: string;
  /** How likely it is. */
  weight: number;
  perform(scene: Scene): Promise<unknown>;
}

/** What makes each kind of event: a new kind does not compile without. */
const ACTS: Record<EventType, readonly Act[]> = {
  'message.created': [{ name: 'sent', weight: 50, perform: send }],
  'message.edited': [
    {
      name: 'edited',
      weight: 16,
      perform: (scene) => change(scene, 'message.edit', { content: words(scene) }),
    },
  ],
  'message.deleted': [
    { name: 'deleted', weight: 6, perform: (scene) => change(scene, 'message.delete', {}) },
  ],
  'conversation.assigned': [
    {
      name: 'assigned',
      weight: 14,
      perform: (scene) => decide(scene, 'conversation.assign', { assignee: somebody(scene) }),
    },
  ],
  'conversation.status_changed': [
    { name: 'resolved', weight: 7, perform: (scene) => decide(scene, 'conversation.resolve', {}) },
    { name: 'reopened', weight: 7, perform: (scene) => decide(scene, 'conversation.reopen', {}) },
  ],
};

/** Does `count` things in a conversation, one after the other, each by somebody at random. */
async function act(stage: Stage, place: Place, count: number, tally: Tally): Promise<void> {
  const random = stage.random.fork(place.conversationId);
  const agentIds = await Promise.all(
    place.agents.map(async (agent) => ((await agent.ask('hello.get', {})) as AgentHello).agent.id),
  );
  const scene: Scene = { ...place, random, own: [], agentIds };
  const dice = Object.values(ACTS)
    .flat()
    .flatMap((one) => Array<Act>(one.weight).fill(one));
  for (let number = 0; number < count; ) {
    const isEmpty = scene.own.length === 0;
    const { name, perform } = isEmpty ? { name: 'sent', perform: send } : random.pick(dice);
    try {
      await perform(scene);
      number++;
      tally.done[name] = (tally.done[name] ?? 0) + 1;
    } catch (error) {
      // There was nothing left to change.
      if (!(error instanceof RefusedError) || error.code !== 'conflict') throw error;
      tally.conflicts++;
    }
  }
}

async function send(scene: Scene): Promise<void> {
  const { random, own, visitor, agents, conversationId } = scene;
  const author = random.chance(0.5) ? visitor : random.pick(agents);
  const isAnswer = own.length > 0 && random.chance(0.2);
  const { seq } = (await author.ask('message.send', {
    conversationId,
    clientMessageId: createId('cl'),
    content: words(scene),
    replyTo: isAnswer ? random.pick(own).messageSeq : undefined,
  })) as Appended;
  own.push({ author, messageSeq: seq });
}

function change({ random, own, conversationId }: Scene, command: string, extra: object) {
  const { author, messageSeq } = random.pick(own);
  const clientEventId = createId('cl');
  return author.ask(command, { conversationId, clientEventId, messageSeq, ...extra });
}

function decide({ random, agents, conversationId }: Scene, command: string, extra: object) {
  return random
    .pick(agents)
    .ask(command, { conversationId, clientEventId: createId('cl'), ...extra });
}

function words({ random }: Scene) {
  return { kind: 'text', text: `words ${random.below(1e9)}` };
}

function somebody({ random, agentIds }: Scene) {
  return random.chance(0.2) ? null : { agentId: random.pick(agentIds) };
}

/** The row in the inbox against the fold of the whole log. */
async function checkRow(agent: BareClient | undefined, conversationId: string): Promise<string[]> {
  if (!agent) throw new Error('nobody is there to look');
  const { rows } = (await agent.ask('inbox.get', {
    conversationIds: [conversationId],
  })) as InboxRowsResult;
  const [row] = rows;
  if (!row) return [`${conversationId} is not in the inbox`];
  const { id, visitorId, contactId, createdAt } = row;
  const empty = emptyConversation({ id, visitorId, contactId, createdAt });
  const folded = (await loadFresh(agent, conversationId)).reduce(foldConversation, empty);
  return Object.entries(folded).flatMap(([key, value]) => {
    const [wanted, shown] = [withoutNames(value), withoutNames(row[key as keyof typeof folded])];
    return wanted === shown ? [] : [`${id}: the row's ${key} is ${shown}, its log says ${wanted}`];
  });
}

/** Names are added on the way out. */
function withoutNames(value: unknown): string {
  return JSON.stringify(value, (key, inner) => (key === 'name' ? undefined : inner)) ?? 'missing';
}

type Event = ConversationEvent & Visible & { messageSeq?: number };

/** Holds what somebody held at a place, catches up from there, and compares with who comes fresh. */
async function replay(
  stage: Stage,
  { conversationId, visitor, agents }: Place,
  fresh: Map<BareClient, Map<string, Promise<ConversationEvent[]>>>,
): Promise<string[]> {
  const reader = stage.random.chance(0.5) ? visitor : agents[0];
  if (!reader) throw new Error('nobody is there to look');
  const known = fresh.get(reader) ?? new Map<string, Promise<ConversationEvent[]>>();
  fresh.set(reader, known);
  const loading = known.get(conversationId) ?? loadFresh(reader, conversationId);
  known.set(conversationId, loading);

  const heard = reader.appliedOf(conversationId);
  const held = heard.slice(0, stage.random.below(heard.length + 1));
  const { log, from } = await catchUp(reader, conversationId, held);
  const shown = toShownItems(log);
  const wanted = toShownItems(foldAll(await loading).filter(({ seq }) => seq > from));
  const at = wanted.findIndex((item, index) => item.join(' ') !== shown[index]?.join(' '));
  if (at < 0 && shown.length === wanted.length) return [];
  const [left, right] = [shown[Math.max(at, 0)], wanted[Math.max(at, 0)]];
  return [
    `${conversationId} from ${held.at(-1)?.seq ?? 0}: shows ${left?.join(' ')}, fresh is ${right?.join(' ')}`,
  ];
}

async function catchUp(
  reader: BareClient,
  conversationId: string,
  held: readonly ConversationEvent[],
): Promise<{ log: Event[]; from: number }> {
  let log = foldAll(held);
  let since = held.at(-1)?.seq ?? 0;
  let from = held[0]?.prev ?? 0;
  for (let more = true; more; ) {
    const page = (await reader.ask('sync', { conversationId, since })) as SyncResult;
    if (page.reset) {
      log = [];
      from = page.events[0]?.prev ?? 0;
    }
    for (const event of page.events) foldInto<Event>(log, event);
    since = page.events.at(-1)?.seq ?? since;
    more = page.more;
  }
  return { log, from };
}

function foldAll(events: readonly ConversationEvent[]): Event[] {
  const log: Event[] = [];
  for (const event of events) foldInto<Event>(log, event);
  return log;
}

async function loadFresh(reader: BareClient, conversationId: string): Promise<ConversationEvent[]> {
  const events: ConversationEvent[] = [];
  for (let before: number | undefined; ; before = events[0]?.seq) {
    const page = (await reader.ask('history', { conversationId, before })) as HistoryResult;
    events.unshift(...page.events);
    if (page.events.length === 0 || page.events[0]?.prev === 0) return events;
  }
}
