import { describe } from 'vitest';
import { findMongo, freshDatabase } from '../../testing/start-mongo.ts';
import { describeStorage } from '../storage-contract.ts';
import { connect } from './connection.ts';
import { openMongoStorage } from './open-mongo-storage.ts';

const server = await findMongo();

describe.runIf(server)('on a server', () => {
  describeStorage('MongoDB', async () => {
    const url = freshDatabase(server ?? '');
    let storage = await openMongoStorage({ url, mayPrepare: true });
    return {
      storage,
      async reopen() {
        await storage.close();
        storage = await openMongoStorage({ url, mayPrepare: true });
        return storage;
      },
      async destroy() {
        await storage.close();
        const connection = await connect(url);
        await connection.dropDatabase();
        await connection.close();
      },
    };
  });
});
