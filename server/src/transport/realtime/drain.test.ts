import { expect, it, onTestFinished } from 'vitest';
import { defaultLimits } from '../../limits.ts';
import { startTestGateway } from '../../testing/start-test-gateway.ts';
import { wrapConversations } from '../../testing/wrap-conversations.ts';
import { drainConnections } from './drain.ts';
import type { ChatSocket } from './socket-server.ts';

const message = (id: string) => ({
  clientConversationId: 'cl_1',
  clientMessageId: id,
  content: { kind: 'text' as const, text: id },
});

it('sends everybody away with a time to come back, and takes nobody in', async () => {
  const gateway = await startTestGateway({ limits: { drainWaveMs: 100, drainSpreadMs: 5000 } });
  onTestFinished(gateway.close);
  const shop = await gateway.createWorkspace();
  const clients = [
    gateway.connect(await shop.addVisitor()),
    gateway.connect(await shop.addAgent('Sales')),
  ];
  await Promise.all(clients.map((client) => client.next('hello')));

  const drained = gateway.gateway.drain();
  for (const client of clients) {
    const { afterMs } = await client.next('signal', { type: 'server.drain' });
    expect(afterMs).toBeGreaterThanOrEqual(0);
    expect(afterMs).toBeLessThanOrEqual(5000);
  }
  const late = gateway.connect(await shop.addVisitor());
  const { data } = await late.next('connect_error');
  expect(data).toMatchObject({ ok: false, code: 'draining', retryable: true });
  expect(data).toHaveProperty('retryAfterMs');
  for (const client of clients) await client.next('disconnect');
  await drained;
  await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
});

it('lets everybody finish what they were just saying', async () => {
  let release = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const gateway = await startTestGateway({
    limits: { drainWaveMs: 10 },
    wrapStorage: (storage) =>
      wrapConversations(storage, (conversations) => ({
        append: async (request) => {
          await stuck;
          return conversations.append(request);
        },
      })),
  });
  onTestFinished(gateway.close);
  const shop = await gateway.createWorkspace();
  const [busy, idle] = [
    gateway.connect(await shop.addVisitor()),
    gateway.connect(await shop.addVisitor()),
  ];
  await Promise.all([busy.next('hello'), idle.next('hello')]);
  const sending = busy.ask('message.send', message('cl_last_words'));
  await busy.ask('heads', { conversationIds: [] });

  const drained = gateway.gateway.drain();
  await idle.next('disconnect');
  expect(busy.socket.connected).toBe(true);
  release();
  expect(await sending).toMatchObject({ ok: true, seq: 1 });
  await busy.next('disconnect');
  await drained;
});

it('does not wait for ever for a store that hangs', async () => {
  const gateway = await startTestGateway({
    limits: { drainWaveMs: 10, drainPatienceMs: 50 },
    wrapStorage: (storage) =>
      wrapConversations(storage, () => ({ append: () => new Promise(() => {}) })),
  });
  onTestFinished(gateway.close);
  const client = gateway.connect(await (await gateway.createWorkspace()).addVisitor());
  await client.next('hello');
  const sending = client.ask('message.send', message('cl_lost')).catch(() => 'no answer');
  await client.ask('heads', { conversationIds: [] });
  await gateway.gateway.drain();
  expect(await sending).toBe('no answer');
});

it('closes many connections in waves, each told before it is closed', async () => {
  const happened: string[] = [];
  const toSocket = (name: string) => ({
    data: { pending: 0 },
    emit: () => happened.push(`${name} told`),
    disconnect: () => {
      happened.push(`${name} closed`);
      sockets.delete(name);
    },
  });
  const sockets = new Map(['a', 'b', 'c', 'd', 'e'].map((name) => [name, toSocket(name)]));
  await drainConnections({
    live: { all: () => [...sockets.values()] as unknown as ChatSocket[] },
    commands: { whenIdle: async () => {} },
    limits: { ...defaultLimits, drainWaves: 3, drainWaveSize: 1, drainWaveMs: 1 },
  });
  expect(happened.join(', ')).toBe(
    'a told, b told, a closed, b closed, c told, d told, c closed, d closed, e told, e closed',
  );
});
