import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPart } from './part.ts';

const page = new EventTarget();

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  for (const name of ['addEventListener', 'removeEventListener'] as const) {
    vi.stubGlobal(name, page[name].bind(page));
  }
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const nothing = () => undefined;
const failing = () =>
  vi.fn<() => Promise<string>>(async () => {
    throw new TypeError('Failed to fetch dynamically imported module');
  });

describe('a part that comes later', () => {
  it('is asked for once, however often it is needed', async () => {
    const load = vi.fn<() => Promise<string>>(async () => 'module');
    const came = vi.fn<(module: string) => void>();
    const part = createPart(load, came);
    expect(part.module).toBeUndefined();
    part.need();
    part.need();
    await vi.advanceTimersByTimeAsync(0);
    expect(came).toHaveBeenCalledWith('module');
    part.need();
    expect(part.module).toBe('module');
    expect(load).toHaveBeenCalledOnce();
    expect(came).toHaveBeenCalledOnce();
  });

  it('that could not come is asked for after pauses that grow, however often it is needed', async () => {
    const load = failing();
    const part = createPart(load, nothing);
    const asked = async (ms: number) => {
      part.need();
      await vi.advanceTimersByTimeAsync(ms);
      return load.mock.calls.length;
    };
    expect(await asked(999)).toBe(1);
    expect(await asked(1)).toBe(2);
    expect(await asked(1_999)).toBe(2);
    expect(await asked(1)).toBe(3);
    await vi.advanceTimersByTimeAsync(60_000);
    const before = load.mock.calls.length;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(load.mock.calls.length - before).toBe(10);
    part.close();
  });

  it('is asked for at once when the network is back, and comes', async () => {
    const load = failing().mockRejectedValueOnce(new Error('offline')).mockResolvedValue('module');
    const part = createPart(load, nothing);
    part.need();
    await vi.advanceTimersByTimeAsync(0);
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(part.module).toBe('module');
    // Neither the timer nor the network's next return asks for what is there.
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it.each(['before it fails', 'after it failed'])(
    'closed %s leaves nothing behind',
    async (when) => {
      const load = failing();
      const part = createPart(load, nothing);
      part.need();
      if (when === 'after it failed') await vi.advanceTimersByTimeAsync(0);
      part.close();
      await vi.advanceTimersByTimeAsync(0);
      expect(vi.getTimerCount()).toBe(0);
      page.dispatchEvent(new Event('online'));
      expect(load).toHaveBeenCalledOnce();
    },
  );
});
