/** Rows kept in the document at once: about six screens. However long the log, scrolling stays smooth. */
export const WINDOW_SIZE = 120;

/** Rows by which the window moves when its edge comes into view. */
export const WINDOW_STEP = 40;

/** Rows `start` to `end`, the latter excluded. */
export interface RowWindow {
  start: number;
  end: number;
}

interface Keyed {
  key: string;
}

/**
 * The rows to draw.
 *
 * @param lastKey The last row drawn; without it, or when it is gone, the newest. Keys hold the window in place while
 * rows are added at either end.
 */
export function windowOf(rows: readonly Keyed[], lastKey: string | undefined): RowWindow {
  const last = lastKey === undefined ? -1 : rows.findLastIndex(({ key }) => key === lastKey);
  const end = last < 0 ? rows.length : last + 1;
  return { start: Math.max(0, end - WINDOW_SIZE), end };
}

/** The `lastKey` of the window one step earlier (-1) or later (1); `undefined` follows the newest row. */
export function moveWindow(
  rows: readonly Keyed[],
  { end }: RowWindow,
  direction: -1 | 1,
): string | undefined {
  const last = Math.max(WINDOW_SIZE, end + direction * WINDOW_STEP) - 1;
  return last < rows.length - 1 ? rows[last]?.key : undefined;
}
