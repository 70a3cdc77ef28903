import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { unreachable } from './chat-error.ts';
import { createCursors } from './cursors.ts';
import { createRetry } from './retry.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks nothing when a closed client still hears of a message', async () => {
  let asked = 0;
  const retry = createRetry();
  const cursors = createCursors({
    retry,
    change: () => {},
    request: async () => {
      // Asked without end, the test would never end.
      if (++asked > 5) cursors.close();
      throw unreachable();
    },
  });
  retry.close();
  cursors.close();
  cursors.advance({ conversationId: 'cv_1', delivered: 1 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toBe(0);
});
