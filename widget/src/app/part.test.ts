import { describe, expect, it, vi } from 'vitest';
import { createPart } from './part.ts';

describe('a part that comes later', () => {
  it('is asked for once, however often it is needed', async () => {
    const load = vi.fn<() => Promise<string>>(async () => 'module');
    const came = vi.fn<(module: string) => void>();
    const part = createPart(load, came);
    expect(part.module).toBeUndefined();
    part.need();
    part.need();
    await vi.waitFor(() => expect(came).toHaveBeenCalledWith('module'));
    part.need();
    expect(part.module).toBe('module');
    expect(load).toHaveBeenCalledOnce();
    expect(came).toHaveBeenCalledOnce();
  });

  it('is asked for again when it could not come', async () => {
    const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('offline'));
    load.mockResolvedValue('module');
    const part = createPart(load, () => undefined);
    part.need();
    await vi.waitFor(() => {
      part.need();
      expect(part.module).toBe('module');
    });
    expect(load).toHaveBeenCalledTimes(2);
  });
});
