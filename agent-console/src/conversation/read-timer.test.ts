import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReadTimer, type ReadTimer } from './read-timer.ts';

describe('the read timer', () => {
  let timer: ReadTimer;
  let read: number[];

  beforeEach(() => {
    vi.useFakeTimers();
    read = [];
    timer = createReadTimer({ onRead: (seq) => read.push(seq) });
  });

  afterEach(() => {
    timer.close();
    vi.useRealTimers();
  });

  it('marks what was in view for a second', () => {
    timer.seen([3]);
    vi.advanceTimersByTime(999);
    expect(read).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(read).toEqual([3]);
  });

  it('marks the newest of several at once', () => {
    timer.seen([1, 2, 5]);
    vi.advanceTimersByTime(1_000);
    expect(read).toEqual([5]);
  });

  it('never marks what only flashed by', () => {
    timer.seen([7]);
    vi.advanceTimersByTime(500);
    timer.lost([7]);
    vi.advanceTimersByTime(5_000);
    expect(read).toEqual([]);
  });

  it('gives what comes into view meanwhile a second of its own', () => {
    timer.seen([1]);
    vi.advanceTimersByTime(900);
    timer.seen([2]);
    vi.advanceTimersByTime(100);
    expect(read).toEqual([1]);
    vi.advanceTimersByTime(1_000);
    expect(read).toEqual([1, 2]);
  });

  it('does not count time while the page is hidden', () => {
    timer.seen([1]);
    vi.advanceTimersByTime(900);
    timer.setPageVisible(false);
    vi.advanceTimersByTime(10_000);
    expect(read).toEqual([]);
    timer.setPageVisible(true);
    vi.advanceTimersByTime(999);
    expect(read).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(read).toEqual([1]);
  });

  it('never goes back', () => {
    timer.seen([5]);
    vi.advanceTimersByTime(1_000);
    timer.lost([5]);
    timer.seen([2]);
    vi.advanceTimersByTime(5_000);
    expect(read).toEqual([5]);
  });

  it('marks nothing once it is closed', () => {
    timer.seen([1]);
    timer.close();
    vi.advanceTimersByTime(5_000);
    expect(read).toEqual([]);
  });
});
