import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { EventDraft } from '@alcove/protocol';
import { createId } from '@alcove/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findMongo, freshDatabase, mongoCommand, startMongo } from '../../testing/start-mongo.ts';
import {
  hasReplicaSet,
  primaryOf,
  type RunCommand,
  startReplicaSet,
} from '../../testing/start-replica-set.ts';
import { openTcpLink, type TcpLink } from '../../testing/tcp-link.ts';
import type { AppendRequest, ConversationStorage, Storage } from '../storage.ts';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import { connect } from './connection.ts';
import { openMongoStorage } from './open-mongo-storage.ts';

/** So many in the full form of the tests (`ALCOVE_FULL=1`), and so long. */
const isFull = process.env['ALCOVE_FULL'] === '1';
const KILLS = isFull ? 20 : 4;
const STEP_DOWNS = isFull ? 20 : 3;
const CUT_MS = isFull ? 60_000 : 10_000;

const command = mongoCommand();
const server = await findMongo();

describe.runIf(command)(
  'a database that is killed',
  { timeout: isFull ? 600_000 : 120_000 },
  () => {
    it('loses no acknowledged write and doubles none, under writers of two nodes', async () => {
      const mongo = await startMongo(command ?? '');
      onTestFinished(() => mongo.close());
      const url = freshDatabase(mongo.url);
      const nodes = [await open(url), await open(url)];
      const { id, logs } = await oneConversation(nodes);
      const writers = startWriters(8, logs, id);
      for (let kill = 0; kill < KILLS; kill += 1) {
        await writers.acknowledged(20);
        await mongo.kill();
        await mongo.restart();
      }
      await writers.acknowledged(20);
      await writers.stop();
      await expectWhole(logs[0], id, writers.acked);
      expect(writers.acked.length).toBeGreaterThanOrEqual(20 * (KILLS + 1));
    });

    it('is refused at once while it is away for long, and used again when it is back', async () => {
      const mongo = await startMongo(command ?? '');
      onTestFinished(() => mongo.close());
      const storage = await open(freshDatabase(mongo.url));
      const { id, logs } = await oneConversation([storage]);
      await logs[0]?.append(request(id));
      await mongo.kill();
      const unanswered = request(id);
      const startedAt = performance.now();
      await expect(logs[0]?.append(unanswered)).rejects.toThrow(StoreUnavailableError);
      expect(performance.now() - startedAt, 'a command is answered within 5 s').toBeLessThan(5000);
      // Two seconds in which nothing works are long.
      while (performance.now() - startedAt < 2500) {
        await expect(storage.check()).rejects.toThrow(StoreUnavailableError);
      }
      await expect(storage.check()).rejects.toThrow(StoreUnavailableError);

      const refusedAt = performance.now();
      for (let n = 0; n < 100; n += 1) {
        await expect(logs[0]?.append(request(id))).rejects.toThrow(StoreUnavailableError);
      }
      expect(performance.now() - refusedAt, 'a hundred refusals').toBeLessThan(500);
      await mongo.restart();
      await untilReady(storage);
      expect(await logs[0]?.append(unanswered)).toMatchObject({ event: { seq: 2 } });
    });
  },
);

