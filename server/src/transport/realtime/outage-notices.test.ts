import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createListeners } from '../../cluster/listeners.ts';
import { createSingleNodeCluster } from '../../cluster/single-node.ts';
import { createOutageNotices } from './outage-notices.ts';
import type { ChatSocket } from './socket-server.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** So many clients on a node whose others can be taken away; `heard` is what each was told, in order. */
function createNode(clients: number) {
  const changes = createListeners<[boolean]>();
  let isDegraded = false;
  const heard = new Map<ChatSocket, string[]>();
  const connect = () => {
    const words: string[] = [];
    const emit = (_name: string, { type }: { type: string }) => words.push(type);
    const socket = { emit } as unknown as ChatSocket;
    heard.set(socket, words);
    return socket;
  };
  const sockets = Array.from({ length: clients }, connect);
  const hello = (socket: ChatSocket, wasDegraded: boolean) => {
    heard.get(socket)?.push('hello');
    notices.greeted(socket, wasDegraded);
  };
  const notices = createOutageNotices({
    cluster: {
      ...createSingleNodeCluster({ presenceGraceMs: 0 }),
      isDegraded: () => isDegraded,
      onDegraded: changes.add,
    },
    live: { all: () => sockets },
    limits: { welcomesPerSecond: 20 },
    welcomeBack: (socket) => hello(socket, isDegraded),
  });
  return {
    ...notices,
    sockets,
    hello,
    join() {
      const socket = connect();
      sockets.push(socket);
      return socket;
    },
    heardBy: (index: number) => heard.get(sockets[index] as ChatSocket),
    greeted: () => [...heard.values()].filter((words) => words.includes('hello')).length,
    set(is: boolean) {
      isDegraded = is;
      changes.tell(is);
    },
  };
}

test('tells everybody at once, and greets them again one after the other', () => {
  const node = createNode(10);
  node.set(true);
  expect(node.heardBy(9)).toEqual(['server.degraded']);
  node.set(false);
  expect(node.greeted()).toBe(0);
  vi.advanceTimersByTime(200);
  expect(node.greeted()).toBe(4);
  vi.advanceTimersByTime(1_000);
  expect(node.greeted()).toBe(10);
  expect(node.heardBy(9)).toEqual(['server.degraded', 'hello']);
});

test('puts nobody off by telling them again before they were greeted', () => {
  const node = createNode(10);
  for (let round = 0; round < 5; round++) {
    node.set(true);
    node.set(false);
  }
  vi.advanceTimersByTime(100);
  node.set(true);
  // Two were greeted, and are told anew; the others still ask more often.
  expect(node.heardBy(0)).toEqual(['server.degraded', 'hello', 'server.degraded']);
  expect(node.heardBy(9)).toEqual(['server.degraded']);
  node.set(false);
  vi.advanceTimersByTime(3_000);
  expect(node.greeted()).toBe(10);
  expect(node.heardBy(9)).toEqual(['server.degraded', 'hello']);
});

test('leaves the first hello to whoever is making it', () => {
  const node = createNode(0);
  node.set(true);
  const late = node.join();
  node.set(false);
  vi.advanceTimersByTime(1_000);
  expect(node.heardBy(0)).toEqual([]);
  node.hello(late, true);
  vi.advanceTimersByTime(1_000);
  expect(node.heardBy(0)).toEqual(['hello', 'hello']);
});

test('greets nobody any more once it is closed', () => {
  const node = createNode(10);
  node.set(true);
  node.set(false);
  node.close();
  vi.advanceTimersByTime(1_000);
  expect(node.greeted()).toBe(0);
});

test('tells a client that comes meanwhile, right after its hello', () => {
  const node = createNode(1);
  node.set(true);
  const [socket] = node.sockets as [ChatSocket];
  node.hello(socket, true);
  expect(node.heardBy(0)).toEqual(['server.degraded', 'hello', 'server.degraded']);
});

test('greets a client again whose hello was begun before the outage ended', () => {
  const node = createNode(1);
  const [socket] = node.sockets as [ChatSocket];
  node.hello(socket, true);
  vi.advanceTimersByTime(100);
  expect(node.heardBy(0)).toEqual(['hello', 'hello']);
});
