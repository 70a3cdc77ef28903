import type { Connection } from 'mongoose';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMongo, freshDatabase } from '../../testing/start-mongo.ts';
import { COLLECTION_NAMES, COLLECTIONS, defineModels } from './collections.ts';
import { connect } from './connection.ts';
import { missingIndexes } from './indexes.ts';
import { examineMongo, openMongoStorage, prepareMongo } from './open-mongo-storage.ts';
import { MIGRATIONS, prepare } from './prepare.ts';

const server = await findMongo();

describe.runIf(server)('a start on MongoDB', { timeout: 30_000 }, () => {
  let url: string;
  let connection: Connection;
  const used: Connection[] = [];
  beforeEach(async () => {
    url = freshDatabase(server ?? '');
    connection = await connect(url);
    used.push(connection);
  });
  afterEach(async () => {
    await connection.dropDatabase();
  });
  afterAll(async () => {
    for (const each of used) await each.close();
  });
  const collection = (name: string) => {
    if (connection.db === undefined) throw new Error('not connected');
    return connection.db.collection(name);
  };
  const declared = COLLECTION_NAMES.flatMap((name) => COLLECTIONS[name].indexes).length;

  it('builds what is missing, and is ready', async () => {
    expect(await missingIndexes(connection)).toHaveLength(declared);
    const storage = await openMongoStorage({ url, mayPrepare: true });
    await storage.check();
    await storage.close();
    expect(await missingIndexes(connection)).toEqual([]);
    expect(await examineMongo(url)).toEqual([]);
    const again = await openMongoStorage({ url, mayPrepare: false });
    await again.close();
  });

  it('refuses where nothing may be built, and says what is missing and what to do', async () => {
    const opening = openMongoStorage({ url, mayPrepare: false });
    await expect(opening).rejects.toThrow(/lacks what this version needs/);
    await expect(opening).rejects.toThrow(/schema 1 \(it has none\)/);
    await expect(opening).rejects.toThrow(
      'index events (clientEventId, conversationId, actor.kind, actor.id), unique',
    );
    await expect(opening).rejects.toThrow('Run "alcove migrate" once');
    expect(await missingIndexes(connection), 'nothing was built').toHaveLength(declared);

    await prepareMongo(url);
    await (await openMongoStorage({ url, mayPrepare: false })).close();
    await collection('events').dropIndex('one_event_per_act');
    const missingOne = openMongoStorage({ url, mayPrepare: false });
    await expect(missingOne).rejects.toThrow(/index events/);
    await expect(missingOne).rejects.not.toThrow(/schema|workspaces/);
  });

  it('takes an index for what it does, not for its name', async () => {
    await prepareMongo(url);
    await collection('accounts').dropIndex('one_account_per_email');
    await collection('accounts').createIndex({ email: 1 }, { name: 'mine' });
    expect(await examineMongo(url), 'not unique').toEqual(['index accounts (email), unique']);
    await collection('accounts').dropIndex('mine');
    await collection('accounts').createIndex({ email: 1 }, { name: 'mine', unique: true });
    expect(await examineMongo(url)).toEqual([]);
  });

  it('says so when documents stand in the way of a unique index', async () => {
    await prepareMongo(url);
    await collection('accounts').dropIndex('one_account_per_email');
    const email = 'twice@shop.example';
    await collection('accounts').insertMany([
      { _id: 'ac_1' as never, email },
      { _id: 'ac_2' as never, email },
    ]);
    const opening = openMongoStorage({ url, mayPrepare: true });
    await expect(opening).rejects.toThrow(
      /unique index accounts \(email\), unique cannot be built/,
    );
    await expect(opening).rejects.not.toThrow(email);
  });

  it('refuses data of a newer version', async () => {
    await prepareMongo(url);
    const { store } = defineModels(connection);
    await store.updateOne({ _id: 'schema' }, { $set: { version: 9 } });
    for (const mayPrepare of [true, false]) {
      await expect(openMongoStorage({ url, mayPrepare })).rejects.toThrow(
        /newer version of Alcove \(schema 9; this one knows 1\)/,
      );
    }
  });

  it('refuses what a migration from another store left half-way', async () => {
    await prepareMongo(url);
    const { store } = defineModels(connection);
    const begun = { source: 'a', finishedAt: null };
    await store.updateOne({ _id: 'migration' }, { $set: begun }, { upsert: true });
    await expect(openMongoStorage({ url, mayPrepare: true })).rejects.toThrow(
      /Run the same "alcove migrate-storage" again/,
    );
  });

  it('does each step of the schema, again where it was killed, and together with another node', async () => {
    const done: string[] = [];
    const step = (name: string) => async () => void done.push(name);
    const fails = () => Promise.reject(new Error('killed'));
    await prepare(connection, [step('a')]);
    await expect(prepare(connection, [step('a'), step('b'), fails])).rejects.toThrow('killed');
    expect(done).toEqual(['a', 'b']);
    await prepare(connection, [step('a'), step('b'), step('c')]);
    expect(done).toEqual(['a', 'b', 'c']);
    const steps = [step('a'), step('b'), step('c'), step('d')];
    await Promise.all([prepare(connection, steps), prepare(connection, steps)]);
    expect(done.filter((name) => name !== 'd')).toEqual(['a', 'b', 'c']);
    const stored = await defineModels(connection).store.findOne({ _id: 'schema' }).lean();
    expect(stored).toMatchObject({ version: 4 });
    expect(MIGRATIONS).toHaveLength(1);
  });
});
