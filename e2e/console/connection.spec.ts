import { consoleOn, denyStorage, expect, test } from '../fixtures.ts';
import { openTalk, visitorWrites } from './visitors.ts';

test('what waits is an outline, and fills when the connection is back', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  const chat = consoleOn(page);
  await chat.goOffline();
  const fillOf = (words: string) =>
    chat.timeline
      .locator('[data-said]')
      .filter({ hasText: words })
      .evaluate((bubble) => getComputedStyle(bubble).backgroundColor);

  for (const words of ['One', 'Two', 'Three']) await chat.send(words);
  await expect(chat.composer).toHaveValue('');
  for (const words of ['One', 'Two', 'Three']) expect(await fillOf(words)).toBe('rgba(0, 0, 0, 0)');
  const last = chat.timeline.getByRole('listitem').filter({ hasText: 'Three' });
  await expect(last).toContainText('Waiting for connection');
  await page.context().setOffline(false);
  await expect(last).toContainText('Sent');
  await expect(page.getByText(/^You are offline\./)).toHaveCount(0);
  for (const words of ['One', 'Two', 'Three']) {
    expect(await fillOf(words)).not.toBe('rgba(0, 0, 0, 0)');
  }
  await page.reload();
  await expect(chat.timeline.locator('[data-own] [data-said]')).toHaveText(['One', 'Two', 'Three']);
});

test('acts pressed offline say that they wait, can be taken back, and are done with the connection', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  await consoleOn(page).goOffline();

  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(page.getByText('Waiting for connection: Resolve')).toBeVisible();
  await page.getByRole('button', { name: 'Unassigned' }).click();
  await page.getByRole('menuitem', { name: 'Helpdesk (you)' }).click();
  await expect(page.getByText('Waiting for connection: Assign to you, Resolve')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Assigned to You' })).toBeVisible();
  await page.getByRole('button', { name: 'Reopen' }).click();
  await expect(page.getByText('Waiting for connection: Assign to you, Reopen')).toBeVisible();

  await page.context().setOffline(false);
  await expect(page.getByText(/^Waiting for connection/)).toHaveCount(0);
  const timeline = consoleOn(page).timeline;
  await expect(timeline.getByText('You took this conversation')).toBeVisible();
  await expect(timeline.getByText(/^You (resolved|reopened) this/)).toHaveText([
    'You resolved this',
    'You reopened this',
  ]);
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
});

test('resolving and assigning are undone by one press or Ctrl-Z', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  await server.createAgent('agent', { name: 'Counter' });
  const page = await openTalk(browser, server, visitor);
  const toast = (sentence: string) => page.getByRole('group', { name: sentence, exact: true });
  const { composer, timeline } = consoleOn(page);

  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(toast('Resolved')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Ctrl Z undoes it' })).toHaveCount(1);
  await toast('Resolved').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
  await expect(timeline.getByText('You reopened this')).toBeVisible();
  await expect(toast('Resolved')).toHaveCount(0);

  await page.getByRole('button', { name: 'Unassigned' }).click();
  await page.getByRole('menuitem', { name: /Counter/ }).click();
  await expect(toast('Assigned to Counter')).toBeVisible();

  // In the field it undoes what was written there.
  await composer.fill('x');
  await composer.press('Control+z');
  await expect(toast('Assigned to Counter')).toBeVisible();
  await composer.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(timeline.getByText('You unassigned this')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Unassigned' })).toBeVisible();
});

test('a browser that keeps nothing says so where one writes', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  await denyStorage(page);
  await page.reload();
  await expect(page.getByText(/^This browser cannot keep/)).toBeVisible();
  await consoleOn(page).send('It is.');
  await expect(consoleOn(page).sent).toBeVisible();
});
