import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { createId } from '@alcove/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findMongo, freshDatabase, mongoCommand, startMongo } from '../testing/start-mongo.ts';
import { migrateStorage, openStorage } from './open-storage.ts';
import { moveStore } from './move-store.ts';
import type { Storage } from './storage.ts';
import type { StoreCounts, StoreTarget } from './store-contents.ts';
import { readSqliteContents } from './sqlite/read-contents.ts';

const command = mongoCommand();
const server = await findMongo();
const NOW = '2026-02-01T00:00:00.000Z';

describe.runIf(server)('moving a store from SQLite to MongoDB', { timeout: 60_000 }, () => {
  it('keeps everything that either engine can be asked for', async () => {
    const { from, to, fill, answers } = await emptySource();
    const acts = await fill();
    const before = await answers(from);
    const moved = await migrate(from, to);
    expect(moved).toMatchObject({ conversations: 4, found: 0, workspaces: 2, sessions: 2 });
    expect(await answers(to)).toEqual(before);

    const storage = await open(to);
    for (const [{ workspaceId, request }, seq] of acts.map((act, n) => [act, n] as const)) {
      const { conversations } = storage.forWorkspace(workspaceId);
      const again = await conversations.append(request);
      expect(again, `act ${seq} is known`).toMatchObject({ outcome: 'duplicate' });
      if (!('content' in request.event)) continue;
      const content = { kind: 'text' as const, text: 'not what was said' };
      const event = { ...request.event, content } as EventDraft;
      expect(await conversations.append({ ...request, event })).toEqual({ outcome: 'id_conflict' });
    }
    expect(await answers(to), 'nothing was written').toEqual(before);
  });

  it('goes on where it was stopped, and writes again what changed meanwhile', async () => {
    const { from, to, fill, answers } = await emptySource();
    const acts = await fill();
    const stopped = migrateStorage(
      { from, to },
      {
        now: NOW,
        onProgress: () => {
          throw new Error('killed');
        },
      },
    );
    await expect(stopped).rejects.toThrow('killed');
    await expect(openStorage(to)).rejects.toThrow('Run the same "alcove migrate-storage" again');

    const storage = await openStorage(from);
    const [first] = acts;
    if (first === undefined) throw new Error('there is no act');
    const { workspaceId, request } = first;
    const { event } = request;
    const changed = { ...request, event: { ...event, clientEventId: createId('cl') } };
    await storage.forWorkspace(workspaceId).conversations.append(changed);
    await storage.forWorkspace(workspaceId).settings.update({ name: 'Renamed' });
    // One record less than when it was stopped.
    const { invitations } = storage.forWorkspace(workspaceId);
    for (const { id } of await invitations.list(at(20))) await invitations.delete(id);
    await storage.close();

    const before = await answers(from);
    const moved = await migrate(from, to);
    expect(moved.found, 'those that had not changed').toBe(3);
    expect(await answers(to)).toEqual(before);
  });

  it.runIf(command)('says what to do when the target goes away, and then goes on', async () => {
    const mongo = await startMongo(command ?? '');
    onTestFinished(() => mongo.close());
    const { from, fill, answers } = await emptySource();
    await fill();
    const to = freshDatabase(mongo.url);
    const stopped = migrateStorage({ from, to }, { now: NOW, onProgress: () => void mongo.kill() });
    await expect(stopped).rejects.toThrow(
      /^MongoDB at mongodb:.* stopped answering: .+\. What was moved stays there\. Run the same command again/,
    );
    await mongo.restart();
    expect(await migrate(from, to)).toMatchObject({ conversations: 4, found: 4 });
    expect(await answers(to)).toEqual(await answers(from));
  });

  it('refuses a target that holds anything, and one that is finished', async () => {
    const { from, to } = await emptySource();
    await migrate(from, to);
    await expect(migrate(from, to)).rejects.toThrow('holds a finished migration already');
    const { from: other } = await emptySource();
    await expect(migrate(other, to)).rejects.toThrow('holds a finished migration already');
    const used = freshDatabase(server ?? '');
    await (await openStorage(used)).close();
    await expect(migrate(from, used)).rejects.toThrow('The target is not empty');
  });

  it('refuses a source that a server uses, that is not there, or of which nothing lasts', async () => {
    const { from, to } = await emptySource();
    const running = await openStorage(from);
    await expect(migrate(from, to)).rejects.toThrow(/Another Alcove server is using the data/);
    await running.close();
    await expect(migrate('sqlite:/nowhere/alcove.db', to)).rejects.toThrow('no database at');
    await expect(migrate('sqlite::memory:', to)).rejects.toThrow('Data in memory');
    await expect(migrate(to, from)).rejects.toThrow('from SQLite to MongoDB');
  });

  it('notices what does not read back as it was written', async () => {
    const { from, fill } = await emptySource();
    await fill();
    const source = await readSqliteContents(from.replace('sqlite:', ''));
    onTestFinished(() => source.close());
    const target = forgetful(source.counts());
    const options = { now: NOW, onProgress: () => undefined };
    await expect(moveStore(source, target, options)).rejects.toThrow(/does not read back/);
  });
});

