import type { Connection, ConnectOptions } from 'mongoose';
import { Error as MongooseError, Mongoose, mongo } from 'mongoose';

/** The database that an address without a name means. */
const DATABASE = 'alcove';

/** A query may take the server this long; a majority has this long for a write. A command is answered within 5 s. */
export const MAX_TIME_MS = 2500;

/** Who has no primary waits this long for one. */
const SELECTION_MS = 3000;

/** Longer than a query may take: what is silent for so long is frozen, or gone without a word. */
const SOCKET_MS = 3000;

const OPTIONS: ConnectOptions = {
  // An outage is an error at once, and never a queue that grows in silence.
  bufferCommands: false,
  autoIndex: false,
  autoCreate: false,
  // Operators in filters are ours: everything else is a value, whatever it looks like.
  sanitizeFilter: true,
  ignoreUndefined: true,
  serverSelectionTimeoutMS: SELECTION_MS,
  heartbeatFrequencyMS: 2000,
  // What is acknowledged is on the disks of a majority, and what is read was.
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  appName: 'alcove',
};

/** For work that somebody waits for. */
const IN_TIME: ConnectOptions = {
  connectTimeoutMS: SELECTION_MS,
  socketTimeoutMS: SOCKET_MS,
  waitQueueTimeoutMS: SELECTION_MS,
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: MAX_TIME_MS },
};

/** For work that may take as long as it takes. A majority that is gone for so long is still told. */
const WITH_PATIENCE: ConnectOptions = {
  connectTimeoutMS: 30_000,
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 60_000 },
};

/** How a connection is used. */
export interface ConnectionUse {
  /** For work without a deadline, such as building an index or moving a store. */
  isPatient?: boolean;
}

/**
 * Connects to a server or replica set.
 *
 * @throws Error in words for the operator, without what is secret in the address.
 */
export async function connect(
  url: string,
  { isPatient = false }: ConnectionUse = {},
): Promise<Connection> {
  // An instance of its own: Mongoose's settings are global to one.
  const mongoose = new Mongoose({
    strictQuery: 'throw',
    ...(!isPatient && { maxTimeMS: MAX_TIME_MS }),
  });
  const connection = mongoose.createConnection();
  // Without a listener a fault of the connection would be thrown into nowhere; whoever asks for something is told of it.
  connection.on('error', () => undefined);
  try {
    await connection.openUri(url, {
      ...OPTIONS,
      ...(!hasDatabase(url) && { dbName: DATABASE }),
      ...(isPatient ? WITH_PATIENCE : IN_TIME),
    });
  } catch (cause) {
    await connection.destroy().catch(() => undefined);
    throw new Error(inWords(url, cause), { cause });
  }
  const { writeConcern, readConcern } = connection.getClient().options;
  if (writeConcern?.journal && readConcern?.level === 'majority') return connection;
  await connection.destroy();
  // What stands in the address goes before what is asked for here.
  throw new Error(
    `DATABASE_URL asks MongoDB at ${describeAddress(url)} for less than what Alcove promises. Leave out journal, j, fsync and readConcernLevel.`,
  );
}

/** What time it is at the database. Clocks of processes may be wrong, each in its way. */
export async function readDatabaseTime({ db }: Connection): Promise<Date> {
  const { localTime } = (await db?.admin().command({ hello: 1 })) ?? {};
  return localTime instanceof Date ? localTime : new Date();
}

/** Where an address points, without user, password and options. */
export function describeAddress(url: string): string {
  const [, scheme = '', hosts = '', database = ''] =
    /^(mongodb(?:\+srv)?:\/\/)(?:[^@/]*@)?([^/?]*)\/?([^?]*)/.exec(url) ?? [];
  return `${scheme}${hosts}/${database || DATABASE}`;
}

function hasDatabase(url: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]+/.test(url);
}

/** Server's codes for a wrong password, or a user that may not do what is asked. */
const REFUSED_CODES = [13, 18, 8000];

/** What an operator has to change when the server says that a user may not do something; nothing for other errors. */
export function refusalOf(url: string, error: unknown): string | undefined {
  if (!(error instanceof mongo.MongoServerError)) return undefined;
  if (!REFUSED_CODES.includes(Number(error.code))) return undefined;
  return `MongoDB at ${describeAddress(url)} refused the user or the password in DATABASE_URL. The user needs the role readWrite on this database.`;
}

function inWords(url: string, error: unknown): string {
  const address = describeAddress(url);
  const refusal = refusalOf(url, error);
  if (refusal) return refusal;
  if (error instanceof MongooseError.MongooseServerSelectionError) {
    return `MongoDB at ${address} was not reached within ${SELECTION_MS / 1000} seconds. Start it, or correct DATABASE_URL; a replica set needs a primary.`;
  }
  // What the driver finds wrong with an address it quotes, and an address holds a password.
  return `MongoDB at ${address} cannot be used: the address in DATABASE_URL is not right. Write mongodb://user:password@host:27017/alcove, and % in a password as %25, @ as %40.`;
}
