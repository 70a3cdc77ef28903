/** Those who want to hear of something. */
export interface Listeners<What extends unknown[]> {
  /** The answer stops it. */
  add(listener: (...what: What) => void): () => void;
  tell(...what: What): void;
  clear(): void;
}

export function createListeners<What extends unknown[]>(): Listeners<What> {
  const listeners = new Set<(...what: What) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(...what) {
      for (const listener of listeners) listener(...what);
    },
    clear: () => listeners.clear(),
  };
}

/** Does `act` at the first call, and nothing at others. */
export function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
