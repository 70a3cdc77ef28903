import type { OutboxStorage } from './outbox-entry.ts';

/** The best storage that this browser allows. `scope` names server, workspace and identity. */
export async function openOutboxStorage(scope: string): Promise<OutboxStorage> {
  try {
    return await openIndexedDb(scope);
  } catch {
    const { openKeyValueStorage } = await import('./later.ts');
    return openKeyValueStorage(scope);
  }
}

/** WebKit has been seen never to answer `open`. */
const OPEN_TIMEOUT_MS = 2_000;
const STORE = 'outbox';

function openIndexedDb(scope: string): Promise<OutboxStorage> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(scope);
    const timer = setTimeout(reject, OPEN_TIMEOUT_MS);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' });
    request.onerror = () => {
      clearTimeout(timer);
      reject(new Error(String(request.error)));
    };
    request.onsuccess = () => {
      clearTimeout(timer);
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
          transaction.onabort = () => fail(new Error(String(transaction.error)));
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
