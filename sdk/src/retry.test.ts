import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatError, unreachable } from './chat-error.ts';
import { backoffMs, createRetry, isFinal } from './retry.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the backoff', () => {
  it('is spread from zero to a bound that doubles up to half a minute', () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    expect(backoffMs(10)).toBe(0);
    random.mockReturnValue(1);
    expect([0, 1, 2, 5, 6, 100].map(backoffMs)).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
  });
});

describe('a retry', () => {
  it('goes on until the work is done', async () => {
    const work = vi.fn<() => Promise<string>>();
    work.mockRejectedValueOnce(unreachable()).mockRejectedValueOnce(new TypeError('no network'));
    work.mockResolvedValueOnce('done');
    const done = createRetry().untilDone(work);
    await vi.runAllTimersAsync();
    await expect(done).resolves.toBe('done');
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('ends with a final refusal, but not with an ended session, which is renewed meanwhile', async () => {
    const retry = createRetry();
    const refusal = new ChatError('forbidden', 'Not yours.');
    await expect(retry.untilDone(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(isFinal(new ChatError('unauthenticated', 'Ended.'))).toBe(false);
  });

  it('is cut short by a wake-up, unless the server asked for the wait', async () => {
    const retry = createRetry();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const ends: string[] = [];
    void retry.wait(6, unreachable()).then(() => ends.push('own'));
    const asked = new ChatError('rate_limited', 'Slowly.', true, 5_000);
    void retry.wait(6, asked).then(() => ends.push('asked'));
    retry.wake();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(ends).toEqual(['own']);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toEqual(['own', 'asked']);
  });

  it('ends when it is closed, and leaves no timer', async () => {
    const retry = createRetry();
    const work = retry
      .untilDone(() => Promise.reject(unreachable()))
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(0);
    retry.close();
    expect(await work).toMatchObject({ code: 'busy' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
