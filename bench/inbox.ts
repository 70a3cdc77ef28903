import {
  createId,
  type EventDraft,
  type InboxView,
  type ListInboxResult,
  WIRE_LIMITS,
} from '@alcove/protocol';
import { openStorage, spawnTestServer, type Storage, type TestAgent } from '@alcove/server/testing';
import type { BenchResult } from './bench-result.ts';
import { each } from './each.ts';
import { median, round } from './figures.ts';
import { makeDataDir, startMeasuredServer } from './measured-server.ts';
import { connect, expectOk, liftedLimits, type Person } from './people.ts';

const MANY = 100_000;
const FEW = 1_000;
const READS = 300;
const WARM_UP_READS = 50;
const RATIO = 1.5;
/** Conversations that are made at once while the store is filled. */
const FILLING = 256;
const VIEWS: readonly InboxView[] = ['all', 'mine', 'unassigned', 'resolved'];

/** A workspace with so many conversations, and one who looks at them. */
interface Shop {
  workspaceId: string;
  agent: TestAgent;
}

/**
 * The inbox's first page over the wire, in a workspace with 100,000 conversations against one with 1,000 on the same server,
 * for every view. Each view fills a whole page in both.
 */
export async function run(): Promise<BenchResult> {
  const filledAt = performance.now();
  const { dataDir, many, few } = await prepare();
  const fillSeconds = (performance.now() - filledAt) / 1000;
  const { server, close } = await startMeasuredServer({ dataDir });
  try {
    const people = {
      many: await connect(server, 'agent', many.agent.accessToken),
      few: await connect(server, 'agent', few.agent.accessToken),
    };
    const result = await compare(people);
    for (const person of Object.values(people)) person.close();
    return { ...result, figures: { ...result.figures, fillSeconds: Math.round(fillSeconds) } };
  } finally {
    await close();
  }
}

async function compare({ many, few }: Record<'many' | 'few', Person>): Promise<BenchResult> {
  const rows = [];
  for (const view of VIEWS) {
    const times = { many: [] as number[], few: [] as number[] };
    for (let number = -WARM_UP_READS; number < READS; number++) {
      const manyMs = await timeOfPage(many, view);
      const fewMs = await timeOfPage(few, view);
      if (number < 0) continue;
      times.many.push(manyMs);
      times.few.push(fewMs);
    }
    const [manyMs, fewMs] = [median(times.many), median(times.few)];
    rows.push({
      view,
      ratio: round(manyMs / fewMs, 3),
      manyMs: round(manyMs, 3),
      fewMs: round(fewMs, 3),
    });
  }
  const ratio = Math.max(...rows.map((row) => row.ratio));
  return {
    failures: rows
      .filter((row) => row.ratio > RATIO)
      .map((row) => `${row.view} takes ${row.ratio} times as long, above ${RATIO}`),
    figures: {
      ratio,
      manyConversations: MANY,
      fewConversations: FEW,
      rounds: READS,
      views: rows,
    },
  };
}

async function timeOfPage(agent: Person, view: InboxView): Promise<number> {
  const startedAt = performance.now();
  const { rows } = expectOk(await agent.ask<ListInboxResult>('inbox.list', { view }));
  if (rows.length !== WIRE_LIMITS.pageSize) throw new Error(`${view} has ${rows.length} rows`);
  return performance.now() - startedAt;
}

/** Workspaces and agents come in through the server's doors; conversations go straight into the store. */
async function prepare(): Promise<{ dataDir: string; many: Shop; few: Shop }> {
  const dataDir = makeDataDir();
  const server = await spawnTestServer({ dataDir, limits: liftedLimits });
  const openShop = async (): Promise<Shop> => {
    const workspace = await server.createWorkspace();
    const agent = await server.createAgent('owner', { workspace });
    return { workspaceId: workspace.id, agent };
  };
  const [many, few] = [await openShop(), await openShop()];
  await server.kill('SIGTERM');

  const storage = await openStorage(`sqlite:${dataDir}/alcove.db`);
  await fill(storage, few, FEW);
  await fill(storage, many, MANY);
  await storage.close();
  return { dataDir, many, few };
}

/** A quarter is resolved, a quarter is the agent's, and half waits for somebody. */
async function fill(storage: Storage, { workspaceId, agent }: Shop, count: number): Promise<void> {
  const { visitors, conversations } = storage.forWorkspace(workspaceId);
  const agentActor = { kind: 'agent', id: agent.agent.id } as const;
  const beganAt = Date.parse('2030-01-01T00:00:00.000Z');

  const makeConversation = async (index: number): Promise<void> => {
    const [conversationId, visitorId, contactId] = [createId('cv'), createId('vi'), createId('co')];
    const createdAt = new Date(beganAt + index * 1000).toISOString();
    const append = (event: EventDraft) =>
      conversations.append({ conversationId, at: createdAt, event });
    await visitors.create({ id: visitorId, contactId, createdAt }, contactOf(contactId, createdAt));
    await conversations.open({
      id: conversationId,
      visitorId,
      contactId,
      clientConversationId: createId('cl'),
      createdAt,
    });
    await append({
      type: 'message.created',
      actor: { kind: 'visitor', id: visitorId },
      via: 'widget',
      clientEventId: createId('cl'),
      content: { kind: 'text', text: `Question ${index}`.padEnd(120, ' abcdefgh') },
    });
    const act = { actor: agentActor, via: 'console', clientEventId: createId('cl') } as const;
    if (index % 4 === 0) {
      await append({ ...act, type: 'conversation.status_changed', status: 'resolved' });
    } else if (index % 4 === 1) {
      const assignee = { agentId: agent.agent.id };
      await append({ ...act, type: 'conversation.assigned', assignee });
    }
  };
  await each(count, makeConversation, FILLING);
}

function contactOf(id: string, createdAt: string) {
  const unknown = { name: null, email: null, page: null, userAgent: null, locale: null };
  return { id, ...unknown, createdAt, lastSeenAt: createdAt };
}
