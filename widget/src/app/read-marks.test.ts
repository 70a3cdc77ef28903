import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReadMarks } from './read-marks.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('read marks', () => {
  it('are set for what was in view for a second, once', () => {
    const mark = vi.fn<(seq: number) => void>();
    const marks = createReadMarks(mark);
    marks.see(3);
    vi.advanceTimersByTime(999);
    expect(mark).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    marks.see(3);
    vi.advanceTimersByTime(5000);
    expect(mark.mock.calls).toEqual([[3]]);
  });

  it('give a message that came later its own second', () => {
    const mark = vi.fn<(seq: number) => void>();
    const marks = createReadMarks(mark);
    marks.see(3);
    vi.advanceTimersByTime(900);
    marks.see(4);
    vi.advanceTimersByTime(100);
    expect(mark.mock.calls).toEqual([[3]]);
    vi.advanceTimersByTime(1000);
    expect(mark.mock.calls).toEqual([[3], [4]]);
  });

  it('are not set for what went out of sight too soon', () => {
    const mark = vi.fn<(seq: number) => void>();
    const marks = createReadMarks(mark);
    marks.see(3);
    vi.advanceTimersByTime(900);
    marks.stop();
    vi.advanceTimersByTime(5000);
    expect(mark).not.toHaveBeenCalled();
    marks.see(3);
    vi.advanceTimersByTime(1000);
    expect(mark.mock.calls).toEqual([[3]]);
  });
});
