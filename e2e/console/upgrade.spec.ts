import type { Page } from '@playwright/test';
import { consoleOn, expect, test } from '../fixtures.ts';
import { openTalk, visitorWrites } from './visitors.ts';

/** The server is upgraded: what it sends from now on names other files, and the page's later parts are gone until it is reloaded. */
async function upgrade(page: Page): Promise<void> {
  let isReloaded = false;
  await page.route('**/console/', async (route) => {
    if (route.request().resourceType() === 'document') {
      isReloaded = true;
      return route.continue();
    }
    const now = await route.fetch();
    const body = (await now.text()).replaceAll(/index-[\w-]{8}\.js/g, 'index-upgraded.js');
    return route.fulfill({ response: now, body });
  });
  await page.route('**/console/assets/AgentsPage-*.js', (route) =>
    isReloaded ? route.continue() : route.fulfill({ status: 404 }),
  );
}

/** Pretends that the page has been open for a while. */
const openedLongAgo = () => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 3_600_000;
};

test('a page that misses a part after an upgrade reloads itself, and is where it was to go', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?');
  const page = await openTalk(browser, server, visitor);
  await page.evaluate(openedLongAgo);
  await upgrade(page);
  await page.getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('heading', { name: 'Agents', level: 1 })).toBeVisible();
});

test('one that was opened just now says that there is a new version, and leaves the rest in place', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?');
  const page = await openTalk(browser, server, visitor);
  await upgrade(page);
  await consoleOn(page).composer.fill('Half a sen');
  await page.getByRole('link', { name: 'Agents' }).click();
  const notice = page.getByRole('status').filter({ hasText: 'Alcove was updated.' });
  await expect(notice).toBeVisible();
  await expect(page.getByText('This page could not be shown.')).toBeVisible();

  await page.getByRole('link', { name: 'Inbox' }).click();
  await page.getByRole('link').filter({ hasText: 'Is it in stock?' }).click();
  await expect(consoleOn(page).composer).toHaveValue('Half a sen');
  await notice.getByRole('button', { name: 'Reload' }).click();
  await expect(notice).toHaveCount(0);
  await expect(consoleOn(page).composer).toHaveValue('Half a sen');
  await page.getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('heading', { name: 'Agents', level: 1 })).toBeVisible();
});
