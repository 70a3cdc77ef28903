import type { Connection } from 'mongoose';
import { COLLECTION_NAMES, defineModels, type Models } from './collections.ts';
import { readDatabaseTime } from './connection.ts';
import { createIndexes, describeIndex, missingIndexes } from './indexes.ts';
import { insert } from './insert.ts';

/**
 * Every change of the schema, in order; the document `schema` counts those that a database has. Never edit one that was
 * released: add another. Each can be done again, since it may be killed half-way, and two processes may start at once.
 * Nodes of the version before go on working meanwhile: a step adds, and what it makes superfluous goes with a later one.
 *
 * Indexes are no part of it: those that are declared are there, or the store does not open.
 */
export const MIGRATIONS: readonly ((models: Models) => Promise<void>)[] = [
  // Version 1 is the collections as they are declared.
  async () => undefined,
];

/** What a database lacks for this version, in words; empty when it is ready. */
export async function lacksOf(connection: Connection, migrations = MIGRATIONS): Promise<string[]> {
  const version = await readVersion(defineModels(connection), migrations.length);
  const missing = await missingIndexes(connection);
  return [
    ...(version === migrations.length
      ? []
      : [`schema ${migrations.length} (it has ${version === 0 ? 'none' : `schema ${version}`})`]),
    ...missing.map((one) => `index ${describeIndex(one)}`),
  ];
}

/**
 * Brings a database to the newest schema and builds the indexes that are missing.
 *
 * @throws Error in words for the operator when it was written by a newer version, or an index cannot be built.
 */
export async function prepare(connection: Connection, migrations = MIGRATIONS): Promise<void> {
  const models = defineModels(connection);
  const version = await readVersion(models, migrations.length);
  if (version === 0) await createCollections(connection);
  await createIndexes(connection);
  await insert(models.store, { _id: 'schema', version: 0 });
  // A fresh store has nothing behind it that a crash could have left.
  await insert(models.store, { _id: 'sweep', sweptUpTo: await readDatabaseTime(connection) });
  for (const [index, migrate] of migrations.entries()) {
    if (index < version) continue;
    await migrate(models);
    await models.store.updateOne(
      { _id: 'schema', version: index },
      { $set: { version: index + 1 } },
    );
  }
}

async function readVersion({ store }: Models, known: number): Promise<number> {
  const schema = await store.findOne({ _id: 'schema' }).lean();
  const version = schema !== null && 'version' in schema ? schema.version : 0;
  if (version <= known) return version;
  throw new Error(
    `The data was written by a newer version of Alcove (schema ${version}; this one knows ${known}). Start that version, or restore a backup made before the upgrade.`,
  );
}

/** Before their indexes: the first insert into a collection that is not there takes long on some servers. */
async function createCollections({ db }: Connection): Promise<void> {
  const present = new Set(
    (await db?.listCollections({}, { nameOnly: true }).toArray())?.map(({ name }) => name),
  );
  for (const name of COLLECTION_NAMES) {
    // Another process may be at it: one that is there already is no fault.
    if (!present.has(name)) await db?.createCollection(name).catch(() => undefined);
  }
}
