import { ChatError } from './chat-error.ts';
import type { OutboxEntry, OutboxStorage } from './outbox-entry.ts';

/** localStorage is synchronous and about 5 MB for the whole site: the outbox may not fill it. */
const MAX_LOCAL_ENTRIES = 500;

/** What there is without IndexedDB: localStorage, or where that is denied memory. */
export function openKeyValueStorage(scope: string): OutboxStorage {
  try {
    return createKeyValueStorage('localstorage', localStorage, `${scope} `, MAX_LOCAL_ENTRIES);
  } catch {
    return createKeyValueStorage('memory', {}, '', Infinity);
  }
}

/**
 * One item per message, so that two tabs never overwrite each other's.
 *
 * @param items localStorage, whose items are its properties, or an object that does its work.
 */
function createKeyValueStorage(
  kind: OutboxStorage['kind'],
  items: Record<string, string>,
  prefix: string,
  limit: number,
): OutboxStorage {
  const keys = () =>
    Object.keys(items)
      .filter((key) => key.startsWith(prefix))
      .sort();
  const read = (key: string): OutboxEntry => JSON.parse(items[key] ?? 'null');
  return {
    kind,
    all: async () => keys().map(read),
    get: async (key) => read(prefix + key),
    async set(entry) {
      if (!(prefix + entry.key in items) && keys().length >= limit) {
        throw new ChatError(
          'busy',
          'Too many messages are waiting to be sent. Try again later.',
          true,
        );
      }
      items[prefix + entry.key] = JSON.stringify(entry);
    },
    delete: async (key) => delete items[prefix + key],
    destroy() {
      for (const key of keys()) delete items[key];
    },
    close() {},
  };
}
