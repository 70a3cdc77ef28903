import type { DatabaseSync } from 'node:sqlite';
import { preparer } from './connection.ts';
import type { CallOf } from './operations.ts';
import { perform } from './operations.ts';
import { isUnavailable } from './store-error.ts';
import type { Writes } from './tables/writes.ts';
import { createWrites } from './tables/writes.ts';

/** One write that is asked for. */
export type WriteCall = CallOf<Writes>;

/** The answer to one write. `unavailable`: nothing is known, it may be asked again. `failed`: it must not have been asked. */
export type WriteAnswer =
  | { outcome: 'done'; result: unknown }
  | { outcome: 'unavailable' | 'failed'; message: string };

/**
 * Makes the function that runs a group of writes in one transaction: one wait for the disk, shared by all of them.
 *
 * Each write has its own savepoint, so that one which fails takes nothing with it. Answers are handed out after COMMIT
 * only; when the transaction as a whole fails, no write of it has happened.
 */
export function createGroupCommit(connection: DatabaseSync) {
  const prepare = preparer(connection);
  const writes = createWrites(prepare);
  const begin = prepare('BEGIN IMMEDIATE');
  const commit = prepare('COMMIT');
  const rollback = prepare('ROLLBACK');
  const savepoint = prepare('SAVEPOINT item');
  const release = prepare('RELEASE item');
  const rollbackItem = prepare('ROLLBACK TO item');

  const runItem = ([name, ...parameters]: WriteCall): WriteAnswer => {
    savepoint.run();
    try {
      const result = perform(writes, name, parameters);
      release.run();
      return { outcome: 'done', result };
    } catch (error) {
      // Out of disk or memory, SQLite takes the whole transaction back, and the items before this one with it.
      if (!connection.isTransaction) throw error;
      rollbackItem.run();
      release.run();
      return answerTo(error);
    }
  };

  return (calls: readonly WriteCall[]): WriteAnswer[] => {
    try {
      begin.run();
      const answers = calls.map(runItem);
      commit.run();
      return answers;
    } catch (error) {
      if (connection.isTransaction) rollback.run();
      return calls.map(() => answerTo(error));
    }
  };
}

function answerTo(error: unknown): WriteAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: isUnavailable(error) ? 'unavailable' : 'failed', message };
}