async function migrate(from: string, to: string) {
  return await migrateStorage({ from, to }, { now: NOW, onProgress: () => undefined });
}

async function open(url: string): Promise<Storage> {
  const storage = await openStorage(url);
  onTestFinished(() => storage.close());
  return storage;
}

/** A target that loses the last cursor of everything. */
function forgetful(counts: StoreCounts): StoreTarget {
  const kept = new Map<string, Parameters<StoreTarget['write']>[0][number]>();
  return {
    begin: async () => undefined,
    writePlain: async () => undefined,
    read: async () => kept,
    async write(conversations) {
      for (const contents of conversations) {
        kept.set(contents.opened.id, { ...contents, cursors: contents.cursors.slice(1) });
      }
    },
    counts: async () => counts,
    finish: async () => undefined,
    close: async () => undefined,
  };
}

/** A SQLite file and an empty database; what fills the one, and asks either for all that it holds. */
async function emptySource() {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-move-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const from = `sqlite:${join(folder, 'alcove.db')}`;
  await (await openStorage(from)).close();
  const ids = {
    workspaces: [createId('ws'), createId('ws')],
    conversations: [createId('cv'), createId('cv'), createId('cv'), createId('cv')],
    account: createId('ac'),
    sessions: [createId('se'), createId('se')],
    invitation: createId('in'),
    agent: createId('ag'),
    visitor: createId('vi'),
    contact: createId('co'),
  };
  const asked: Ids = ids;
  return {
    from,
    to: freshDatabase(server ?? ''),
    async fill() {
      const storage = await openStorage(from);
      const acts = await fill(storage, asked);
      await storage.close();
      return acts;
    },
    async answers(url: string) {
      const storage = await openStorage(url);
      const found = await answersOf(storage, asked);
      await storage.close();
      return found;
    },
  };
}

interface Ids {
  workspaces: string[];
  conversations: string[];
  account: string;
  sessions: string[];
  invitation: string;
  agent: string;
  visitor: string;
  contact: string;
}

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

async function fill(storage: Storage, ids: Ids) {
  const { directory } = storage;
  for (const [n, id] of ids.workspaces.entries()) {
    const look = { colour: '#0b6b62', side: 'start', theme: 'dark' } as const;
    const origins = n === 0 ? ['https://shop.example'] : [];
    const record = { id, key: `wk_${id}`, name: `Shop ${n}`, look, allowedOrigins: origins };
    await directory.workspaces.create({ ...record, createdAt: at(n) });
  }
  const [workspaceId = '', emptyWorkspace = ''] = ids.workspaces;
  const email = 'support@shop.example';
  const person = { id: ids.account, email, createdAt: at(3) };
  await directory.accounts.create({ ...person, passwordHash: 'scrypt:1' });
  const workspace = storage.forWorkspace(workspaceId);
  const agent = { id: ids.agent, workspaceId, accountId: ids.account, name: 'Support', email };
  await workspace.agents.create({ ...agent, role: 'owner', isDisabled: true, createdAt: at(4) });
  const tokens = { workspaceId, tokenHash: createId('in'), role: 'agent' as const };
  const times = { createdAt: at(5), expiresAt: at(9e6), usedAt: null };
  await workspace.invitations.create({ id: ids.invitation, ...tokens, ...times });
  for (const [n, tokenHash] of ids.sessions.entries()) {
    const owner = n === 0 ? ids.account : ids.visitor;
    const kind = n === 0 ? ('agent' as const) : ('visitor' as const);
    const session = { tokenHash, familyId: tokenHash, principalId: owner, kind, workspaceId };
    const life = { createdAt: at(6), expiresAt: at(9e6), rotatedAt: null, revokedAt: null };
    await directory.sessions.create({ ...session, ...life });
  }
  const page = { url: 'https://shop.example/a', title: 'Ä' };
  for (const id of [workspaceId, emptyWorkspace]) {
    const suffix = id === workspaceId ? '' : 'x';
    const visitor = { id: ids.visitor + suffix, contactId: ids.contact + suffix };
    const contact = {
      id: visitor.contactId,
      name: null,
      email,
      page,
      userAgent: 'B/1',
      locale: 'de',
    };
    const seen = { createdAt: at(7), lastSeenAt: at(8) };
    await storage
      .forWorkspace(id)
      .visitors.create({ ...visitor, createdAt: at(7) }, { ...contact, ...seen });
  }
  return await fillLogs(storage, ids);
}

