import type { OutboxStorage } from './outbox-entry.ts';
import type { VisitorSession } from './visitor-session.ts';

/** The best storage that this browser allows. `scope` names server, workspace and identity. */
export async function openOutboxStorage(scope: string): Promise<OutboxStorage> {
  try {
    return await openIndexedDb(scope);
  } catch {
    const { openKeyValueStorage } = await import('./later.ts');
    return openKeyValueStorage(scope);
  }
}

/**
 * The record of a visitor whose browser was killed before it had written down more than their first messages.
 *
 * @param prefix of scopes: all but the epoch.
 */
export async function findLostRecord(prefix: string, session: VisitorSession): Promise<void> {
  try {
    const databases = await inTime<IDBDatabaseInfo[]>((resolve, reject) => {
      indexedDB.databases().then(resolve, reject);
    });
    if (databases.some(({ name }) => name?.startsWith(prefix))) {
      const { recoverRecord } = await import('./later.ts');
      await recoverRecord(databases, prefix, session, openIndexedDb);
    }
  } catch {
    // No IndexedDB, or one that does not tell what it holds.
  }
}

/** WebKit has been seen never to answer `open`. */
const OPEN_TIMEOUT_MS = 2_000;
const STORE = 'outbox';

function openIndexedDb(scope: string): Promise<OutboxStorage> {
  return inTime((resolve, reject) => {
    const request = indexedDB.open(scope);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' });
    request.onerror = reject;
    request.onsuccess = () => {
      const db = request.result;
      // Another tab signs out: it can only take the database away when nobody holds it.
      db.onversionchange = () => db.close();
      const run = <Result>(
        mode: IDBTransactionMode,
        act: (store: IDBObjectStore) => IDBRequest<Result>,
      ) =>
        new Promise<Result>((done, fail) => {
          const transaction = db.transaction(STORE, mode, { durability: 'strict' });
          const asked = act(transaction.objectStore(STORE));
          transaction.oncomplete = () => done(asked.result);
          transaction.onabort = fail;
        });
      resolve({
        kind: 'indexeddb',
        all: () => run('readonly', (store) => store.getAll()),
        get: (key) => run('readonly', (store) => store.get(key)),
        set: (entry) => run('readwrite', (store) => store.put(entry)),
        delete: (key) => run('readwrite', (store) => store.delete(key)),
        destroy() {
          db.close();
          indexedDB.deleteDatabase(scope);
        },
        close: () => db.close(),
      });
    };
  });
}

/** The timer may ring: a promise is settled once. */
function inTime<Result>(
  begin: (resolve: (result: Result) => void, reject: (reason?: unknown) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    setTimeout(reject, OPEN_TIMEOUT_MS);
    begin(resolve, reject);
  });
}
