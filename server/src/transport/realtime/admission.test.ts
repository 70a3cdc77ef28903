import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

/** A door that lets in 100 a second, and a clock that a test moves. */
function createDoor({ longestWaitMs = 30_000, random = Math.random } = {}) {
  const time = { at: 1_000 };
  const rate = { points: 100, durationMs: 1_000 };
  const admission = createAdmission({ rate, longestWaitMs, now: () => time.at, random });
  return { time, ask: admission.ask };
}

describe('admission', () => {
  it('lets a few in together, and others as time goes on', () => {
    const { time, ask } = createDoor();
    const together = Array.from({ length: 20 }, ask).filter((wait) => wait === undefined);
    expect(together).toHaveLength(10);
    time.at += 10;
    expect([ask(), ask()]).toEqual([undefined, expect.any(Number)]);
  });

  it('lets the first one in at any moment, however rare its places are', () => {
    const rate = { points: 1, durationMs: 60_000 };
    for (let at = 0.1; at < 100_000; at += 33.3) {
      expect(createAdmission({ rate, longestWaitMs: 30_000, now: () => at }).ask()).toBeUndefined();
    }
  });

  it('never lets in more than a tenth above its rate in any second, however many knock', () => {
    const { time, ask } = createDoor();
    const admittedAt: number[] = [];
    for (let step = 0; step < 5_000; step++) {
      time.at += 1;
      for (let knock = 0; knock < 5; knock++) if (ask() === undefined) admittedAt.push(time.at);
    }
    const inSecondFrom = (start: number) =>
      admittedAt.filter((at) => at >= start && at < start + 1_000).length;
    expect(Math.max(...admittedAt.map(inSecondFrom))).toBeLessThanOrEqual(110);
    expect(admittedAt.length).toBeGreaterThanOrEqual(500);
  });

  it('gives each whom it refuses a later place than the one before', () => {
    const { ask } = createDoor({ random: () => 0 });
    const waits = Array.from({ length: 1_500 }, ask).filter((wait) => wait !== undefined);
    expect(waits).toHaveLength(1_490);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBe(14_900);
  });

  it('sees 1,500 clients who lost it together come in within half a minute, no second with a crowd', () => {
    const { time, ask } = createDoor();
    let coming = Array.from({ length: 1_500 }, () => 1_000);
    const admittedAt: number[] = [];
    while (coming.length > 0) {
      time.at = Math.min(...coming);
      const index = coming.indexOf(time.at);
      const waitMs = ask();
      if (waitMs === undefined) {
        admittedAt.push(time.at);
        coming = coming.toSpliced(index, 1);
      } else {
        coming[index] = time.at + waitMs;
      }
    }
    expect(admittedAt.at(-1)).toBeLessThan(31_000);
    const bins = Map.groupBy(admittedAt, (at) => Math.floor(at / 1_000));
    for (const bin of bins.values()) expect(bin.length).toBeLessThanOrEqual(110);
  });

  it('sends nobody away for longer than it may, and not all of them equally long', () => {
    const { ask } = createDoor({ longestWaitMs: 5_000 });
    const waits = Array.from({ length: 10_000 }, ask).filter((wait) => wait !== undefined);
    expect(Math.max(...waits)).toBeLessThanOrEqual(6_000);
    const atTheEnd = waits.slice(1_000);
    expect(Math.max(...atTheEnd) - Math.min(...atTheEnd)).toBeGreaterThan(2_000);
  });
});
