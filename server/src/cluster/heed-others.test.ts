import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../logger.ts';
import { heedOthers } from './heed-others.ts';
import { createListeners } from './listeners.ts';
import { createSingleNodeCluster } from './single-node.ts';

const EVERY_MS = 500;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Nodes on one store, each of which can be cut off. */
function createStore() {
  let told = 0;
  let isGone = false;
  let slowly = Promise.resolve();
  let saying: Promise<void> | undefined;
  const lonelyNodes = {
    async tell() {
      if (saying) await saying;
      told++;
    },
    count: async () => {
      if (isGone) throw new Error('the store is gone');
      const answer = told;
      await slowly;
      return answer;
    },
  };
  return {
    told: () => told,
    lose: (is: boolean) => {
      isGone = is;
    },
    /** From now on answers wait for the call of what this returns. */
    slow() {
      const { promise, resolve } = Promise.withResolvers<void>();
      slowly = promise;
      return resolve;
    },
    /** The same for what is told. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      saying = promise;
      return resolve;
    },
    join() {
      const changes = createListeners<[boolean]>();
      let isDown = false;
      const logged: string[] = [];
      const engine = {
        ...createSingleNodeCluster({ presenceGraceMs: 0 }),
        isDegraded: () => isDown,
        onDegraded: changes.add,
      };
      const node = heedOthers(engine, {
        lonelyNodes,
        everyMs: EVERY_MS,
        logger: createLogger('info', { write: (line) => logged.push(line) }),
      });
      const heard: boolean[] = [];
      node.onDegraded((is) => heard.push(is));
      return {
        ...node,
        heard,
        logged,
        cut(is: boolean) {
          isDown = is;
          changes.tell(is);
        },
      };
    },
  };
}

test('knows of a node that is cut off, until some time after it is back', async () => {
  const store = createStore();
  const [here, there] = [store.join(), store.join()];
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  there.cut(true);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(here.isDegraded()).toBe(true);
  await vi.advanceTimersByTimeAsync(60 * EVERY_MS);
  expect(here.heard).toEqual([true]);
  there.cut(false);
  await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
  expect(here.isDegraded()).toBe(true);
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(here.heard).toEqual([true, false]);
  expect(here.logged).toHaveLength(2);
});

test('says at once that this node is cut off', async () => {
  const store = createStore();
  const here = store.join();
  here.cut(true);
  expect(store.told()).toBe(1);
});

test('says that this node is cut off before it has its answer of whether another one is', async () => {
  const store = createStore();
  const here = store.join();
  store.slow();
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  here.cut(true);
  expect(store.told()).toBe(1);
});

test('asks for nothing while what this node said is on its way', async () => {
  const store = createStore();
  const here = store.join();
  const arrive = store.hold();
  here.cut(true);
  here.cut(false);
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  arrive();
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  expect(here.heard).toEqual([true, false]);
  expect(here.logged).toEqual([]);
});

test('goes by no answer from before it was cut off itself', async () => {
  const store = createStore();
  const here = store.join();
  const answer = store.slow();
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  here.cut(true);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  here.cut(false);
  answer();
  // The moment it is back it asks, too, but for the one that is under way.
  await vi.advanceTimersByTimeAsync(4 * EVERY_MS);
  expect(here.heard).toEqual([true, false]);
  expect(here.logged).toEqual([]);
});

test('does not take what this node said for another one', async () => {
  const store = createStore();
  const here = store.join();
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  here.cut(true);
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  here.cut(false);
  await vi.advanceTimersByTimeAsync(20 * EVERY_MS);
  expect(here.heard).toEqual([true, false]);
});

test('does not say of anybody that they are gone while they may be on the node that is cut off', async () => {
  const store = createStore();
  const [here, there] = [store.join(), store.join()];
  const told: string[] = [];
  here.presence.onChange((_workspaceId, id, status) => told.push(`${id} ${status}`));
  const leave = here.presence.join('ws_1', 'ag_1');
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(await here.presence.statusOf('ws_1', ['ag_1', 'ag_2'])).toEqual(['online', 'offline']);
  there.cut(true);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(await here.presence.statusOf('ws_1', ['ag_1'])).toEqual(['online']);
  leave();
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(told).toEqual(['ag_1 online', 'ag_1 unknown']);
  expect(await here.presence.statusOf('ws_1', ['ag_1'])).toEqual(['unknown']);
});

test('back before another node that was cut off with it, says of nobody there that they are gone', async () => {
  const store = createStore();
  const [here, there] = [store.join(), store.join()];
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  here.cut(true);
  there.cut(true);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  here.cut(false);
  expect(await here.presence.statusOf('ws_1', ['ag_there'])).toEqual(['unknown']);
  await vi.advanceTimersByTimeAsync(20 * EVERY_MS);
  expect(here.heard).toEqual([true]);
  there.cut(false);
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  expect(here.heard).toEqual([true, false]);
  expect(await here.presence.statusOf('ws_1', ['ag_there'])).toEqual(['offline']);
});

test('is degraded without a break while one after the other is cut off', async () => {
  const store = createStore();
  const [here, there] = [store.join(), store.join()];
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  there.cut(true);
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  here.cut(true);
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  here.cut(false);
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(here.heard).toEqual([true]);
});

test('is no wiser while the store is gone, and goes on when it is back', async () => {
  const store = createStore();
  const [here, there] = [store.join(), store.join()];
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  store.lose(true);
  await vi.advanceTimersByTimeAsync(20 * EVERY_MS);
  expect(here.heard).toEqual([]);
  there.cut(true);
  store.lose(false);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(here.heard).toEqual([true]);
});

test('has one question at a time under way, however slow the store is', async () => {
  const count = vi.fn<() => Promise<number>>(() => new Promise(() => {}));
  const node = heedOthers(createSingleNodeCluster({ presenceGraceMs: 0 }), {
    lonelyNodes: { count, tell: async () => {} },
    everyMs: EVERY_MS,
    logger: createLogger('info', { write() {} }),
  });
  await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
  expect(count).toHaveBeenCalledTimes(1);
  await node.close();
});

test('asks the store no more once it is closed', async () => {
  const store = createStore();
  const [here, there] = [store.join(), store.join()];
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await here.close();
  there.cut(true);
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  expect(here.isDegraded()).toBe(false);
});
