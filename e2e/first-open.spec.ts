import type { CDPSession, Page } from '@playwright/test';
import { expect, pageWithTag, test, widgetOn } from './fixtures.ts';

/** Everything that may cross the network from the click to the first ack, in bytes as they are on the wire. */
const FIRST_OPEN_BYTES = 24_000;

test('a page that nobody touches loads the loader and keeps nothing', async ({
  page,
  server,
  site,
}) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  await expect(widgetOn(page).launcher).toBeVisible();
  // The browser is idle and has painted: whatever the loader would do by itself is done.
  await page.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve())));
  expect(requests.filter((url) => !url.startsWith(site.url))).toEqual([
    `${server.url}/w/${server.workspace.key}.js`,
  ]);
  expect(await page.context().cookies()).toEqual([]);
  const kept = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).length,
  }));
  expect(kept).toEqual({ local: [], session: [], databases: 0 });
});

test('the first open stays within its budget, all bytes counted', async ({
  page,
  server,
  site,
}) => {
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  const widget = widgetOn(page);
  await expect(widget.launcher).toBeVisible();
  const network = await countBytes(page);
  await widget.open();
  await widget.send('Hello');
  await expect(widget.sent).toBeVisible();

  const { total, log } = network();
  // The app, the session, the socket.
  expect(log.length).toBeGreaterThanOrEqual(3);
  test.info().annotations.push({ type: 'bytes', description: `${total}` });
  expect(total, log.join('\n')).toBeLessThanOrEqual(FIRST_OPEN_BYTES);
});

/** Adds up what Chromium's network log says until the first ack: bodies and headers as encoded, and the frames of WebSockets. */
async function countBytes(page: Page): Promise<() => { total: number; log: string[] }> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const urls = new Map<string, string>();
  const sizes = new Map<string, number>();
  let isOver = false;
  const add = (id: string, bytes: number) => {
    if (!isOver) sizes.set(id, (sizes.get(id) ?? 0) + bytes);
  };
  session.on('Network.requestWillBeSent', ({ requestId, request }) =>
    urls.set(requestId, request.url),
  );
  session.on('Network.webSocketCreated', ({ requestId, url }) => urls.set(requestId, url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    add(requestId, encodedDataLength),
  );
  session.on('Network.webSocketHandshakeResponseReceived', ({ requestId, response }) =>
    add(requestId, response.headersText?.length ?? 0),
  );
  session.on('Network.webSocketFrameReceived', ({ requestId, response }) => {
    add(requestId, response.payloadData.length);
    // Socket.IO's type of an acknowledgement. What the widget needs from here on, it loads from here on.
    isOver ||= response.payloadData.startsWith('43');
  });
  session.on('Network.webSocketFrameSent', ({ requestId, response }) =>
    add(requestId, response.payloadData.length),
  );
  await session.send('Network.enable');
  return () => {
    const log = [...sizes].map(([id, bytes]) => `${bytes}\t${urls.get(id)}`);
    return { log, total: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0) };
  };
}
