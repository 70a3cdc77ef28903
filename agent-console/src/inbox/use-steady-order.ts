import { useState } from 'react';

/** A list that holds still under the pointer. */
export interface SteadyOrder {
  /** The ids in the order to draw. */
  ids: readonly string[];
  /** How many entries have moved, come or gone since the order was held. */
  changes: number;
  hold(): void;
  release(): void;
}

/**
 * Keeps the order of a live list while somebody points at it, so that a click never lands on what has just moved there.
 */
export function useSteadyOrder(live: readonly string[]): SteadyOrder {
  const [held, setHeld] = useState<readonly string[] | null>(null);
  return {
    ids: held ? heldOrder(held, live) : live,
    changes: held ? changedSince(held, live) : 0,
    // Holding an empty list would hide the first conversation that ever comes.
    hold: () => setHeld((current) => current ?? (live.length > 0 ? live : null)),
    release: () => setHeld(null),
  };
}

/** What was held, and below it what further pages brought. New entries above wait until the order is released. */
export function heldOrder(held: readonly string[], live: readonly string[]): readonly string[] {
  const known = new Set(held);
  const lastHeld = live.findLastIndex((id) => known.has(id));
  const below = lastHeld < 0 ? [] : live.slice(lastHeld + 1);
  return below.length === 0 ? held : [...held, ...below];
}

/** How many entries would move, come or go if the order were released now. */
export function changedSince(held: readonly string[], live: readonly string[]): number {
  const now = new Set(live);
  const gone = held.filter((id) => !now.has(id)).length;
  const stayed = held.filter((id) => now.has(id));
  const known = new Set(held);
  const order = live.slice(0, live.findLastIndex((id) => known.has(id)) + 1);
  const came = order.filter((id) => !known.has(id)).length;
  return (
    gone +
    came +
    movedUp(
      stayed,
      order.filter((id) => known.has(id)),
    )
  );
}

/** Entries that stand before one they used to follow. Live lists move one entry to the top at a time. */
function movedUp(before: readonly string[], after: readonly string[]): number {
  const place = new Map(before.map((id, index) => [id, index]));
  let moved = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const id of after.toReversed()) {
    const index = place.get(id) ?? 0;
    if (index > lowest) moved++;
    else lowest = index;
  }
  return moved;
}
