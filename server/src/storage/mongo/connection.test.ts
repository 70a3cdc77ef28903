import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { findMongo, freshDatabase } from '../../testing/start-mongo.ts';
import { connect, refusalOf } from './connection.ts';

const server = await findMongo();

const url = 'mongodb://alcove:the-password@db1:27017,db2:27017/chat?replicaSet=rs0';

// What a server with users says could not be shown here: the one of the tests has none.
it.each([
  [13, 'not authorized on chat to execute command { find: "store" }'],
  [18, 'Authentication failed.'],
  [8000, 'bad auth : authentication failed'],
])('turns the refusal %i of a server into words for an operator', (code, errmsg) => {
  const words = refusalOf(url, new mongo.MongoServerError({ ok: 0, code, errmsg }));
  expect(words).toBe(
    'MongoDB at mongodb://db1:27017,db2:27017/chat refused the user or the password in DATABASE_URL. The user needs the role readWrite on this database.',
  );
});

it('takes nothing else for a refusal', () => {
  expect(refusalOf(url, new mongo.MongoServerError({ code: 11_000 }))).toBeUndefined();
  expect(refusalOf(url, new Error('13'))).toBeUndefined();
});

describe.runIf(server)('a connection', () => {
  it.each(['journal=false', 'j=false', 'fsync=false', 'readConcernLevel=local'])(
    'is refused when the address takes back what is promised: %s',
    async (option) => {
      const asked = connect(`${freshDatabase(server ?? '')}?${option}`);
      await expect(asked).rejects.toThrow(/asks MongoDB at .* for less than what Alcove promises/);
    },
  );

  it.each([false, true])('waits for the disks of a majority (patient: %s)', async (isPatient) => {
    const url = `${freshDatabase(server ?? '')}?w=1&readPreference=secondary`;
    const connection = await connect(url, { isPatient });
    const { writeConcern, readConcern, readPreference } = connection.getClient().options;
    await connection.close();
    expect(writeConcern).toMatchObject({ w: 'majority', journal: true });
    expect(readConcern).toMatchObject({ level: 'majority' });
    expect(readPreference).toMatchObject({ mode: 'primary' });
  });
});
