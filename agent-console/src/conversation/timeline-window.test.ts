import { describe, expect, it } from 'vitest';
import type { TimelineRow } from './timeline-rows.ts';
import {
  boundsOf,
  extendDown,
  extendUp,
  latestWindow,
  openWindow,
  windowWith,
} from './timeline-window.ts';

describe('the timeline’s window', () => {
  it('opens at the end, and stays open for what arrives', () => {
    const rows = events(100);
    const window = openWindow(rows);
    expect(boundsOf(rows, window)).toEqual({ start: 60, end: 100 });
    expect(boundsOf([...rows, ...events(3, 100)], window)).toEqual({ start: 60, end: 103 });
  });

  it('opens a little above "New" when that is further up', () => {
    const rows: TimelineRow[] = [...events(30), { kind: 'new', key: 'new' }, ...events(70, 30)];
    expect(boundsOf(rows, openWindow(rows))).toEqual({ start: 22, end: 101 });
  });

  it('holds its place when older rows come in above', () => {
    const rows = events(50, 100);
    const window = openWindow(rows);
    expect(boundsOf([...events(100), ...rows], window)).toEqual({ start: 110, end: 150 });
  });

  it('holds its place when a day’s mark moves up to the older rows', () => {
    const day: TimelineRow = { kind: 'day', key: 'day:2026-3-1', at: '2026-03-01T00:00:00.000Z' };
    const rows = [day, ...events(10, 100)];
    const window = openWindow(rows);
    expect(boundsOf(rows, window)).toEqual({ start: 0, end: 11 });
    expect(boundsOf([day, ...events(100), ...events(10, 100)], window)).toEqual({
      start: 101,
      end: 111,
    });
  });

  it('grows upwards to a limit, then lets go of the newest; and back down again', () => {
    const rows = events(1000);
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
    const rows = events(1000);
    let window = openWindow(rows);
    for (let step = 0; step < 30; step++) window = extendUp(rows, window);
    expect(boundsOf([...rows, ...events(5, 1000)], window)).toEqual({ start: 0, end: 240 });
  });

  it('opens again at the end when its rows are gone', () => {
    const window = openWindow(events(100));
    expect(boundsOf(events(90, 5000), window)).toEqual({ start: 50, end: 90 });
  });

  it('jumps to the newest', () => {
    const rows = events(1000);
    expect(boundsOf(rows, latestWindow(rows))).toEqual({ start: 960, end: 1000 });
  });

  it('moves to a row that is not in the page, and stays where it is for one that is', () => {
    const rows = events(1000);
    const window = latestWindow(rows);
    expect(windowWith(rows, window, 'event 970')).toBe(window);
    expect(boundsOf(rows, windowWith(rows, window, 'event 500'))).toEqual({ start: 460, end: 540 });
    expect(boundsOf(rows, windowWith(rows, window, 'event 10'))).toEqual({ start: 0, end: 50 });
    expect(windowWith(rows, window, 'event 5000')).toBe(window);
  });
});

/** Events with keys from `first` on. */
function events(count: number, first = 0): TimelineRow[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'event',
    key: `event ${first + index}`,
    item: {
      kind: 'status',
      key: `event ${first + index}`,
      seq: first + index + 1,
      actor: { kind: 'agent', id: 'ag_1' },
      at: '2026-03-01T00:00:00.000Z',
      status: 'open',
    },
  }));
}
