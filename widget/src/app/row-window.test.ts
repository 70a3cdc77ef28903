import { describe, expect, it } from 'vitest';
import { moveWindow, WINDOW_SIZE, WINDOW_STEP, windowOf } from './row-window.ts';

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ key: `r${from + index}` }));

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
    const earlier = moveWindow(log, windowOf(log, undefined), -1);
    expect(windowOf(log, earlier)).toEqual({
      start: 1000 - WINDOW_STEP - WINDOW_SIZE,
      end: 1000 - WINDOW_STEP,
    });
    expect(moveWindow(log, windowOf(log, earlier), 1)).toBeUndefined();
  });

  it('reaches the first row and stays full there', () => {
    const log = rows(200);
    let lastKey: string | undefined;
    for (let step = 0; step < 10; step++) lastKey = moveWindow(log, windowOf(log, lastKey), -1);
    expect(windowOf(log, lastKey)).toEqual({ start: 0, end: WINDOW_SIZE });
  });
});
