/** Lets what is asked of one key happen one after another, in the order in which it was asked. */
export interface KeyedQueue {
  run<Result>(key: string, act: () => Promise<Result>): Promise<Result>;
}

/** Takes nearly all contention away before it reaches the database: what is left is other processes'. */
export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, act) {
      const turn = (tails.get(key) ?? Promise.resolve()).then(act);
      const tail = turn
        .catch(() => undefined)
        .then(() => {
          if (tails.get(key) === tail) tails.delete(key);
        });
      tails.set(key, tail);
      return turn;
    },
  };
}
