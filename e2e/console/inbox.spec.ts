import { startTestServer } from '@alcove/server/testing';
import { consoleOn, expect, openConsole, test } from '../fixtures.ts';
import { openTalk, visitorWrites } from './visitors.ts';

test('the inbox is live: new conversations, order, unread counts, views and the title', async ({
  browser,
  server,
}) => {
  const page = await openConsole(browser, server, await server.createAgent('owner'));
  await expect(page.getByText('Nobody has written yet.')).toBeVisible();
  await expect(page.getByLabel('The tag for your site')).toHaveText(
    `<script async src="${server.url}/w/${server.workspace.key}.js"></script>`,
  );

  const shopper = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const row = page.getByRole('listitem').filter({ hasText: 'Shopper' });
  await expect(row).toContainText('Is it in stock?');
  await expect(row).toContainText('1 unread message');
  await expect(page).toHaveTitle(/^\(1\) /);

  await visitorWrites(server, 'Where is my parcel?');
  await expect(page.getByRole('listitem')).toHaveCount(2);
  await expect(page.getByRole('listitem').first()).toContainText('Where is my parcel?');
  await shopper.write('Hello?');
  await expect(page.getByRole('listitem').first()).toContainText('Hello?');
  await expect(row).toContainText('2 unread messages');
  await expect(page.getByRole('link', { name: 'All 2' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Unassigned 2' })).toBeVisible();
});

test('the list holds still under the pointer', async ({ browser, server }) => {
  const page = await openConsole(browser, server, await server.createAgent('owner'));
  const shopper = await visitorWrites(server, 'First', { name: 'Shopper' });
  await visitorWrites(server, 'Second', { name: 'Buyer' });
  const rows = page.getByRole('listitem');
  await expect(rows.first()).toContainText('Buyer');

  await rows.nth(1).hover();
  await shopper.write('Are you there?');
  await expect(rows.nth(1)).toContainText('Are you there?');
  await expect(rows.first()).toContainText('Buyer');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(rows.first()).toContainText('Shopper');
});

test('reading clears the count, answering takes it, resolving and reopening move it', async ({
  browser,
  server,
}) => {
  const page = await openConsole(browser, server, await server.createAgent('owner'));
  const chat = consoleOn(page);
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  await chat.row('Is it in stock?').click();
  await expect(chat.timeline.getByText('Is it in stock?')).toBeVisible();
  await expect(page.getByText('1 unread message')).toHaveCount(0);

  await expect(page.getByRole('button', { name: 'Unassigned' })).toBeVisible();
  await chat.send('It is.');
  await expect(chat.timeline.getByText('It is.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Assigned to You' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Mine 1' })).toBeVisible();

  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(chat.timeline.getByText('You resolved this')).toBeVisible();
  await expect(page.getByText(/leaves it resolved/)).toBeVisible();
  await page.getByRole('link', { name: 'Resolved' }).click();
  await chat.row('It is.').click();
  await page.getByRole('button', { name: 'Reopen' }).click();
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
  await expect(page.getByText('Nothing is resolved yet.')).toBeVisible();

  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
  await visitor.write('One more thing');
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
});

test('every open conversation keeps its draft, also over a reload', async ({ browser, server }) => {
  const page = await openConsole(browser, server, await server.createAgent('owner'));
  const chat = consoleOn(page);
  await visitorWrites(server, 'I am Shopper', { name: 'Shopper' });
  await visitorWrites(server, 'I am Buyer', { name: 'Buyer' });
  // Under the pointer the list holds still: whoever came later would not be shown.
  await expect(page.getByRole('listitem')).toHaveCount(2);

  await chat.row('I am Shopper').click();
  await chat.composer.fill('Dear Shopper,');
  await chat.row('I am Buyer').click();
  await expect(page.getByRole('textbox', { name: 'Reply to Buyer' })).toHaveValue('');
  await chat.composer.fill('Dear Buyer,');

  const tabs = page.getByRole('navigation', { name: 'Open conversations' });
  await expect(tabs.getByRole('link')).toHaveCount(2);
  await tabs.getByRole('link', { name: /Shopper/ }).click();
  await expect(chat.composer).toHaveValue('Dear Shopper,');

  await page.reload();
  await expect(chat.composer).toHaveValue('Dear Shopper,');
  await tabs.getByRole('link', { name: /Buyer/ }).click();
  await expect(chat.composer).toHaveValue('Dear Buyer,');

  await page.getByRole('button', { name: 'Close Buyer' }).click();
  await expect(page.getByRole('textbox', { name: 'Reply to Shopper' })).toBeVisible();
});

test('a draft written in one tab is not dropped by another', async ({ browser, server }) => {
  await visitorWrites(server, 'I am Shopper', { name: 'Shopper' });
  await visitorWrites(server, 'I am Buyer', { name: 'Buyer' });
  const page = await openConsole(browser, server, await server.createAgent('owner'));
  const other = await page.context().newPage();
  await other.goto(`${server.url}/console/`);
  await consoleOn(other).row('I am Buyer').click();
  await expect(consoleOn(other).composer).toBeVisible();

  await consoleOn(page).row('I am Shopper').click();
  await consoleOn(page).composer.fill('Dear Shopper,');
  await consoleOn(other).composer.fill('Dear Buyer,');
  await page.reload();
  await expect(consoleOn(page).composer).toHaveValue('Dear Shopper,');
});

test('a conversation in no loaded view opens by its address', async ({ browser, server }) => {
  const agent = await server.createAgent('owner');
  const { conversationId } = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openConsole(browser, server, agent, `#/inbox/resolved/${conversationId}`);
  await expect(page.getByRole('heading', { name: 'Shopper' }).first()).toBeVisible();
  await expect(consoleOn(page).timeline.getByText('Is it in stock?')).toBeVisible();

  await page.goto(`${server.url}/console/#/inbox/all/cv_none`);
  await expect(page.getByRole('main')).toContainText(/not|no /i);
  await page.getByRole('link', { name: 'Resolved' }).click();
  await expect(page.getByText('Choose a conversation.')).toBeVisible();
  await expect(
    page.getByRole('navigation', { name: 'Open conversations' }).getByRole('link'),
  ).toHaveCount(1);
});

test('a conversation opens where the unread begin', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'First', { name: 'Shopper' });
  // More than a screen, fewer than a visitor may send in a burst.
  for (let number = 2; number <= 8; number++) await visitor.write(`Line\n${number}\n`.repeat(4));
  const page = await openTalk(browser, server, visitor);
  await expect(page.getByText('New', { exact: true })).toBeInViewport();
  await expect(page.getByText('First', { exact: true })).toBeInViewport();
  await page.getByRole('button', { name: '8 new messages' }).click();
  await expect(page.getByRole('link', { name: /unread message/ })).toHaveCount(0);
});

test('a long talk loads as one scrolls up, keeps its place, and marks what is new', async ({
  browser,
}) => {
  const often = { points: 1_000, durationMs: 1_000 };
  const server = await startTestServer({ limits: { visitorSends: often, visitorCommands: often } });
  try {
    const visitor = await visitorWrites(server, 'Message 1', { name: 'Shopper' });
    // More than one page of history.
    for (let number = 2; number <= 260; number++) await visitor.write(`Message ${number}`);
    const page = await openTalk(browser, server, visitor);
    const chat = consoleOn(page);
    const message = (number: number) =>
      chat.timeline.getByText(`Message ${number}`, { exact: true });

    await test.step('it opens where the unread begin, as far as they are loaded', async () => {
      await expect(message(211)).toBeInViewport();
      await page.getByRole('button', { name: '99+ new messages' }).click();
      await expect(message(260)).toBeInViewport();
      await expect(page.getByRole('link', { name: /unread message/ })).toHaveCount(0);
    });

    await test.step('scrolling up reaches the first message with a bounded page', async () => {
      await chat.timeline.hover();
      await expect(async () => {
        await page.mouse.wheel(0, -5_000);
        await expect(message(1)).toBeInViewport({ timeout: 100 });
      }).toPass();
      // The mark is above all that was unread, not above what the first page held of it.
      await expect(chat.timeline.getByText('New', { exact: true })).toBeInViewport();
      await expect(message(260)).toHaveCount(0);
      expect(await chat.timeline.getByRole('listitem').count()).toBeLessThanOrEqual(241);
    });

    await test.step('what arrives moves nothing, is announced, and one jump away', async () => {
      await page.mouse.wheel(0, 1_000);
      await expect(message(1)).not.toBeInViewport();
      const place = await message(30).boundingBox();
      await visitor.write('Something new');
      await expect(page.getByRole('button', { name: '1 new message' })).toBeVisible();
      await expect(
        page.getByRole('status').filter({ hasText: 'Shopper: Something new' }),
      ).toHaveCount(1);
      expect(await message(30).boundingBox()).toEqual(place);
      await page.getByRole('button', { name: '1 new message' }).click();
      await expect(chat.timeline.getByText('Something new')).toBeInViewport();
      await expect(chat.timeline.getByText('New', { exact: true })).toBeVisible();
    });
  } finally {
    await server.close();
  }
});
