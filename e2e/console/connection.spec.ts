import { consoleOn, expect, openConsole, test } from '../fixtures.ts';
import { visitorWrites } from './visitors.ts';

test('what waits is an outline, and fills when the connection is back', async ({
  browser,
  server,
}) => {
  const { conversationId } = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const agent = await server.createAgent('owner', { name: 'Helpdesk' });
  const page = await openConsole(browser, server, agent, `#/inbox/all/${conversationId}`);
  const chat = consoleOn(page);
  await expect(chat.composer).toBeVisible();
  await page.context().setOffline(true);
  await expect(page.getByText(/^You are offline\./)).toBeVisible();
  const fillOf = (words: string) =>
    chat.timeline
      .locator('[data-said]')
      .filter({ hasText: words })
      .evaluate((bubble) => getComputedStyle(bubble).backgroundColor);

  for (const words of ['One', 'Two', 'Three']) await chat.send(words);
  for (const words of ['One', 'Two', 'Three']) expect(await fillOf(words)).toBe('rgba(0, 0, 0, 0)');
  await page.context().setOffline(false);
  await expect(chat.timeline.getByRole('button', { name: 'Sent' })).toBeVisible();
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
  const { conversationId } = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const agent = await server.createAgent('owner', { name: 'Helpdesk' });
  const page = await openConsole(browser, server, agent, `#/inbox/all/${conversationId}`);
  await expect(consoleOn(page).composer).toBeVisible();
  await page.context().setOffline(true);
  await expect(page.getByText(/^You are offline\./)).toBeVisible();

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
  const { conversationId } = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const agent = await server.createAgent('owner', { name: 'Helpdesk' });
  await server.createAgent('agent', { name: 'Counter' });
  const page = await openConsole(browser, server, agent, `#/inbox/all/${conversationId}`);
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
  const { conversationId } = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const agent = await server.createAgent('owner', { name: 'Helpdesk' });
  const page = await openConsole(browser, server, agent, `#/inbox/all/${conversationId}`);
  await page.addInitScript(() => {
    for (const name of ['indexedDB', 'localStorage'] as const) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    }
  });
  await page.reload();
  await expect(page.getByText(/^This browser cannot keep/)).toBeVisible();
  await consoleOn(page).send('It is.');
  await expect(
    consoleOn(page).timeline.getByRole('button', { name: /^(Sent|Delivered|Read)/ }),
  ).toBeVisible();
});
