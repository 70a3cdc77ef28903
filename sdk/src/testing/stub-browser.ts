import { IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';

/** What a browser keeps between two pages of a site. */
export interface BrowserStorage {
  indexedDB: IDBFactory;
  localStorage: Storage;
}

/** Storage of a browser that has never been here. */
export function createBrowserStorage(): BrowserStorage {
  return { indexedDB: new IDBFactory(), localStorage: createLocalStorage() };
}

/** Makes the globals those of a browser; `undefined` denies a kind of storage. */
export function stubStorage({ indexedDB, localStorage }: Partial<BrowserStorage>): void {
  vi.stubGlobal('indexedDB', indexedDB);
  vi.stubGlobal('localStorage', localStorage);
}

/** Window events for the code under test; answers how to fire one and what is still listened to. */
export function stubWindow(): { fire(type: string, init?: object): void; listenerCount(): number } {
  const target = new EventTarget();
  const listeners = new Set<string>();
  let count = 0;
  vi.stubGlobal('addEventListener', (type: string, listener: EventListener) => {
    count++;
    listeners.add(type);
    target.addEventListener(type, listener);
  });
  vi.stubGlobal('removeEventListener', (type: string, listener: EventListener) => {
    count--;
    target.removeEventListener(type, listener);
  });
  return {
    fire: (type, init) => void target.dispatchEvent(Object.assign(new Event(type), init)),
    listenerCount: () => count,
  };
}

/** Like the browser's: its keys are its own properties. */
function createLocalStorage(): Storage {
  const methods = {
    getItem: (key: string) => items[key] ?? null,
    setItem(key: string, value: string) {
      items[key] = String(value);
    },
    removeItem(key: string) {
      delete items[key];
    },
  };
  const items: Record<string, string> = {};
  return new Proxy(items, {
    get: (_, name) =>
      name === 'length'
        ? Object.keys(items).length
        : (methods[name as keyof typeof methods] ?? items[name as string]),
  }) as unknown as Storage;
}
