import { describe, expect, it } from 'vitest';
import { createWriteBound } from './write-bound.ts';

/** Room for ten writes, and a clock that a test moves. */
function createBound() {
  const time = { at: 5_000 };
  const limits = { writesInFlight: 10, busyWaitMs: 10_000 };
  const bound = createWriteBound({ limits, now: () => time.at });
  const tryAll = (count: number) =>
    Array.from({ length: count }, bound.enter).filter(Boolean).length;
  return { time, bound, tryAll };
}

describe('writes under way', () => {
  it('are bounded, and each that ends makes room for one', () => {
    const { bound, tryAll } = createBound();
    expect(tryAll(15)).toBe(10);
    bound.leave();
    bound.leave();
    expect(tryAll(15)).toBe(2);
  });

  it('tells once how many found no room', () => {
    const { bound, tryAll } = createBound();
    tryAll(15);
    expect([bound.takeRefused(), bound.takeRefused()]).toEqual([5, 0]);
  });

  it('sends the first who find no room away for a second or two', () => {
    const { time, bound } = createBound();
    time.at += 3_600_000;
    const waits = Array.from({ length: 500 }, bound.retryAfterMs);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
  });

  it('has those who are refused come back as fast as writes get through, and no faster', () => {
    const { time, bound, tryAll } = createBound();
    const comingBackAt: number[] = [];
    tryAll(10);
    // A hundred writes a second are done, three hundred are refused.
    for (let step = 0; step < 300; step++) {
      time.at += 10;
      bound.leave();
      bound.enter();
      for (let refused = 0; refused < 3; refused++) {
        comingBackAt.push(time.at + bound.retryAfterMs());
      }
    }
    const late = comingBackAt.filter((at) => at >= time.at + 2_000 && at < time.at + 5_000);
    expect(late.length / 3).toBeGreaterThan(80);
    expect(late.length / 3).toBeLessThan(125);
  });

  it('sends nobody away for much longer than it may, and not all of them equally long', () => {
    const { time, bound, tryAll } = createBound();
    tryAll(10);
    bound.retryAfterMs();
    time.at += 1_500;
    const waits = Array.from({ length: 1_000 }, bound.retryAfterMs);
    expect(Math.max(...waits)).toBeLessThanOrEqual(12_000);
    const atTheEnd = waits.slice(100);
    expect(Math.max(...atTheEnd) - Math.min(...atTheEnd)).toBeGreaterThan(3_000);
  });
});
