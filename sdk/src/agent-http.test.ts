import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAgentHttp } from './agent-http.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const http = createAgentHttp({ serverUrl: 'https://chat.example', getAccessToken: () => 'token' });

/** A network that takes requests and answers only what it is told to. */
function stubFetch() {
  const answers: ((answer: Response) => void)[] = [];
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(
    (_url: string, { signal }: RequestInit) => {
      return new Promise<Response>((resolve, reject) => {
        answers.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    },
  );
  vi.stubGlobal('fetch', fetch);
  return answers;
}

it('gives a renewal up whose answer is lost, in time for another two', async () => {
  stubFetch();
  let lost: unknown;
  http.refresh().catch((error: unknown) => {
    lost = error;
  });
  await vi.advanceTimersByTimeAsync(3_500);
  expect(lost).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(lost).toBeInstanceOf(TypeError);
});

it('takes a renewal that is answered, and thinks of it no more', async () => {
  const answers = stubFetch();
  const renewal = http.refresh();
  answers[0]?.(Response.json({ accessToken: 'next' }));
  await expect(renewal).resolves.toEqual({ accessToken: 'next' });
  expect(vi.getTimerCount()).toBe(0);
});
