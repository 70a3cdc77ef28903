import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { createId, eventIdOf } from '@alcove/protocol';
import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findMongo, freshDatabase } from '../../testing/start-mongo.ts';
import type { AppendRequest, Storage } from '../storage.ts';
import { defineModels, type Models } from './collections.ts';
import { connect } from './connection.ts';
import { openMongoStorage } from './open-mongo-storage.ts';
import { createRows } from './rows.ts';
import { startSweep } from './sweep.ts';

const server = await findMongo();

/** Two processes on one database, as far as the database can tell: they share nothing but it. */
describe.runIf(server)('two nodes on one database', { timeout: 60_000 }, () => {
  const url = freshDatabase(server ?? '');
  const nodes: Storage[] = [];
  let connection: Connection;
  let models: Models;
  beforeAll(async () => {
    // At once: both find an empty database, and both prepare it.
    nodes.push(
      ...(await Promise.all([
        openMongoStorage({ url, mayPrepare: true }),
        openMongoStorage({ url, mayPrepare: true }),
      ])),
    );
    connection = await connect(url);
    models = defineModels(connection);
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    await connection.dropDatabase();
    await connection.close();
  });

  it('tell one another by the database when nothing else connects them', async () => {
    const [here, there] = nodes.map(({ lonelyNodes }) => lonelyNodes);
    const before = await there?.count();
    expect(before).toBe(0);
    await Promise.all([here?.tell(), here?.tell()]);
    expect(await there?.count()).toBe(2);
  });

  it('give 64 writers of one conversation the places 1 to n', async () => {
    const { workspaceId, conversationId, logs } = await oneConversation();
    const results = await Promise.all(
      Array.from({ length: 64 }, async (_, writer) => {
        const log = logs[writer % 2];
        const seqs: number[] = [];
        for (let turn = 0; turn < 6; turn += 1) {
          // A client repeats what the store was too busy for, under the same id.
          const act = request(conversationId);
          for (;;) {
            const result = await log?.append(act).catch(() => undefined);
            if (result?.outcome === 'appended' || result?.outcome === 'duplicate') {
              seqs.push(result.event.seq);
              break;
            }
          }
        }
        expect(seqs, 'each in its own order').toEqual(seqs.toSorted((a, b) => a - b));
        return seqs;
      }),
    );
    expect(results.flat().toSorted((a, b) => a - b)).toEqual(upTo(64 * 6));
    const row = await nodes[1]?.forWorkspace(workspaceId).conversations.get(conversationId);
    expect(row).toMatchObject({ appliedSeq: 64 * 6, messageCount: 64 * 6 });
  });

  it('take turns: whoever writes now and then gets a place while the other one writes without a pause', async () => {
    const { conversationId, logs } = await oneConversation();
    const [busy, calm] = logs;
    let isOver = false;
    const flood = Array.from({ length: 8 }, async () => {
      while (!isOver) await busy?.append(request(conversationId)).catch(() => {});
    });
    const results = [];
    for (let turn = 0; turn < 300; turn += 1) {
      // Refused when eight tries were not enough.
      results.push(await calm?.append(request(conversationId)).catch(() => 'refused'));
    }
    isOver = true;
    await Promise.all(flood);
    expect(results.filter((result) => result === 'refused')).toEqual([]);
  });

  it('store an act once that comes to both at the same time', async () => {
    const { conversationId, logs, readAll } = await oneConversation();
    const acts = Array.from({ length: 50 }, () => request(conversationId));
    const answers = await Promise.all(
      acts.flatMap((act) => logs.map(async (log) => await log.append(act))),
    );
    const byAct = acts.map((_, index) => answers.slice(2 * index, 2 * index + 2));
    for (const pair of byAct) {
      expect(pair.map(({ outcome }) => outcome).toSorted()).toEqual(['appended', 'duplicate']);
      const [one, other] = pair.map((answer) => ('event' in answer ? answer.event : undefined));
      expect(one).toEqual(other);
    }
    expect(await readAll()).toHaveLength(50);
  });

  it('go on behind an event that only a newer node knows, as that one meant it', async () => {
    const { workspaceId, conversationId, logs, readAll } = await oneConversation();
    await logs[0]?.append(request(conversationId));
    const [first] = await models.events.find({ conversationId }).lean();
    if (!first) throw new Error('nothing was stored');
    // Its writer has not come to the row yet.
    await models.events.create({
      ...first,
      _id: eventIdOf(conversationId, 2),
      seq: 2,
      type: 'message.reacted' as never,
      clientEventId: createId('cl'),
      isVisible: true,
      visitorPrev: 1,
    });
    expect(await logs[1]?.append(request(conversationId))).toMatchObject({
      outcome: 'appended',
      event: { seq: 3 },
      visitorPrev: 2,
    });
    expect((await readAll()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const row = await nodes[0]?.forWorkspace(workspaceId).conversations.get(conversationId);
    expect(row).toMatchObject({ appliedSeq: 3, visitorSeq: 3, messageCount: 2 });
  });

  it('let one of two decisions through', async () => {
    const { conversationId, logs } = await oneConversation();
    for (let seq = 0; seq < 20; seq += 1) {
      const results = await Promise.all(
        logs.map((log) => log.append({ ...request(conversationId), expectedSeq: seq })),
      );
      expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['appended', 'stale']);
    }
  });

  it('move one cursor forward only, whoever is told', async () => {
    const { conversationId, logs } = await oneConversation();
    for (let n = 0; n < 30; n += 1) await logs[0]?.append(request(conversationId));
    const participant = { kind: 'agent', id: 'ag_1' } as const;
    const moves = await Promise.all(
      upTo(30).map(
        async (read) =>
          await logs[read % 2]?.advanceCursor({ conversationId, participant, read, at: AT }),
      ),
    );
    const last = (await logs[0]?.cursorsOf([conversationId]))?.get(conversationId);
    expect(last).toMatchObject([{ delivered: 30, read: 30 }]);
    for (const [index, move] of moves.entries()) {
      expect(move?.cursor.read).toBeGreaterThanOrEqual(index + 1);
    }
  });

  it('end a session that the other one is just renewing', async () => {
    for (let n = 0; n < 20; n += 1) {
      const session = {
        tokenHash: createId('se'),
        familyId: createId('se'),
        principalId: createId('ac'),
        kind: 'agent' as const,
        workspaceId: 'ws_1',
        createdAt: AT,
        expiresAt: '2027-01-01T00:00:00.000Z',
        rotatedAt: null,
        revokedAt: null,
      };
      const [one, other] = nodes.map((node) => node.directory.sessions);
      await one?.create(session);
      await Promise.all([
        one?.rotate(session.tokenHash, AT, { ...session, tokenHash: createId('se') }),
        other?.revokeFamily(session.familyId, AT),
      ]);
      expect(await other?.isActive(session.familyId, AT)).toBe(false);
    }
  });

  describe('a node that died between an event and its row', () => {
    it('is made up for by whoever reads the conversation', async () => {
      const { workspaceId, conversationId, dieAfter, logs } = await oneConversation();
      await logs[0]?.append(request(conversationId));
      await dieAfter(2, message('left behind'));
      const row = await logs[1]?.get(conversationId);
      expect(row).toMatchObject({ appliedSeq: 2, lastMessage: { text: 'left behind' } });
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 2 });
    });

    it('is made up for by whoever writes next', async () => {
      const { conversationId, dieAfter, logs, readAll } = await oneConversation();
      await logs[0]?.append(request(conversationId));
      await dieAfter(2, message());
      const next = await logs[0]?.append(request(conversationId));
      expect(next).toMatchObject({ outcome: 'appended', event: { seq: 3 } });
      expect((await readAll()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(await logs[0]?.get(conversationId)).toMatchObject({ appliedSeq: 3, messageCount: 3 });
    });

    it('is made up for when the same message is sent again', async () => {
      const { workspaceId, conversationId, dieAfter, logs } = await oneConversation();
      const draft = message('sent twice');
      await dieAfter(1, draft);
      const again = await logs[1]?.append({ conversationId, event: draft, at: AT });
      expect(again).toMatchObject({ outcome: 'duplicate', event: { seq: 1 } });
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 1 });
    });

    it('is made up for by the sweep, which shows the message in the inbox', async () => {
      const { workspaceId, conversationId, dieAfter, logs } = await oneConversation();
      await dieAfter(1, message('nobody asks'));
      const query = { view: 'all', agentId: 'ag_1', limit: 9 } as const;
      expect((await logs[0]?.listInbox(query))?.conversations).toEqual([]);
      const cursor = (await logs[0]?.currentCursor()) ?? '';
      const sweep = startSweep({
        models,
        rows: createRows(models),
        // The event is older than the sweep's grace.
        readDatabaseTime: async () => new Date(Date.now() + 10_000),
      });
      expect(await sweep.once()).toBeGreaterThan(0);
      expect(await sweep.once(), 'nothing is left to do').toBe(0);
      await sweep.close();
      const listed = (await logs[0]?.listInbox(query))?.conversations;
      expect(listed).toMatchObject([{ id: conversationId, appliedSeq: 1 }]);
      expect((await logs[0]?.changedSince(cursor, 9))?.conversations).toEqual(listed);
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ listedAs: 'open' });
    });

    it('has its deletion carried out', async () => {
      const { conversationId, dieAfter, logs, readAll } = await oneConversation();
      await logs[0]?.append(request(conversationId, message('secret')));
      const deletion = { ...base(), type: 'message.deleted', messageSeq: 1 } as EventDraft;
      await dieAfter(2, deletion);
      await logs[1]?.get(conversationId);
      const [deleted] = await readAll();
      expect(deleted).toMatchObject({ content: { kind: 'deleted' } });
      expect(
        await models.events.findOne({ _id: eventIdOf(conversationId, 1) }).lean(),
      ).toMatchObject({
        amendedBy: 2,
        details: { content: { kind: 'deleted' } },
      });
    });
  });

  describe('a sweep', () => {
    /** The events of these tests are older than its grace. */
    const open = () => {
      const sweep = startSweep({
        models,
        rows: createRows(models),
        readDatabaseTime: async () => new Date(Date.now() + 10_000),
      });
      onTestFinished(() => sweep.close());
      return sweep;
    };
    const HOUR_MS = 3_600_000;

    it('finds what is behind, although the clock that wrote down how far it got was set back', async () => {
      const { workspaceId, conversationId, dieAfter } = await oneConversation();
      const ahead = { $set: { sweptUpTo: new Date(Date.now() + 3 * HOUR_MS) } };
      await models.store.updateOne({ _id: 'sweep' }, ahead, { upsert: true });
      await dieAfter(1, message());
      await open().once();
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 1 });
      const mark = await models.store.findOne({ _id: 'sweep' }).lean();
      expect(mark, 'what comes in these hours is looked at, too').toMatchObject({
        sweptUpTo: expect.toSatisfy((to: Date) => to.getTime() < Date.now() + HOUR_MS),
      });
    });

    it('that is cut short leaves what it did not look at to the next one', async () => {
      const { workspaceId, conversationId, dieAfter } = await oneConversation();
      await dieAfter(1, message());
      const cut = open();
      // It is closed while it asks for the time, before it has looked at anything.
      const before = await models.store.findOne({ _id: 'sweep' }).lean();
      const looking = cut.once();
      await cut.close();
      await looking;
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 0 });
      expect(await models.store.findOne({ _id: 'sweep' }).lean()).toEqual(before);
      await open().once();
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 1 });
    });

    it('that failed looks further back, for what a majority got late', async () => {
      const { workspaceId, conversationId, dieAfter } = await oneConversation();
      const sweep = open();
      await sweep.once();
      await dieAfter(1, message());
      const written = { storedAt: new Date(Date.now() - HOUR_MS / 12) };
      await models.events.updateOne({ _id: eventIdOf(conversationId, 1) }, { $set: written });
      await sweep.once();
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 0 });
      const marking = vi.spyOn(models.store, 'updateOne').mockImplementationOnce(() => {
        throw new Error('no majority');
      });
      onTestFinished(() => marking.mockRestore());
      await expect(sweep.once()).rejects.toThrow('no majority');
      await sweep.once();
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 1 });
    });

    it('is not stopped by a log that makes no row', async () => {
      const [broken, behind] = [await oneConversation(), await oneConversation()];
      // The events before it are missing.
      await broken.dieAfter(3, message());
      await behind.dieAfter(1, message());
      await open().once();
      const { workspaceId, conversationId } = behind;
      expect(await storedRow(workspaceId, conversationId)).toMatchObject({ appliedSeq: 1 });
      await models.events.deleteOne({ _id: eventIdOf(broken.conversationId, 3) });
    });
  });

  it('take a family for ended of which one session is, whatever an outage left behind', async () => {
    const [sessions] = nodes.map(({ directory }) => directory.sessions);
    const session = {
      familyId: createId('se'),
      principalId: createId('ag'),
      kind: 'agent' as const,
      workspaceId: createId('ws'),
      createdAt: AT,
      expiresAt: '2027-01-01T00:00:00.000Z',
      rotatedAt: null,
      revokedAt: null,
    };
    await sessions?.create({ ...session, tokenHash: createId('se') });
    expect(await sessions?.isActive(session.familyId, AT)).toBe(true);
    await sessions?.revokeFamily(session.familyId, AT);
    await sessions?.create({ ...session, tokenHash: createId('se') });
    expect(await sessions?.isActive(session.familyId, AT)).toBe(false);
  });

  it('tell of changes below a row whose time is yet to come, since some clock was wrong', async () => {
    const { workspaceId, conversationId, logs } = await oneConversation();
    await logs[0]?.append(request(conversationId));
    const ahead = { changedAt: new Date(Date.now() + 3_600_000) };
    await models.conversations.updateOne({ _id: conversationId, workspaceId }, { $set: ahead });
    const cursor = (await logs[0]?.currentCursor()) ?? '';
    const other = createId('cv');
    const opened = { visitorId: 'vi_1', contactId: 'co_1', clientConversationId: other };
    await logs[1]?.open({ ...opened, id: other, createdAt: AT });
    await logs[1]?.append(request(other));
    const changed = await logs[0]?.changedSince(cursor, 9);
    expect(changed?.conversations.map(({ id }) => id)).toEqual([other]);
  });

  it('refuse a cursor with a time that there is not', async () => {
    const { workspaceId, logs } = await oneConversation();
    const places = [workspaceId, Number.MAX_SAFE_INTEGER, '', 0, '', 'x'];
    const cursor = Buffer.from(JSON.stringify(places)).toString('base64url');
    await expect(logs[0]?.changedSince(cursor, 9)).rejects.toThrow(RangeError);
  });

  it('tell a reader of one node what the other one wrote, and nothing twice', async () => {
    const { conversationId, logs } = await oneConversation();
    await logs[0]?.append(request(conversationId));
    let cursor = (await logs[1]?.currentCursor()) ?? '';
    for (let seq = 2; seq < 8; seq += 1) {
      await logs[0]?.append(request(conversationId));
      const changed = await logs[1]?.changedSince(cursor, 9);
      expect(changed?.conversations).toMatchObject([{ id: conversationId, appliedSeq: seq }]);
      cursor = changed?.cursor ?? '';
      expect((await logs[1]?.changedSince(cursor, 9))?.conversations).toEqual([]);
    }
    // The other node does not know this reader: it may repeat, and comes to an end.
    const other = await logs[0]?.changedSince(cursor, 9);
    expect(other).toMatchObject({ more: false });
  });

  it('tell a reader who comes from another one everything once more, in pages, and nothing twice', async () => {
    const { workspaceId, conversationId, logs } = await oneConversation();
    await logs[0]?.append(request(conversationId));
    const row = await storedRow(workspaceId, conversationId);
    if (row === null) throw new Error('the conversation has no row');
    const others = [1, 2, 3, 4, 5, 6].map((place) => ({
      ...row,
      _id: `${conversationId}_${place}`,
      clientConversationId: `${row.clientConversationId}_${place}`,
      changedAt: new Date(Date.now() - place * 1000),
    }));
    await models.conversations.insertMany(others);
    let cursor = (await logs[0]?.currentCursor()) ?? '';
    const told: string[] = [];
    for (let more = true; more; ) {
      const changed = await logs[1]?.changedSince(cursor, 3);
      told.push(...(changed?.conversations ?? []).map(({ id }) => id));
      ({ cursor, more } = changed ?? { cursor: '', more: false });
    }
    expect(told.toSorted()).toEqual([conversationId, ...others.map(({ _id }) => _id)].toSorted());
    expect((await logs[1]?.changedSince(cursor, 3))?.conversations).toEqual([]);
  });

  it('find a change that shows late, within the overlap', async () => {
    const { workspaceId, conversationId, logs } = await oneConversation();
    await logs[0]?.append(request(conversationId));
    const cursor = (await logs[0]?.currentCursor()) ?? '';
    // As a majority may have it later than one that was changed after it.
    await models.conversations.updateOne(
      { _id: conversationId, workspaceId },
      { $set: { appliedSeq: 2, changedAt: new Date(Date.now() - 20_000) } },
    );
    expect((await logs[0]?.changedSince(cursor, 9))?.conversations).toHaveLength(1);
  });

  async function storedRow(workspaceId: string, conversationId: string) {
    return await models.conversations.findOne({ _id: conversationId, workspaceId }).lean();
  }

  async function oneConversation() {
    const workspaceId = createId('ws');
    const conversationId = createId('cv');
    const logs = nodes.map((node) => node.forWorkspace(workspaceId).conversations);
    await logs[0]?.open({
      id: conversationId,
      visitorId: createId('vi'),
      contactId: createId('co'),
      clientConversationId: createId('cl'),
      createdAt: AT,
    });
    /** An event as a node leaves it that dies right after the insert. */
    async function dieAfter(seq: number, event: EventDraft): Promise<void> {
      const elsewhere = createId('cv');
      const opened = { visitorId: 'vi_1', contactId: 'co_1', clientConversationId: elsewhere };
      await logs[0]?.open({ ...opened, id: elsewhere, createdAt: AT });
      await logs[0]?.append({ conversationId: elsewhere, event, at: AT });
      const written = await models.events.findOne({ _id: eventIdOf(elsewhere, 1) }).lean();
      await models.events.deleteOne({ _id: eventIdOf(elsewhere, 1) });
      await models.conversations.deleteOne({ _id: elsewhere });
      if (written === null) throw new Error('there is no event');
      await models.events.collection.insertOne({
        ...written,
        _id: eventIdOf(conversationId, seq),
        conversationId,
        seq,
        messageCount: event.type === 'message.created' ? seq : seq - 1,
      } as never);
    }
    const readAll = async (): Promise<ConversationEvent[]> =>
      (await logs[1]?.readEvents({ conversationId, audience: 'agents', after: 0, limit: 999 })) ??
      [];
    return { workspaceId, conversationId, logs, dieAfter, readAll };
  }
});

const AT = '2026-01-01T00:00:00.000Z';

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

function base() {
  const actor = { kind: 'visitor', id: 'vi_any' } as const;
  return { actor, via: 'widget' as const, clientEventId: createId('cl') };
}

function message(text = 'How are you?'): EventDraft {
  return { ...base(), type: 'message.created', content: { kind: 'text', text } };
}

function request(conversationId: string, event = message()): AppendRequest {
  return { conversationId, event, at: AT };
}
