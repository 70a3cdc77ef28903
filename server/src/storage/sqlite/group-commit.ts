import type { DatabaseSync } from 'node:sqlite';
import { preparer, WRITER_IMPATIENCE_MS, WRITER_PATIENCE_MS } from './connection.ts';
import type { CallOf } from './operations.ts';
import { perform } from './operations.ts';
import { isUnavailable } from './store-error.ts';
import type { LiveConversations } from './tables/live-conversations.ts';
import { createLiveConversations } from './tables/live-conversations.ts';
import type { Writes } from './tables/writes.ts';
import { createWrites } from './tables/writes.ts';

/** One write that is asked for. */
export type WriteCall = CallOf<Writes>;

/** The answer to one write. `unavailable`: nothing is known, it may be asked again. `failed`: it must not have been asked. */
export type WriteAnswer =
  | { outcome: 'done'; result: unknown }
  | { outcome: 'unavailable' | 'failed'; message: string };

/** Runs writes in groups. */
export interface GroupCommit {
  /** Runs them in one transaction. Their answers, in order, are handed out after COMMIT only. */
  run(calls: readonly WriteCall[]): WriteAnswer[];
  /** Whether something may be late: acknowledged, but not where it is read. A `run` after a while, of nothing too, mends it. */
  anyLate(): boolean;
}

/**
 * One transaction for a group of writes: one wait for the disk, shared by all of them.
 *
 * When the transaction as a whole fails, no write of it has happened. A write that fails by itself takes nothing with it: the
 * group is taken back and run again, each write in a savepoint of its own. They do not have one from the start since hardly
 * any ever fails, and savepoints are a twelfth of what a write costs.
 */
export function createGroupCommit(connection: DatabaseSync): GroupCommit {
  const prepare = preparer(connection);
  const live = createLiveConversations(prepare);
  const writes = createWrites(prepare, live);
  const run = ([name, ...parameters]: WriteCall): WriteAnswer => ({
    outcome: 'done',
    result: perform(writes, name, parameters),
  });
  const inSavepoint = createSavepoint(connection, live);
  const inTransaction = createTransaction(connection, live);
  const patience = createPatience(connection);

  return {
    run(calls) {
      try {
        const answers = inTransaction(() => {
          const done = calls.map(run);
          live.settle(calls.length);
          return done;
        });
        patience.restore();
        return answers;
      } catch (error) {
        // What keeps SQLite from working keeps it from each write.
        if (isUnavailable(error)) {
          patience.lose();
          return calls.map(() => answerTo(error));
        }
      }
      try {
        return inTransaction(() => calls.map((call) => inSavepoint(() => run(call))));
      } catch (error) {
        return calls.map(() => answerTo(error));
      }
    },

    anyLate: () => live.anyLate(),
  };
}

/**
 * How long a group waits for the lock of another program. The first one that waits in vain has used up the time which
 * all behind it have for their answers: they only look whether the lock is free by now.
 */
function createPatience(connection: DatabaseSync) {
  let isLost = false;
  return {
    lose() {
      if (!isLost) connection.exec(`PRAGMA busy_timeout = ${WRITER_IMPATIENCE_MS}`);
      isLost = true;
    },
    restore() {
      if (isLost) connection.exec(`PRAGMA busy_timeout = ${WRITER_PATIENCE_MS}`);
      isLost = false;
    },
  };
}

/** Makes the function that lets `act` happen as a whole or not at all. */
function createTransaction(connection: DatabaseSync, live: LiveConversations) {
  const prepare = preparer(connection);
  const begin = prepare('BEGIN IMMEDIATE');
  const commit = prepare('COMMIT');
  const rollback = prepare('ROLLBACK');
  const dataVersion = prepare<{ data_version: number }>('PRAGMA data_version');
  let knownVersion = dataVersion.get()?.data_version;

  return <Result>(act: () => Result): Result => {
    // Fails where another program keeps the lock: then nothing was touched.
    begin.run();
    try {
      // It tells of commits by others, for instance of an operator's own SQL while the server runs.
      const version = dataVersion.get()?.data_version;
      if (version !== knownVersion) live.forget();
      knownVersion = version;
      const result = act();
      commit.run();
      return result;
    } catch (error) {
      if (connection.isTransaction) rollback.run();
      live.forget();
      throw error;
    }
  };
}

/** Makes the function that runs one write of a transaction in such a way that its failure is its own. */
function createSavepoint(connection: DatabaseSync, live: LiveConversations) {
  const prepare = preparer(connection);
  const savepoint = prepare('SAVEPOINT item');
  const release = prepare('RELEASE item');
  const rollbackItem = prepare('ROLLBACK TO item');

  return (act: () => WriteAnswer): WriteAnswer => {
    savepoint.run();
    try {
      const answer = act();
      // A later item that fails makes the writer forget what it had kept of this one.
      live.settle(1);
      release.run();
      return answer;
    } catch (error) {
      // Out of disk or memory, SQLite takes the whole transaction back, and the items before this one with it.
      if (!connection.isTransaction) throw error;
      rollbackItem.run();
      release.run();
      live.forget();
      return answerTo(error);
    }
  };
}

function answerTo(error: unknown): WriteAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: isUnavailable(error) ? 'unavailable' : 'failed', message };
}
