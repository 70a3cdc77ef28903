import { isEventRow, type TimelineRow } from './timeline-rows.ts';

/**
 * The part of a timeline that is in the page, by the keys of its first and last event: places shift when older pages
 * come in, and marks (days, "New") come and go.
 */
export interface TimelineWindow {
  firstKey: string | undefined;
  /** `null`: open to the newest, so that what arrives is shown. */
  lastKey: string | null;
}

/** Rows at first, and rows that scrolling to an end adds. A screen holds about twenty. */
const STEP = 40;
/** Rows in the page at most: far more than two screens, few enough to lay out at once. */
const MOST = 240;
/** Rows kept above the "New" mark, for context. */
const CONTEXT = 8;

/** The window in which a conversation opens: its end, and from "New" on if that is further up. */
export function openWindow(rows: readonly TimelineRow[]): TimelineWindow {
  const newAt = rows.findIndex(({ kind }) => kind === 'new');
  const tail = Math.max(0, rows.length - STEP);
  const start = newAt < 0 ? tail : Math.max(0, Math.min(tail, newAt - CONTEXT));
  const end = Math.min(rows.length, start + MOST);
  return windowOf(rows, start, end);
}

/** Where the window lies in the rows of now. A window whose ends are gone (the log was read anew) opens again. */
export function boundsOf(
  rows: readonly TimelineRow[],
  window: TimelineWindow,
): { start: number; end: number } {
  let start = rows.findIndex(({ key }) => key === window.firstKey);
  const last =
    window.lastKey === null ? rows.length - 1 : rows.findIndex(({ key }) => key === window.lastKey);
  if (start < 0 || last < start) {
    return { start: Math.max(0, rows.length - STEP), end: rows.length };
  }
  // The marks right above the first event belong to it.
  while (start > 0 && !isEventRow(rows[start - 1])) start--;
  return { start, end: last + 1 };
}

/** More rows above; those far below leave the page. The same window when nothing is above. */
export function extendUp(rows: readonly TimelineRow[], window: TimelineWindow): TimelineWindow {
  const { start, end } = boundsOf(rows, window);
  if (start === 0) return window;
  const next = Math.max(0, start - STEP);
  return windowOf(rows, next, Math.min(end, next + MOST));
}

/** More rows below; those far above leave the page. The same window when nothing is below. */
export function extendDown(rows: readonly TimelineRow[], window: TimelineWindow): TimelineWindow {
  const { start, end } = boundsOf(rows, window);
  if (end === rows.length) return window.lastKey === null ? window : windowOf(rows, start, end);
  const next = Math.min(rows.length, end + STEP);
  return windowOf(rows, Math.max(start, next - MOST), next);
}

/** The window at the newest rows. */
export function latestWindow(rows: readonly TimelineRow[]): TimelineWindow {
  return windowOf(rows, Math.max(0, rows.length - STEP), rows.length);
}

/** A window that holds this row: the one of now when it does already. */
export function windowWith(
  rows: readonly TimelineRow[],
  window: TimelineWindow,
  key: string,
): TimelineWindow {
  const at = rows.findIndex((row) => row.key === key);
  const { start, end } = boundsOf(rows, window);
  if (at < 0 || (at >= start && at < end)) return window;
  return windowOf(rows, Math.max(0, at - STEP), Math.min(rows.length, at + STEP));
}

function windowOf(rows: readonly TimelineRow[], start: number, end: number): TimelineWindow {
  const events = rows.slice(start, end).filter(isEventRow);
  return {
    firstKey: events[0]?.key,
    lastKey: end >= rows.length ? null : (events.at(-1)?.key ?? null),
  };
}
