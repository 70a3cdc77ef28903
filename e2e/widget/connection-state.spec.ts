import { expect, openWidget, pageWithTag, test, widgetOn } from '../fixtures.ts';

test('what waits is drawn in outline with readable words, and fills message by message', async ({
  page,
  server,
  site,
}) => {
  // Acks come one by one, as on a slow line: each when the test lets it through.
  const held: (() => void)[] = [];
  let isHolding = false;
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((frame) => upstream.send(frame));
    upstream.onMessage((frame) => {
      if (isHolding && String(frame).startsWith('43')) held.push(() => socket.send(frame));
      else socket.send(frame);
    });
  });
  const widget = await openWidget(page, server, site);
  await widget.send('Before the tunnel');
  await expect(widget.sent).toBeVisible();

  await page.context().setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event('offline')));
  await expect(widget.panel.getByText(/You are offline/)).toBeVisible();
  for (const text of ['One', 'Two', 'Three']) await widget.send(text);
  await expect(widget.panel.getByText('Waiting for connection')).toBeVisible();
  const waiting = widget.panel.locator('.waiting .bubble');
  await expect(waiting).toHaveText(['One', 'Two', 'Three']);
  const [ink, ground, opacity] = await waiting.first().evaluate((node) => {
    const { color, backgroundColor, opacity: seen } = getComputedStyle(node);
    return [color, backgroundColor, seen];
  });
  expect([ink, ground, opacity]).toEqual(['rgb(22, 32, 29)', 'rgba(0, 0, 0, 0)', '1']);

  isHolding = true;
  await page.context().setOffline(false);
  await expect.poll(() => held.length).toBeGreaterThan(0);
  await expect(waiting).toHaveText(['Two', 'Three']);
  isHolding = false;
  for (const release of held) release();
  await expect(waiting).toHaveCount(0);
  await expect(widget.panel.getByText(/You are offline/)).toBeHidden();
  await expect(widget.bubbles).toHaveText(['Before the tunnel', 'One', 'Two', 'Three']);
});

test('a message that waits can be taken back', async ({ page, server, site }) => {
  const widget = await openWidget(page, server, site);
  await widget.send('Hello');
  await expect(widget.sent).toBeVisible();
  await widget.panel.getByRole('log').focus();
  const row = widget.panel.getByRole('article', { name: 'You: Hello' });
  await row.waitFor();
  await page.context().setOffline(true);
  await widget.send('Better not');
  const unsent = widget.panel.getByRole('article', { name: 'You: Better not' });
  await unsent.hover();
  await unsent.getByRole('button', { name: 'Message actions' }).click();
  const items = widget.panel.getByRole('menuitem');
  await expect(items).toHaveText(['Copy', 'Delete']);
  await items.last().click();
  await items.last().click();
  await expect(unsent).toHaveCount(0);
  await page.context().setOffline(false);
  await widget.send('Rather this');
  await expect(widget.sent).toBeVisible();
  await expect(widget.bubbles).toHaveText(['Hello', 'Rather this']);
});

test('a message that the server refuses says so, and can be sent again or thrown away', async ({
  page,
  server,
  site,
}) => {
  let isRefusing = true;
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((frame) => {
      const [, id = ''] = /^42\/visitor,(\d+)\["message\.send"/.exec(String(frame)) ?? [];
      if (!id || !isRefusing) return upstream.send(frame);
      const refusal = { ok: false, code: 'forbidden', message: 'Not here.', retryable: false };
      return socket.send(`43/visitor,${id}${JSON.stringify([refusal])}`);
    });
  });
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  const widget = widgetOn(page);
  const { panel, bubbles } = widget;
  await widget.open();
  for (const text of ['Once', 'Twice']) await widget.send(text);
  const failures = panel.locator('.failure');
  await expect(failures).toHaveText([/^Not sent\. Not here\./, /^Not sent\. Not here\./]);
  await expect(panel.locator('[aria-live=polite]')).toHaveText('Not sent.');

  await failures.first().getByRole('button', { name: 'Delete' }).click();
  await expect(bubbles).toHaveText(['Twice']);
  await expect(widget.composer).toBeFocused();
  isRefusing = false;
  await failures.first().getByRole('button', { name: 'Retry' }).click();
  await expect(widget.sent).toBeVisible();
  await expect(failures).toHaveCount(0);
});
