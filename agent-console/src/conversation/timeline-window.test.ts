import { describe, expect, it } from 'vitest';
import type { TimelineRow } from './timeline-rows.ts';
import { boundsOf, extendDown, extendUp, latestWindow, openWindow } from './timeline-window.ts';

describe('the timeline’s window', () => {
  it('opens at the end, and stays open for what arrives', () => {
    const rows = days(100);
    const window = openWindow(rows);
    expect(boundsOf(rows, window)).toEqual({ start: 60, end: 100 });
    expect(boundsOf([...rows, ...days(3, 100)], window)).toEqual({ start: 60, end: 103 });
  });

  it('opens a little above "New" when that is further up', () => {
    const rows: TimelineRow[] = [...days(30), { kind: 'new', key: 'new' }, ...days(70, 30)];
    expect(boundsOf(rows, openWindow(rows))).toEqual({ start: 22, end: 101 });
  });

  it('holds its place when older rows come in above', () => {
    const rows = days(50, 100);
    const window = openWindow(rows);
    expect(boundsOf([...days(100), ...rows], window)).toEqual({ start: 110, end: 150 });
  });

  it('grows upwards to a limit, then lets go of the newest; and back down again', () => {
    const rows = days(1000);
    let window = openWindow(rows);
    for (let step = 0; step < 30; step++) window = extendUp(rows, window);
    expect(boundsOf(rows, window)).toEqual({ start: 0, end: 240 });
    expect(extendUp(rows, window)).toBe(window);

    for (let step = 0; step < 30; step++) window = extendDown(rows, window);
    expect(boundsOf(rows, window)).toEqual({ start: 760, end: 1000 });
    expect(window.lastKey).toBeNull();
    expect(extendDown(rows, window)).toBe(window);
  });

  it('does not grow by what arrives while the reader is further up', () => {
    const rows = days(1000);
    let window = openWindow(rows);
    for (let step = 0; step < 30; step++) window = extendUp(rows, window);
    expect(boundsOf([...rows, ...days(5, 1000)], window)).toEqual({ start: 0, end: 240 });
  });

  it('opens again at the end when its rows are gone', () => {
    const window = openWindow(days(100));
    expect(boundsOf(days(90, 5000), window)).toEqual({ start: 50, end: 90 });
  });

  it('jumps to the newest', () => {
    const rows = days(1000);
    expect(boundsOf(rows, latestWindow(rows))).toEqual({ start: 960, end: 1000 });
  });
});

/** Rows with keys from `first` on; their kind does not matter here. */
function days(count: number, first = 0): TimelineRow[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'day',
    key: `row ${first + index}`,
    at: '2026-03-01T00:00:00.000Z',
  }));
}
