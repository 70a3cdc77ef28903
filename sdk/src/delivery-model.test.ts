import fc from 'fast-check';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { DeliveryWorld, type Step } from './testing/delivery-world.ts';
import { createLocalStorage } from './testing/fake-browser.ts';

/**
 * The promises of delivery against everything that can happen between a person and the server, in every order: the
 * scheduler decides which frame, request or answer arrives next. 2,000 runs: `ALCOVE_MODEL_RUNS=2000`; one run again:
 * `ALCOVE_MODEL_SEED` and `ALCOVE_MODEL_PATH`, which a failure prints.
 */
const runs = Number(process.env['ALCOVE_MODEL_RUNS'] ?? 60);
const MAX_STEPS = 60;
/** Of one visitor, each with its own socket and without locks, as on a page without https. */
const tabs = Number(process.env['ALCOVE_MODEL_TABS'] ?? 1);

const seed = process.env['ALCOVE_MODEL_SEED'];
const path = process.env['ALCOVE_MODEL_PATH'];

const DAY_MS = 24 * 60 * 60_000;

const tab = fc.nat(tabs - 1);
const which = fc.nat(9);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send' as const), tab }) },
  { weight: 12, arbitrary: countOf('deliver', 12) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('say' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('edit', 'delete'), tab, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('resend', 'discard'), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: countOf('lose', 3) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('network' as const), isUp: fc.boolean() }),
  },
  { weight: 5, arbitrary: msOf('pass', 100, 40_000) },
  { weight: 1, arbitrary: msOf('jump', -3 * DAY_MS, 3 * DAY_MS) },
);

/** Real time passes while a part is loaded for the first time, and the model's must not run away meanwhile. */
beforeAll(() => Promise.all([import('./later.ts'), import('./http-socket.ts')]));

afterEach(leaveWorld);

it(`loses, doubles and reorders nothing, whatever happens (${runs} runs)`, {
  timeout: runs * 1_000 + 60_000,
}, async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: MAX_STEPS, size: 'max' }),
    fc.scheduler(),
    fc.nat(),
    async (steps, scheduler, luck) => {
      const world = enterWorld(scheduler, luck);
      try {
        for (const one of steps) {
          await world.take(one);
          world.checkScreens();
        }
        await world.calmDown();
        world.checkPromises();
      } finally {
        await world.end();
        leaveWorld();
      }
    },
  );
  const again = seed === undefined ? {} : { seed: Number(seed), path };
  await expect(fc.assert(property, { numRuns: runs, ...again })).resolves.toBeUndefined();
});

/** A browser whose clock, storage and network are the model's. */
function enterWorld(scheduler: fc.Scheduler, luck: number): DeliveryWorld {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  vi.setSystemTime('2030-03-01T09:00:00.000Z');
  // Jitter and backoff belong to what has to happen again when a run is repeated.
  let dice = luck;
  vi.spyOn(Math, 'random').mockImplementation(() => {
    dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
    return dice / 2 ** 32;
  });
  vi.stubGlobal('localStorage', createLocalStorage());
  vi.stubGlobal('indexedDB', undefined);
  // No locks: what keeps tabs apart must be the ids.
  vi.stubGlobal('navigator', {});
  return new DeliveryWorld(tabs, {
    schedule: (what) => scheduler.schedule(Promise.resolve(), what),
    waiting: () => scheduler.count(),
    goOn: () => scheduler.waitNext(1),
    pass: (ms) => vi.advanceTimersByTimeAsync(ms),
    jump: (ms) => vi.setSystemTime(Date.now() + ms),
    setNetwork({ WebSocket, fetch }) {
      vi.stubGlobal('WebSocket', WebSocket);
      vi.stubGlobal('fetch', fetch);
    },
  });
}

function leaveWorld(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
}

function countOf<Name extends 'deliver' | 'lose'>(name: Name, max: number) {
  return fc.record({ do: fc.constant(name), count: fc.integer({ min: 1, max }) });
}

function msOf<Name extends 'pass' | 'jump'>(name: Name, min: number, max: number) {
  return fc.record({ do: fc.constant(name), ms: fc.integer({ min, max }) });
}
