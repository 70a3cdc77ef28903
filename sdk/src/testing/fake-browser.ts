/** A localStorage of its own. Like the browser's: its keys are its own properties. */
export function createLocalStorage(): Storage {
  const items: Record<string, string> = {};
  const methods: Partial<Storage> = {
    getItem: (key) => items[key] ?? null,
    setItem(key, value) {
      items[key] = String(value);
    },
    removeItem(key) {
      delete items[key];
    },
  };
  return new Proxy(items, {
    get: (_, name: string) =>
      name === 'length' ? Object.keys(items).length : (methods[name as 'getItem'] ?? items[name]),
  }) as unknown as Storage;
}

/** The window's events: what the code under test listens to, and how to fire one. */
export interface FakeWindow extends Pick<Window, 'addEventListener' | 'removeEventListener'> {
  fire(type: string, init?: object): void;
  listenerCount(): number;
}

export function createWindow(): FakeWindow {
  const target = new EventTarget();
  let count = 0;
  return {
    addEventListener(type: string, listener: EventListenerOrEventListenerObject) {
      count++;
      target.addEventListener(type, listener);
    },
    removeEventListener(type: string, listener: EventListenerOrEventListenerObject) {
      count--;
      target.removeEventListener(type, listener);
    },
    fire: (type, init) => void target.dispatchEvent(Object.assign(new Event(type), init)),
    listenerCount: () => count,
  };
}
