import { createId } from '@alcove/protocol';
import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMongo, freshDatabase } from '../../testing/start-mongo.ts';
import type { Storage } from '../storage.ts';
import { defineModels } from './collections.ts';
import { connect } from './connection.ts';
import { openMongoStorage } from './open-mongo-storage.ts';

const server = await findMongo();

/** What a client might send in the place of an id, if a schema ever let it through. */
const OPERATORS: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.*' },
  { $in: ['cv_1'] },
  { $nor: [{ _id: 'x' }] },
  { $where: 'true' },
  [{ $ne: null }],
  JSON.parse('{"__proto__":{"$ne":null}}'),
];

describe.runIf(server)('a filter', () => {
  const url = freshDatabase(server ?? '');
  let storage: Storage;
  let connection: Connection;
  const workspaceId = createId('ws');
  beforeAll(async () => {
    storage = await openMongoStorage({ url, mayPrepare: true });
    connection = await connect(url);
    const { conversations } = storage.forWorkspace(workspaceId);
    const opened = { visitorId: 'vi_1', contactId: 'co_1', clientConversationId: 'cl_1' };
    await conversations.open({ ...opened, id: 'cv_1', createdAt: '2026-01-01T00:00:00.000Z' });
    // Before its first event it is listed nowhere.
    const event = {
      type: 'message.created' as const,
      actor: { kind: 'visitor' as const, id: 'vi_1' },
      via: 'widget' as const,
      clientEventId: createId('cl'),
      content: { kind: 'text' as const, text: 'Hello' },
    };
    await conversations.append({ conversationId: 'cv_1', event, at: '2026-01-01T00:00:01.000Z' });
    const account = { id: 'ac_1', email: 'a@shop.example', passwordHash: 'hash', createdAt: '' };
    await storage.directory.accounts.create(account);
  });
  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
    await storage.close();
  });

  it.each(OPERATORS)('takes %j for a value that nothing has', async (operator) => {
    const id = operator as string;
    const { conversations, contacts } = storage.forWorkspace(workspaceId);
    const { accounts, sessions } = storage.directory;
    const asked: Promise<unknown>[] = [
      conversations.get(id),
      storage.forWorkspace(id).conversations.get('cv_1'),
      conversations.listForVisitor(id, 9, () => null).then((found) => found.conversations[0]),
      conversations.getMany([id]).then(([found]) => found),
      contacts.get(id),
      accounts.get(id),
      accounts.findByEmail(id),
      accounts.setPassword('ac_1', 'new', id).then((isSet) => isSet || undefined),
      sessions.find(id),
    ];
    // A value of the wrong type is refused before it is sent, or finds nothing.
    const answers = await Promise.allSettled(asked);
    const found = answers.filter((answer) => answer.status === 'fulfilled' && answer.value);
    expect(found).toEqual([]);
    expect(await accounts.get('ac_1')).toMatchObject({ passwordHash: 'hash' });
    expect(Object.prototype).not.toHaveProperty('$ne');
  });

  it('with a field that nobody declared is a mistake, and never matches everything', async () => {
    const { conversations } = defineModels(connection);
    const misspelt = conversations.find({ workspaceIdd: workspaceId } as object).lean();
    await expect(misspelt).rejects.toThrow(/workspaceIdd.*not in schema/);
    const change = conversations.updateOne({ _id: 'cv_1' }, { $set: { statuss: 'x' } });
    await expect(change).rejects.toThrow(/statuss.*not in schema/);
  });
});
