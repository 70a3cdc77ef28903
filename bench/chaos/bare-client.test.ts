import { setTimeout as sleep } from 'node:timers/promises';
import { startTestServer } from '@alcove/server/testing';
import { expect, it, onTestFinished } from 'vitest';
import { BareClient } from './bare-client.ts';
import { openTcpProxy } from './proxies/tcp-proxy.ts';
import { createRandom } from './random.ts';

/** Less than clients wait before they try again, see `random` below. */
const SOON_MS = 50;

it('is connected once, however often it left while it waited to come back', {
  timeout: 20_000,
}, async () => {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  const network = await openTcpProxy({ targetPort: server.port });
  onTestFinished(() => network.close());
  const client = new BareClient(
    {
      name: 'visitor',
      kind: 'bare',
      side: 'visitor',
      url: network.url,
      origin: server.url,
      workspaceKey: server.workspace.key,
      session: await server.createVisitorSession(),
    },
    () => undefined,
    // The longest waits that may be chosen.
    { ...createRandom(1), next: () => 0.99 },
  );
  onTestFinished(() => client.close());
  await client.connect();

  network.reset();
  await expect.poll(async () => (await client.standing()).isOnline).toBe(false);
  await client.disconnect();
  await client.connect();
  await sleep(500 + SOON_MS);

  expect(network.counts.open).toBe(1);

  // Back at once, before the loss is noticed.
  await client.disconnect();
  await client.connect();
  expect(network.counts.opened).toBe(3);
});
