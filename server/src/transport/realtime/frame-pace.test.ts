import { expect, it, onTestFinished, vi } from 'vitest';
import { startTestGateway } from '../../testing/start-test-gateway.ts';

// What is too much is paid for in whole seconds.
vi.setConfig({ testTimeout: 20_000 });

const FRAMES_PER_SECOND = 10;

async function start() {
  const gateway = await startTestGateway({
    limits: { visitorFramesPerSecond: FRAMES_PER_SECOND },
  });
  onTestFinished(gateway.close);
  const shop = await gateway.createWorkspace();
  const join = async () => {
    const client = gateway.connect(await shop.addVisitor());
    await new Promise((resolve) => client.socket.once('hello', resolve));
    const ask = () => client.socket.emitWithAck('heads', { conversationIds: [] });
    return { ask, client };
  };
  return { join };
}

it('reads who sends too much later, and loses nothing of it', async () => {
  const { join } = await start();
  const { ask } = await join();
  const startedAt = performance.now();
  const flood = Array.from({ length: 3 * FRAMES_PER_SECOND }, ask);
  await Promise.race(flood);
  // In a packet of its own, which the network keeps.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await ask();
  expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  expect(await Promise.all(flood)).toHaveLength(3 * FRAMES_PER_SECOND);
});

it('keeps nobody else waiting', async () => {
  const { join } = await start();
  const [broken, calm] = [await join(), await join()];
  const flood = Promise.all(Array.from({ length: 4 * FRAMES_PER_SECOND }, broken.ask));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const late = broken.ask().then(() => 'late');
  expect(await Promise.race([late, calm.ask().then(() => 'calm')])).toBe('calm');
  expect(await late).toBe('late');
  await flood;
});
