import { afterEach, expect, it, vi } from 'vitest';
import { openSlimSocket } from './slim-socket.ts';
import { describeSocketContract } from './socket-contract.ts';

afterEach(() => vi.unstubAllGlobals());

describeSocketContract('the slim socket', openSlimSocket);

it.each([
  '0',
  '0null',
  '42/test,',
  '42/test,null',
  '42/test,7',
  '42/test,{}',
  '43/test,0',
  '43/test,0null',
  '44/test,',
  '45/test,1-["binary"]',
  new ArrayBuffer(4),
])('the slim socket throws nothing at the page when it hears %s', (data) => {
  let hear: (frame: { data: unknown }) => void = () => {};
  class FakeWebSocket {
    send(): void {}
    close(): void {}
    set onmessage(listener: typeof hear | null) {
      if (listener) hear = listener;
    }
  }
  vi.stubGlobal('WebSocket', FakeWebSocket);
  const ends: unknown[] = [];
  const socket = openSlimSocket({
    serverUrl: 'http://127.0.0.1:9',
    namespace: '/test',
    auth: {},
    origin: undefined,
    onEvent: (name) => expect(name).toBeUndefined(),
    onRefused: () => ends.push('refused'),
    onLost: () => ends.push('lost'),
  });
  expect(() => hear({ data })).not.toThrow();
  expect(ends.length).toBeLessThan(2);
  socket.close();
});
