import { describe, expect, it } from 'vitest';
import { nextWindow, WINDOW_SIZE, WINDOW_STEP, windowOf } from './row-window.ts';

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ key: `r${from + index}` }));

const atTop = { clientHeight: 400, scrollHeight: 4000, scrollTop: 0 };
const atEnd = { ...atTop, scrollTop: 3600 };

describe('the window of rows', () => {
  it('never holds more rows than its size, however long the log', () => {
    expect(windowOf(rows(10), undefined)).toEqual({ start: 0, end: 10 });
    expect(windowOf(rows(10_000), undefined)).toEqual({ start: 10_000 - WINDOW_SIZE, end: 10_000 });
  });

  it('stays with its last row while rows are added at either end', () => {
    expect(windowOf(rows(1000), 'r499').end).toBe(500);
    expect(windowOf(rows(1200, -200), 'r499').end).toBe(700);
    expect(windowOf(rows(1300), 'r499').end).toBe(500);
  });

  it('goes to the newest rows when the row that it held is gone', () => {
    expect(windowOf(rows(300), 'elsewhere').end).toBe(300);
  });

  it('moves by a step, so that most of what is drawn stays', () => {
    const log = rows(1000);
    const earlier = nextWindow(log, windowOf(log, undefined), atTop);
    expect(windowOf(log, earlier?.lastKey)).toEqual({
      start: 1000 - WINDOW_STEP - WINDOW_SIZE,
      end: 1000 - WINDOW_STEP,
    });
    expect(nextWindow(log, windowOf(log, earlier?.lastKey), atEnd)).toEqual({ lastKey: undefined });
  });

  it('reaches the first row, stays full there, and moves no further', () => {
    const log = rows(200);
    let window = windowOf(log, undefined);
    for (let step = 0; step < 10; step++) {
      const next = nextWindow(log, window, atTop);
      if (next) window = windowOf(log, next.lastKey);
    }
    expect(window).toEqual({ start: 0, end: WINDOW_SIZE });
    expect(nextWindow(log, window, atTop)).toBeUndefined();
  });

  it('stays while the view is further from its edges than it is high, and at the newest rows', () => {
    const log = rows(1000);
    const middle = { start: 500, end: 620 };
    const view = (scrollTop: number) => ({ clientHeight: 400, scrollHeight: 4000, scrollTop });
    expect(nextWindow(log, middle, view(399))).toBeDefined();
    expect(nextWindow(log, middle, view(400))).toBeUndefined();
    expect(nextWindow(log, middle, view(3200))).toBeUndefined();
    expect(nextWindow(log, middle, view(3201))).toEqual({ lastKey: 'r659' });
    expect(nextWindow(log, windowOf(log, undefined), atEnd)).toBeUndefined();
  });

  it('moves one way only where what is drawn is lower than two views', () => {
    const low = { clientHeight: 400, scrollHeight: 600, scrollTop: 100 };
    expect(nextWindow(rows(1000), { start: 500, end: 620 }, low)).toEqual({ lastKey: 'r579' });
  });
});