async function fillLogs(storage: Storage, ids: Ids) {
  const [first = '', second = ''] = ids.workspaces;
  const visitor = { kind: 'visitor', id: ids.visitor } as const;
  const agent = { kind: 'agent', id: ids.agent } as const;
  const acts: {
    workspaceId: string;
    request: { conversationId: string; event: EventDraft; at: string };
  }[] = [];
  for (const [n, id] of ids.conversations.entries()) {
    const workspaceId = n === 3 ? second : first;
    const suffix = n === 3 ? 'x' : '';
    const { conversations } = storage.forWorkspace(workspaceId);
    await conversations.open({
      id,
      visitorId: ids.visitor + suffix,
      contactId: ids.contact + suffix,
      clientConversationId: `cl_${id}`,
      createdAt: at(10 + n),
    });
    // One stays without an event.
    if (n === 2) continue;
    const by = (actor: typeof visitor | typeof agent) =>
      ({
        actor,
        via: actor.kind === 'visitor' ? 'widget' : 'console',
        clientEventId: createId('cl'),
      }) as const;
    const text = (words: string) => ({ kind: 'text', text: words }) as const;
    const drafts: EventDraft[] = [
      { ...by(visitor), type: 'message.created', content: text(`héllo 👋 ${n}`), writtenAt: at(1) },
      { ...by(agent), type: 'conversation.assigned', assignee: { agentId: ids.agent } },
      {
        ...by(agent),
        type: 'message.created',
        content: text('answer'),
        replyTo: 1,
        assigns: { agentId: ids.agent },
      },
      { ...by(visitor), type: 'message.created', content: text('a secret') },
      { ...by(visitor), type: 'message.edited', messageSeq: 1, content: text('better') },
      { ...by(visitor), type: 'message.edited', messageSeq: 4, content: text('still secret') },
      { ...by(visitor), type: 'message.deleted', messageSeq: 4 },
      {
        ...by(agent),
        type: 'conversation.status_changed',
        status: n === 1 ? 'resolved' : 'snoozed',
      },
    ];
    for (const [seq, event] of drafts.entries()) {
      const request = { conversationId: id, event, at: at(100 + 10 * n + seq) };
      await conversations.append(request);
      acts.push({ workspaceId, request });
    }
    for (const [step, participant] of [visitor, agent, visitor].entries()) {
      const reach = { delivered: 3 + step, read: 1 + step };
      await conversations.advanceCursor({
        conversationId: id,
        participant,
        ...reach,
        at: at(300 + step),
      });
    }
  }
  return acts;
}

/** Everything that the interface can be asked for, as one value. */
async function answersOf(storage: Storage, ids: Ids) {
  const { directory } = storage;
  const workspaces = await Promise.all(
    ids.workspaces.map(async (id) => {
      const workspace = storage.forWorkspace(id);
      const { conversations } = workspace;
      const inboxes = ['all', 'mine', 'unassigned', 'resolved'] as const;
      return {
        settings: await workspace.settings.get(),
        agents: await workspace.agents.list(),
        invitations: await workspace.invitations.list(at(20)),
        visitor: await workspace.visitors.get(ids.visitor),
        contact: await workspace.contacts.get(ids.contact),
        records: byId(await conversations.getMany(ids.conversations)),
        ofVisitor: await conversations.listForVisitor(ids.visitor, 9, () => null),
        inboxes: await Promise.all(
          inboxes.map(async (view) => {
            const page = await conversations.listInbox({ view, agentId: ids.agent, limit: 9 });
            return page.conversations;
          }),
        ),
        counts: await conversations.countInbox(ids.agent, 100),
        conversations: await Promise.all(
          ids.conversations.map(async (conversationId) =>
            answersOfLog(conversations, conversationId),
          ),
        ),
      };
    }),
  );
  return {
    workspaces,
    list: await directory.workspaces.list(),
    byKey: await directory.workspaces.findByKey(`wk_${ids.workspaces[0]}`),
    account: await directory.accounts.findByEmail('support@shop.example'),
    memberships: await directory.accounts.memberships(ids.account),
    sessions: await Promise.all(ids.sessions.map((hash) => directory.sessions.find(hash))),
  };
}

async function answersOfLog(
  conversations: ReturnType<Storage['forWorkspace']>['conversations'],
  conversationId: string,
) {
  const logs = await Promise.all(
    (['agents', 'visitor'] as const).map((audience) =>
      conversations.readEvents({ conversationId, audience, after: 0, limit: 99 }),
    ),
  );
  const unread = ([0, 1, 3, 9] as const).flatMap((after) =>
    (['visitor', 'team'] as const).map((side) => ({ conversationId, side, after, limit: 99 })),
  );
  return {
    logs: logs satisfies ConversationEvent[][],
    cursors: await conversations.cursorsOf([conversationId]),
    receipts: await Promise.all(
      [1, 2, 4, 5].map((seq) => conversations.receiptsOf({ conversationId, seq })),
    ),
    unread: await conversations.countMessages(unread),
  };
}

function byId<Record extends { id: string }>(records: Record[]): Record[] {
  return records.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