describe.runIf(server)('a network to the database that', { timeout: 120_000 }, () => {
  it('cuts its connections loses and doubles nothing', async () => {
    const { link, url } = await behindLink();
    const { id, logs } = await oneConversation([await open(url), await open(url)]);
    const writers = startWriters(6, logs, id);
    for (let cut = 0; cut < 12; cut += 1) {
      await writers.acknowledged(5);
      link.cut();
    }
    await writers.stop();
    await expectWhole(logs[0], id, writers.acked);
    expect(writers.acked.length).toBeGreaterThanOrEqual(60);
  });

  it('swallows everything is noticed in time, and nothing is known of what was sent', async () => {
    const { link, url } = await behindLink();
    const storage = await open(url);
    const { id, logs } = await oneConversation([storage]);
    await logs[0]?.append(request(id));
    link.freeze();
    const act = request(id);
    const startedAt = performance.now();
    await expect(logs[0]?.append(act)).rejects.toThrow(StoreUnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(6000);
    link.thaw();
    await untilReady(storage);
    expect(await logs[0]?.append(act)).toMatchObject({ event: { seq: 2 } });
    await expectWhole(logs[0], id, [{ seq: 2, clientEventId: act.event.clientEventId }]);
  });
});

describe.runIf(server)('a replica set', () => {
  it('survives its primary stepping down', async () => {
    const connection = await connect(server ?? '');
    onTestFinished(() => connection.close());
    const hello = await connection.db?.admin().command({ hello: 1 });
    if (hello?.['setName'] === undefined) {
      process.stdout.write('not run: needs a replica set\n');
      return;
    }
    const url = freshDatabase(server ?? '');
    const { id, logs } = await oneConversation([await open(url), await open(url)]);
    const writers = startWriters(8, logs, id);
    for (let n = 0; n < STEP_DOWNS; n += 1) {
      await writers.acknowledged(20);
      // The answer is a lost connection, or that there is no other who could be primary.
      await connection.db
        ?.admin()
        .command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2, force: true })
        .catch(() => undefined);
    }
    await writers.acknowledged(20);
    await writers.stop();
    await expectWhole(logs[0], id, writers.acked);
    expect(writers.acked.length).toBeGreaterThanOrEqual(20 * (STEP_DOWNS + 1));
  }, 600_000);
});

describe.runIf(hasReplicaSet())('a primary that is cut off with a node', () => {
  it('acknowledges and shows nothing of what is rolled back', { timeout: 600_000 }, async () => {
    const set = await startReplicaSet(runOn);
    onTestFinished(() => set.close());
    const primary = await primaryOf(runOn, set.members);
    if (!primary) throw new Error('there is no primary');
    const others = set.members.filter((member) => member !== primary);
    const name = `alcove_test_${randomBytes(6).toString('hex')}`;
    const inSet = await open(set.url.replace('/?', `/${name}?`));
    // Knows this one member only, as a node does that is on the same side of the cut.
    const cutOff = await open(primary.url.replace('/?', `/${name}?`));
    const { id, logs } = await oneConversation([inSet, cutOff]);
    const [log, minority] = logs;
    const before = await log?.append(request(id));
    expect(before).toMatchObject({ event: { seq: 1 } });

    // Members that are frozen are as good as members behind a cut: first the majority, as the primary sees it.
    for (const member of others) member.freeze();
    const unacknowledged: AppendRequest[] = [];
    for (const until = performance.now() + CUT_MS; performance.now() < until; ) {
      const act = request(id);
      unacknowledged.push(act);
      await expect(minority?.append(act)).rejects.toThrow(StoreUnavailableError);
      const page = { conversationId: id, audience: 'agents', limit: 100, after: 0 } as const;
      const shown = (await minority?.readEvents(page).catch(() => [])) ?? [];
      expect(shown.filter(({ seq }) => seq > 1)).toEqual([]);
    }

    // Then the primary, as the majority sees it, which elects another one and goes on.
    primary.freeze();
    for (const member of others) member.thaw();
    await untilReady(inSet);
    const writers = startWriters(
      4,
      [log].flatMap((one) => one ?? []),
      id,
    );
    await writers.acknowledged(40);
    primary.thaw();
    await writers.acknowledged(40);
    await writers.stop();
    await expectWhole(log, id, writers.acked);

    // Clients send again what nobody acknowledged: it comes once, whatever became of it.
    for (const act of unacknowledged) {
      const result = await log?.append(act);
      if (!result || !('event' in result)) throw new Error(`answered ${result?.outcome}`);
      writers.acked.push({ seq: result.event.seq, clientEventId: act.event.clientEventId });
    }
    await expectWhole(log, id, writers.acked);
  });
});

