import { expect, openWidget, pageWithTag, test, widgetOn } from '../fixtures.ts';

test('a workspace has its own colour, side and theme, with readable ink on a bright brand', async ({
  page,
  server,
  site,
}) => {
  await server.execute('workspace.update', {
    change: { look: { colour: '#ffcc00', side: 'start', theme: 'dark' } },
  });
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  const widget = widgetOn(page);
  await expect(widget.launcher).toHaveCSS('background-color', 'rgb(255, 204, 0)');
  await widget.open();
  await widget.send('Bright');
  await expect(widget.bubbles.first()).toHaveCSS('background-color', 'rgb(255, 204, 0)');
  await expect(widget.bubbles.first()).toHaveCSS('color', 'rgb(0, 0, 0)');
  // The dark scheme's surface, whatever the visitor's system prefers.
  await expect(widget.panel).toHaveCSS('background-color', 'rgb(22, 28, 26)');
  expect((await widget.launcher.boundingBox())?.x).toBeLessThan(100);
});

test('on a page that reads from right to left everything is mirrored', async ({
  page,
  server,
  site,
}) => {
  site.page('/', pageWithTag(server).replace('<html lang="en">', '<html lang="ar" dir="rtl">'));
  await page.goto(site.url);
  const widget = widgetOn(page);
  expect((await widget.launcher.boundingBox())?.x).toBeLessThan(100);
  await widget.open();
  await widget.send('مرحبا');
  const bubble = await widget.bubbles.first().boundingBox();
  const panel = await widget.panel.boundingBox();
  // One's own side is the inline end, which is the left here.
  expect((bubble?.x ?? 0) - (panel?.x ?? 0)).toBeLessThan(40);
});

test('the page may override the colours with two variables', async ({ page, server, site }) => {
  const style =
    '<style>alcove-chat { --alcove-accent: #5b2be0; --alcove-on-accent: #fff; }</style>';
  site.page('/', pageWithTag(server, style));
  await page.goto(site.url);
  await expect(widgetOn(page).launcher).toHaveCSS('background-color', 'rgb(91, 43, 224)');
});

test('the panel fades, and moves only where motion is welcome', async ({ page, server, site }) => {
  for (const [reducedMotion, seconds, way] of [
    ['no-preference', '0.2s', 'translateY(7px)'],
    ['reduce', '0.08s', ''],
  ] as const) {
    await page.emulateMedia({ reducedMotion });
    const { panel } = await openWidget(page, server, site);
    await expect(panel).toHaveCSS('animation-duration', seconds);
    await expect(panel).toHaveCSS('--_rise', way);
  }
});

test('on a phone nothing lies between the panel and the page while it fades', async ({
  page,
  server,
  site,
}) => {
  await page.setViewportSize({ width: 390, height: 800 });
  const { panel } = await openWidget(page, server, site);
  const backdrop = await panel.evaluate(
    (dialog) => getComputedStyle(dialog, '::backdrop').backgroundColor,
  );
  expect(backdrop).toBe('rgba(0, 0, 0, 0)');
});

test('a few emoji alone are large and need no bubble', async ({ page, server, site }) => {
  const widget = await openWidget(page, server, site);
  await widget.send('Hello');
  await expect(widget.sent).toBeVisible();
  for (const text of ['🎉 👩‍🚀', 'Ready 🎉']) await widget.send(text);
  const large = widget.bubbles.nth(1);
  await expect(large).toHaveCSS('font-size', '31.995px');
  await expect(large).toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
  await expect(widget.bubbles.nth(2)).toHaveCSS('font-size', '15px');
});
