import type { Page } from '@playwright/test';
import { expect, openWidget, test, widgetOn } from '../fixtures.ts';

/** The page was opened before an upgrade: the app it gets names chunks that the server has no more. */
async function servedBefore(page: Page): Promise<void> {
  await page.route('**/widget/app.js', async (route) => {
    const now = await route.fetch();
    const body = (await now.text()).replaceAll(/-[a-z0-9]{8}\.js/g, '-00000000.js');
    await route.fulfill({ response: now, body });
  });
}

test('a chat that was opened before an upgrade goes over to the new version with what is being typed', async ({
  page,
  server,
  site,
}) => {
  await servedBefore(page);
  const apps: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/app.js')) apps.push(new URL(request.url()).pathname);
  });
  const widget = await openWidget(page, server, site);
  await widget.send('First words');
  await widget.composer.fill('And one thing m');
  // What can be done with a message comes with a later part.
  await widget.panel.getByRole('article').waitFor();
  expect(apps).toEqual(['/widget/app.js', '/widget/again/app.js']);
  await expect(widget.composer).toHaveValue('And one thing m');
  await expect(widget.composer).toBeFocused();
  await page.keyboard.type('ore');
  await page.keyboard.press('Enter');
  await expect(widget.bubbles).toHaveText(['First words', 'And one thing more']);
  await expect(widget.sent).toBeVisible();
  // There is one chat, and nothing of the one before is left.
  await expect(widget.panel).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(widget.panel).toBeHidden();
  await expect(widget.launcher).toBeFocused();
});

test('closed, it goes over closed, and takes no focus from the page', async ({
  page,
  server,
  site,
}) => {
  const widget = await openWidget(page, server, site);
  await widget.send('Asked yesterday');
  await expect(widget.sent).toBeVisible();
  await servedBefore(page);
  site.page(
    '/search',
    `<!doctype html><title>A shop</title><input autofocus aria-label="Search">
     <script async src="${server.url}/w/${server.workspace.key}.js"></script>`,
  );
  // The new version is on its way as soon as the page is idle: this browser has a conversation.
  const renewed = page.waitForRequest('**/widget/again/app.js');
  await page.goto(`${site.url}/search`);
  await renewed;
  await widget.launcher.and(page.locator('[aria-expanded="false"]')).waitFor();
  await page.locator('alcove-chat').getByTitle('Mute sound').waitFor({ state: 'attached' });
  await expect(page.getByLabel('Search')).toBeFocused();
  await expect(widgetOn(page).panel).toBeHidden();
  await widgetOn(page).open();
  await expect(widget.bubbles).toHaveText(['Asked yesterday']);
});
