import {
  type RefObject,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { createScrollKeeper, type ScrollKeeper } from './scroll-keeper.ts';
import type { TimelineRow } from './timeline-rows.ts';
import {
  boundsOf,
  extendDown,
  extendUp,
  latestWindow,
  openWindow,
  windowWith,
} from './timeline-window.ts';

export interface TimelineWindowOptions {
  rows: readonly TimelineRow[];
  scroller: RefObject<HTMLElement | null>;
  list: RefObject<HTMLElement | null>;
  /** The first of all rows is in the page, and the reader is near it. */
  onTop(): void;
  onBottom(isAtBottom: boolean): void;
}

/** So close to the end one still reads along. */
const BOTTOM_PX = 64;
/** So far before an end the next rows come: about one screen. */
const NEAR_PX = 800;

/**
 * Holds the part of the rows that is in the page, slides it with the scrolling and keeps the reader's place.
 *
 * @returns the rows to draw, a function that goes to the newest, and one that brings a row into sight
 */
export function useTimelineWindow(
  options: TimelineWindowOptions,
): [shown: readonly TimelineRow[], jump: () => void, reveal: (key: string) => void] {
  const { rows, scroller, list } = options;
  const [window, setWindow] = useState(() => openWindow(rows));
  const { start, end } = boundsOf(rows, window);
  const shown = useMemo(() => rows.slice(start, end), [rows, start, end]);
  const keeper = useRef<ScrollKeeper | null>(null);

  const onMove = useEffectEvent((above: number, below: number): boolean => {
    const isAtBottom = end === rows.length && below < BOTTOM_PX;
    options.onBottom(isAtBottom);
    if (above < NEAR_PX) {
      if (start > 0) setWindow(extendUp(rows, window));
      else options.onTop();
    }
    if (below < NEAR_PX) setWindow(extendDown(rows, window));
    return isAtBottom;
  });

  useLayoutEffect(() => {
    if (!scroller.current || !list.current) return;
    const made = createScrollKeeper({
      box: scroller.current,
      list: list.current,
      onMove: (above, below) => onMove(above, below),
    });
    keeper.current = made;
    return () => made.close();
  }, [scroller, list]);
  useLayoutEffect(() => keeper.current?.settle(), [shown]);
  useEffect(() => keeper.current?.check(), [shown]);

  const jump = () => {
    setWindow(latestWindow(rows));
    keeper.current?.stick();
  };
  const reveal = (key: string) => {
    keeper.current?.reveal(key);
    setWindow(windowWith(rows, window, key));
  };
  return [shown, jump, reveal];
}
