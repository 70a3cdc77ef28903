import { afterEach, describe, expect, it, vi } from 'vitest';
import { exclusively } from './exclusively.ts';

afterEach(() => vi.unstubAllGlobals());

const locksThat = (request: LockManager['request']) =>
  vi.stubGlobal('navigator', { locks: { request } });

describe('exclusively', () => {
  it('runs one after the other under the same name', async () => {
    const running: string[] = [];
    const work = (name: string) => async () => {
      running.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running.push(`${name} ends`);
      return name;
    };
    const both = [exclusively('lock', work('first')), exclusively('lock', work('second'))];
    expect(await Promise.all(both)).toEqual(['first', 'second']);
    expect(running).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('runs all the same where there are no locks', async () => {
    vi.stubGlobal('navigator', {});
    expect(await exclusively('lock', async () => 'done')).toBe('done');
  });

  it('runs all the same when the lock stays taken', async () => {
    locksThat(() => Promise.reject(new DOMException('waited', 'TimeoutError')));
    expect(await exclusively('lock', async () => 'done')).toBe('done');
  });

  it('runs work that fails once, and passes its error on', async () => {
    locksThat((_: string, __: unknown, work?: unknown) => (work as () => Promise<never>)());
    const work = vi.fn<() => Promise<string>>().mockRejectedValue(new Error('broken'));
    await expect(exclusively('lock', work)).rejects.toThrow('broken');
    expect(work).toHaveBeenCalledTimes(1);
  });
});
