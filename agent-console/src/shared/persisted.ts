/** A place that survives a reload: `localStorage`, or nothing where the browser forbids it. */
export interface KeptStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Reads what `writeKept` wrote. Anything that `accept` does not take counts as nothing. */
export function readKept<Value>(
  storage: KeptStorage | null,
  key: string,
  accept: (value: unknown) => Value | undefined,
): Value | undefined {
  try {
    return accept(JSON.parse(storage?.getItem(key) ?? 'null'));
  } catch {
    return undefined;
  }
}

/** Keeps a value. A full or forbidden storage is no reason to fail: the value stays in memory. */
export function writeKept(storage: KeptStorage | null, key: string, value: unknown): void {
  try {
    storage?.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing to do: see above.
  }
}

/** The page's own storage. Some settings make even touching it throw. */
export function browserStorage(): KeptStorage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