const runOn: RunCommand = async ({ url }, command) => {
  const connection = await connect(url);
  try {
    return (await connection.db?.admin().command(command)) ?? {};
  } finally {
    await connection.close();
  }
};

interface Acked {
  seq: number;
  clientEventId: string;
}

async function open(url: string): Promise<Storage> {
  const storage = await openMongoStorage({ url, mayPrepare: true });
  onTestFinished(() => storage.close());
  return storage;
}

async function behindLink(): Promise<{ link: TcpLink; url: string }> {
  const { hostname, port, search } = new URL(server ?? '');
  expect(['127.0.0.1', 'localhost']).toContain(hostname);
  const link = await openTcpLink(Number(port || 27017));
  onTestFinished(() => link.close());
  // A replica set would tell the driver its members' own addresses.
  const options = new URLSearchParams(search);
  options.delete('replicaSet');
  options.set('directConnection', 'true');
  return { link, url: freshDatabase(`mongodb://127.0.0.1:${link.port}/?${options}`) };
}

async function oneConversation(nodes: readonly Storage[]) {
  const id = createId('cv');
  const workspaceId = createId('ws');
  const logs = nodes.map((node) => node.forWorkspace(workspaceId).conversations);
  const visitor = { visitorId: createId('vi'), contactId: createId('co') };
  await logs[0]?.open({ id, ...visitor, clientConversationId: createId('cl'), createdAt: AT });
  return { id, logs };
}

/** Clients that send one message after another, each again under its id until it is acknowledged. */
function startWriters(count: number, logs: readonly ConversationStorage[], conversationId: string) {
  const acked: Acked[] = [];
  let isOver = false;
  async function send(log: ConversationStorage | undefined, act: AppendRequest): Promise<void> {
    try {
      const result = await log?.append(act);
      if (!result || !('event' in result)) throw new Error(`answered ${result?.outcome}`);
      acked.push({ seq: result.event.seq, clientEventId: act.event.clientEventId });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      await wait(50);
      await send(log, act);
    }
  }
  const writing = Array.from({ length: count }, async (_, writer) => {
    while (!isOver) await send(logs[writer % logs.length], request(conversationId));
  });
  return {
    acked,
    /** Resolves when so many more were acknowledged. */
    async acknowledged(more: number): Promise<void> {
      const enough = acked.length + more;
      while (acked.length < enough) await Promise.race([wait(10), ...writing]);
    },
    async stop(): Promise<void> {
      isOver = true;
      await Promise.all(writing);
    },
  };
}

/** The log is dense, has every acknowledged act at its place, and nothing besides what somebody sent. */
async function expectWhole(
  log: ConversationStorage | undefined,
  conversationId: string,
  acked: readonly Acked[],
): Promise<void> {
  const page = { conversationId, audience: 'agents', limit: 100_000 } as const;
  const events = (await log?.readEvents({ ...page, after: 0 })) ?? [];
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const ids = events.map(({ clientEventId }) => clientEventId);
  expect(new Set(ids).size, 'none twice').toBe(ids.length);
  for (const { seq, clientEventId } of acked) expect(ids[seq - 1]).toBe(clientEventId);
  expect(await log?.get(conversationId)).toMatchObject({ appliedSeq: events.length });
}

async function untilReady(storage: Storage): Promise<void> {
  for (let isReady = false; !isReady; ) {
    isReady = await storage.check().then(
      () => true,
      () => wait(50, false),
    );
  }
}

const AT = '2026-01-01T00:00:00.000Z';

function request(conversationId: string): AppendRequest {
  const event: EventDraft = {
    type: 'message.created',
    actor: { kind: 'visitor', id: 'vi_any' },
    via: 'widget',
    clientEventId: createId('cl'),
    content: { kind: 'text', text: 'How are you?' },
  };
  return { conversationId, event, at: AT };
}
