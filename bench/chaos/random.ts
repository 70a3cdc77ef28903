/** Choices that a seed repeats. */
export interface Random {
  readonly seed: number;
  /** From 0 up to, and never, 1. */
  next(): number;
  /** A whole number from 0 up to, and never, `below`. */
  below(below: number): number;
  chance(share: number): boolean;
  /** @throws RangeError for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
  shuffle<Item>(items: readonly Item[]): Item[];
  /** Choices of their own for one client or one fault: they stay the same when others choose more often. */
  fork(name: string): Random;
}

/** @param seed any whole number; the same one makes the same choices. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  // mulberry32: small, fast, and good enough for choosing.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    seed,
    next,
    below,
    chance: (share) => next() < share,
    pick(items) {
      if (items.length === 0) throw new RangeError('there is nothing to choose from');
      return items[below(items.length)] as (typeof items)[number];
    },
    shuffle(items) {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = below(last + 1);
        const held = shuffled[last] as (typeof items)[number];
        shuffled[last] = shuffled[other] as (typeof items)[number];
        shuffled[other] = held;
      }
      return shuffled;
    },
    fork: (name) => createRandom(hash(`${seed} ${name}`)),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value;
}
