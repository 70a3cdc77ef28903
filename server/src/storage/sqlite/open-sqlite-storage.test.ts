import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStorage } from '../storage-contract.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';

describeStorage('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
  const file = join(folder, 'alcove.db');
  let storage = await openSqliteStorage({ file });
  return {
    storage,
    async reopen() {
      await storage.close();
      storage = await openSqliteStorage({ file });
      return storage;
    },
    async destroy() {
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
});
