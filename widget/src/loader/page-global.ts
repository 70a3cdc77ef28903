/** What a page calls: `Alcove('open')`. */
export interface AlcoveGlobal {
  (...call: unknown[]): unknown;
  /** Calls that the documented stub keeps until the loader comes. */
  q?: Iterable<Iterable<unknown>>;
  /** Every workspace on this page, by its key. */
  [workspaceKey: `wk_${string}`]: AlcoveGlobal | undefined;
}

/** The part of `window` that Alcove takes. */
export interface AlcovePage {
  Alcove?: AlcoveGlobal;
}

/**
 * Puts `command` at `window.Alcove`, or under its workspace's key when another workspace stands there already.
 *
 * @returns what gives the place back, or `undefined` when this workspace is on the page already: loaded twice is loaded
 * once.
 */
export function claimGlobal(
  page: AlcovePage,
  key: `wk_${string}`,
  command: AlcoveGlobal,
): (() => void) | undefined {
  const earlier = page.Alcove;
  // Where the page has an element with the id "Alcove", that is what stands here.
  const holder = typeof earlier === 'function' && !earlier.q ? earlier : command;
  if (holder[key]) return undefined;
  page.Alcove = holder;
  holder[key] = command;
  return () => {
    delete holder[key];
    if (holder === command) delete page.Alcove;
  };
}
