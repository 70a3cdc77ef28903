import type { Connection } from 'mongoose';
import type { Deployment } from '../deployment.ts';
import type { Storage } from '../storage.ts';
import { defineModels } from './collections.ts';
import { connect, describeAddress, readDatabaseTime, refusalOf } from './connection.ts';
import { deploymentOf } from './deployment.ts';
import { reconnectWhenStuck } from './driver-stalls.ts';
import { createGuard } from './guard.ts';
import { createMongoStorage, writeMark } from './mongo-storage.ts';
import { lacksOf, prepare } from './prepare.ts';
import { createRows } from './rows.ts';
import { startSweep } from './sweep.ts';

/** Where the data is. */
export interface MongoStorageOptions {
  /** `mongodb://` or `mongodb+srv://`, with the name of a database; without one it is `alcove`. */
  url: string;
  /** Whether indexes that are missing are built, and an older schema is brought up to date. Else it is refused. */
  mayPrepare: boolean;
}

/**
 * Opens a store on MongoDB, or on a server that speaks its protocol. Several processes may have it open.
 *
 * @throws Error in words for the operator: the server is not reached or refuses the user, the data is newer than this
 * version, or it lacks what this version needs.
 */
export async function openMongoStorage({ url, mayPrepare }: MongoStorageOptions): Promise<Storage> {
  await withPatience(url, async (connection) => {
    await refuseUnfinished(connection);
    if (mayPrepare) return await prepare(connection);
    const lacks = await lacksOf(connection);
    if (lacks.length > 0) throw new Error(inWords(url, lacks));
  });
  const connection = await connect(url);
  try {
    return await assemble(connection);
  } catch (cause) {
    // A connection that stays keeps the process from ending.
    await connection.close();
    throw cause;
  }
}

/**
 * Brings the database to this version's schema and builds the indexes that are missing.
 *
 * @throws Error in words for the operator.
 */
export async function prepareMongo(url: string): Promise<void> {
  await withPatience(url, prepare);
}

/** What the database lacks for this version, in words; empty when it is ready. @throws Error in words for the operator. */
export async function examineMongo(url: string): Promise<string[]> {
  return await withPatience(url, async (connection) => {
    await refuseUnfinished(connection);
    return await lacksOf(connection);
  });
}

/** What kind of server it is. @throws Error in words for the operator. */
export async function examineDeployment(url: string): Promise<Deployment> {
  return await withPatience(url, deploymentOf);
}

async function assemble(connection: Connection): Promise<Storage> {
  const models = defineModels(connection);
  const rows = createRows(models);
  const clock = createDatabaseClock(connection);
  await clock.read();
  const sweep = startSweep({ models, rows, readDatabaseTime: clock.read });
  const guard = createGuard({ probe: () => writeMark(models) });
  const watch = reconnectWhenStuck(connection.getClient());
  return createMongoStorage({
    models,
    rows,
    guard,
    databaseTime: clock.now,
    async close() {
      await Promise.all([sweep.close(), watch.close()]);
      await connection.close();
    },
  });
}

/** The database's clock, as this process goes on counting it between two sweeps, whatever its own clock is set to. */
function createDatabaseClock(connection: Connection) {
  let startedAt = 0;
  const now = () => new Date(startedAt + performance.now());
  return {
    now,
    async read(): Promise<Date> {
      startedAt = (await readDatabaseTime(connection)).getTime() - performance.now();
      return now();
    },
  };
}

/** Does what may take long on a connection of its own. */
async function withPatience<Result>(
  url: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(url, { isPatient: true });
  try {
    return await work(connection);
  } catch (cause) {
    // A connection comes about without any right; the first question shows whether there is one.
    const refusal = refusalOf(url, cause);
    throw refusal ? new Error(refusal, { cause }) : cause;
  } finally {
    await connection.close();
  }
}

async function refuseUnfinished(connection: Connection): Promise<void> {
  const migration = await defineModels(connection).store.findOne({ _id: 'migration' }).lean();
  if (migration === null || !('finishedAt' in migration) || migration.finishedAt !== null) return;
  throw new Error(
    'The database holds the beginning of a migration that has not come to its end. Run the same "alcove migrate-storage" again: it goes on where it stopped.',
  );
}

function inWords(url: string, lacks: readonly string[]): string {
  return [
    `MongoDB at ${describeAddress(url)} lacks what this version needs:`,
    ...lacks.map((lack) => `  - ${lack}`),
    'Run "alcove migrate" once, or start with AUTO_MIGRATE=on.',
  ].join('\n');
}
