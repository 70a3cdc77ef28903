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

/** What a view shows of what is drawn, in pixels. */
type View = Pick<HTMLElement, 'clientHeight' | 'scrollHeight' | 'scrollTop'>;

/**
 * The window to draw next, when the view has come within its own height of an edge that has rows beyond it.
 *
 * @returns its `lastKey` (`undefined` follows the newest row), or nothing while the present window does.
 */
export function nextWindow(
  rows: readonly Keyed[],
  { start, end }: RowWindow,
  { clientHeight, scrollHeight, scrollTop }: View,
): { lastKey: string | undefined } | undefined {
  const isNearTop = scrollTop < clientHeight;
  const isNearEnd = scrollHeight - scrollTop - clientHeight < clientHeight;
  const step = isNearTop && start > 0 ? -1 : !isNearTop && isNearEnd && end < rows.length ? 1 : 0;
  if (!step) return undefined;
  const last = Math.max(WINDOW_SIZE, end + step * WINDOW_STEP) - 1;
  return { lastKey: last < rows.length - 1 ? rows[last]?.key : undefined };
}
