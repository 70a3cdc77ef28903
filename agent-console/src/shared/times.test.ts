import { describe, expect, it } from 'vitest';
import { clockTime, dayKey, dayName, listTime, waitedFor } from './times.ts';

const now = new Date(2026, 2, 11, 15, 0).getTime();
const at = (day: number, hour = 9) => new Date(2026, 2, day, hour).toISOString();

describe('times', () => {
  it('in lists are short: the clock today, the weekday within a week, then the date', () => {
    expect(listTime(at(11), now)).toBe(clockTime(at(11)));
    expect(listTime(at(10, 23), now)).toBe('Tue');
    expect(listTime(at(5), now)).toBe('Thu');
    expect(listTime(at(4), now)).toMatch(/^(4 Mar|Mar 4)$/);
    expect(listTime(new Date(2025, 2, 4).toISOString(), now)).toContain('2025');
  });

  it('name the days of a conversation', () => {
    expect(dayName(at(11), now)).toBe('Today');
    expect(dayName(at(10, 23), now)).toBe('Yesterday');
    expect(dayName(at(2), now)).toContain('Monday');
    expect(dayName(new Date(2025, 2, 4).toISOString(), now)).toContain('2025');
  });

  it('fall on the same day by the reader’s clock', () => {
    expect(dayKey(at(11, 0))).toBe(dayKey(at(11, 23)));
    expect(dayKey(at(11, 23))).not.toBe(dayKey(at(12, 0)));
  });

  it.each([
    [59_000, null],
    [60_000, '1 min'],
    [59 * 60_000, '59 min'],
    [60 * 60_000, '1 hr'],
    [25 * 3_600_000, '1 day'],
    [72 * 3_600_000, '3 days'],
  ])('of waiting, after %i ms, are %s', (milliseconds, text) => {
    expect(waitedFor(new Date(now - milliseconds).toISOString(), now)).toBe(text);
  });
});
