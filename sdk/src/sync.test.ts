import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Retry } from './retry.ts';
import { Synchroniser } from './sync.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks soon once the server is degraded, since it noticed late, and every few seconds from then on', () => {
  const asked: number[] = [];
  const sync = new Synchroniser({
    request: () => Promise.reject(new Error('nobody asks')),
    retry: {} as Retry,
    getLogs: () => ({}),
    change: () => undefined,
    checkHeads() {
      asked.push(Date.now());
      sync.checkLater();
    },
  });
  sync.checkLater(20_000);
  const toldAt = Date.now();
  sync.checkSoon();
  vi.advanceTimersByTime(2_500 + 4_500);
  const [first = 0, second = 0] = asked;
  expect(first - toldAt).toBeLessThanOrEqual(2_500);
  expect(second - first).toBeGreaterThanOrEqual(3_000);
  sync.close();
});
