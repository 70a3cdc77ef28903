import { setTimeout as wait } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import { createGuard, type GuardOptions } from './guard.ts';

const away = () => Promise.reject(new mongo.MongoNetworkError('connection reset'));
const here = () => Promise.resolve('here');

function open(options: Partial<GuardOptions> = {}) {
  const probe = vi.fn<() => Promise<unknown>>(away);
  const guard = createGuard({ probe, patienceMs: 50, probeEveryMs: 10, ...options });
  onTestFinished(() => guard.close());
  return { guard, probe };
}

it('speaks of a fault as storage does, and leaves mistakes as they are', async () => {
  const { guard } = open();
  expect(await guard.run('get', here)).toBe('here');
  await expect(guard.run('get', away)).rejects.toThrow(StoreUnavailableError);
  const mistake = new RangeError('no such place');
  await expect(guard.run('get', () => Promise.reject(mistake))).rejects.toBe(mistake);
  const unmet = new mongo.MongoServerError({ message: 'waiting for replication', code: 64 });
  const broken = Object.assign(new Error('This socket has been ended'), { code: 'EPIPE' });
  for (const fault of [unmet, broken]) {
    await expect(guard.run('append', () => Promise.reject(fault))).rejects.toThrow(
      StoreUnavailableError,
    );
  }
});

it('goes on asking through a short fault, and refuses at once in a long one', async () => {
  const { guard } = open();
  await expect(guard.run('get', away)).rejects.toThrow(StoreUnavailableError);
  expect(await guard.run('get', here), 'others may get through').toBe('here');
  await expect(guard.run('get', away)).rejects.toThrow(StoreUnavailableError);
  await wait(60);
  await expect(guard.run('get', away)).rejects.toThrow(StoreUnavailableError);
  const act = vi.fn<() => Promise<string>>(here);
  await expect(guard.run('get', act)).rejects.toThrow(StoreUnavailableError);
  expect(act).not.toHaveBeenCalled();
});

it('counts how long a call has waited in vain', async () => {
  const { guard } = open();
  await expect(guard.run('get', () => wait(60).then(away))).rejects.toThrow(StoreUnavailableError);
  const act = vi.fn<() => Promise<string>>(here);
  await expect(guard.run('get', act)).rejects.toThrow(StoreUnavailableError);
  expect(act).not.toHaveBeenCalled();
});

it('lets calls through again as soon as the database answers', async () => {
  const { guard, probe } = open({ patienceMs: 0 });
  await expect(guard.run('get', away)).rejects.toThrow(StoreUnavailableError);
  await vi.waitFor(() => expect(probe.mock.calls.length).toBeGreaterThan(2));
  await expect(guard.run('get', here)).rejects.toThrow(StoreUnavailableError);
  probe.mockImplementation(here);
  await vi.waitFor(async () => expect(await guard.run('get', here)).toBe('here'));
  const asked = probe.mock.calls.length;
  await wait(40);
  expect(probe, 'nobody asks any more').toHaveBeenCalledTimes(asked);
});

it('finishes what it accepted before it closes, then refuses and asks no more', async () => {
  const { guard, probe } = open({ patienceMs: 0 });
  const slow = guard.run('append', () => wait(30).then(here));
  let isDone = false;
  const closed = guard.close().then(() => expect(isDone).toBe(true));
  await expect(guard.run('get', here)).rejects.toThrow(StoreUnavailableError);
  expect(await slow.finally(() => (isDone = true))).toBe('here');
  await closed;
  const asked = probe.mock.calls.length;
  await wait(30);
  expect(probe).toHaveBeenCalledTimes(asked);
});

describe('what never ends', () => {
  const never = () => new Promise<never>(() => undefined);
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is an outage to whoever called', async () => {
    const { guard } = open();
    const called = guard.run('get', never).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await called).toBeInstanceOf(StoreUnavailableError);
  });

  it('does not keep the guard from looking whether the database is back', async () => {
    const { guard, probe } = open({ patienceMs: 0 });
    await expect(guard.run('get', away)).rejects.toThrow(StoreUnavailableError);
    probe.mockImplementationOnce(never).mockImplementation(here);
    await vi.advanceTimersByTimeAsync(6000);
    expect(await guard.run('get', here)).toBe('here');
  });

  it('does not keep it from closing', async () => {
    const { guard } = open();
    const called = guard.run('get', never).catch((error: unknown) => error);
    const closed = guard.close();
    await vi.advanceTimersByTimeAsync(6000);
    await closed;
    await vi.advanceTimersByTimeAsync(24_000);
    expect(await called).toBeInstanceOf(StoreUnavailableError);
  });
});
