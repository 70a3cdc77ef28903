import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { consoleOn, expect, openConsole, test } from '../fixtures.ts';
import { openTalk, visitorWrites } from './visitors.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page is accessible and keeps its content policy, ${colorScheme}`, async ({
    browser,
    server,
  }) => {
    test.slow();
    let complaints: string[] = [];
    const agent = await server.createAgent('owner', { name: 'Helpdesk' });
    await server.createAgent('agent', { name: 'Counter' });
    const page = await openConsole(browser, server, agent);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });

    await page.reload();
    await expect(page.getByText('Nobody has written yet.')).toBeVisible();
    await expectAccessible(page, 'an inbox never used');

    const { conversationId } = await visitorWrites(server, 'Is it in stock?', {
      email: 'shopper@shop.example',
      page: { url: 'https://shop.example/jackets', title: 'Jackets' },
    });
    await visitorWrites(server, 'مرحبا');
    const chat = consoleOn(page);
    await chat.row('Is it in stock?').click();
    await chat.send('It is.');
    await expect(chat.timeline.getByText('It is.')).toBeVisible();
    await expectAccessible(page, 'a conversation');

    const mine = chat.timeline.getByRole('group', { name: /It is\.$/ });
    await mine.hover();
    await expect(page.getByRole('toolbar')).toBeVisible();
    await expectAccessible(page, 'what a message offers');
    await mine.getByRole('button', { name: 'Reply' }).click();
    await expectAccessible(page, 'a reply');
    await chat.send('Quoted');
    // Only what is stored can be edited: before, the arrow leads to the message above.
    await expect(chat.timeline.getByRole('group', { name: /Quoted$/ })).toBeVisible();
    await expect(chat.sent).toBeVisible();
    await chat.composer.press('ArrowUp');
    await expect(page.getByText('Editing your message')).toBeVisible();
    await expectAccessible(page, 'an edit');
    await page.keyboard.type(' indeed');
    await page.keyboard.press('Enter');
    await chat.sent.click();
    await expect(page.getByRole('dialog').getByText('Delivered')).toBeVisible();
    await expectAccessible(page, 'the story of a message');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await mine.hover();
    await mine.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'the question before a message is deleted');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(chat.timeline.getByRole('group', { name: /Message deleted$/ })).toBeVisible();
    await expectAccessible(page, 'a deleted message');

    await chat.composer.focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('a');
    await expect(page.getByRole('menuitem', { name: 'Nobody' })).toBeVisible();
    await expectAccessible(page, 'the menu of colleagues');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Jackets/ }).click();
    await expectAccessible(page, 'the question before leaving');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Resolve' }).click();
    await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
    await expect(page.getByRole('group', { name: 'Resolved' })).toBeVisible();
    await expectAccessible(page, 'a resolved conversation and the way back');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'the shortcuts');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Account/ }).click();
    await expectAccessible(page, 'the account menu');
    await page.keyboard.press('Escape');

    await page.goto(`${server.url}/console/#/settings/notifications`);
    await expect(page.getByRole('switch', { name: 'Sound' })).toBeVisible();
    await expectAccessible(page, 'the notifications');
    await page.getByRole('link', { name: 'Agents' }).click();
    await page.getByRole('button', { name: 'Create link' }).click();
    await expect(page.getByLabel('Invitation link')).toBeVisible();
    await expectAccessible(page, 'the agents');
    const link = await page.getByLabel('Invitation link').inputValue();
    await page.goto(link);
    await expect(page.getByLabel('Your name')).toBeVisible();
    await expectAccessible(page, 'joining');

    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server.url}/console/#/inbox/all/${conversationId}`);
    await expect(chat.composer).toBeVisible();
    await expectAccessible(page, 'a conversation on a phone');
    await chat.goOffline();
    await chat.send('Later');
    await page.getByRole('button', { name: 'Reopen' }).click();
    await expect(page.getByText('Waiting for connection: Reopen')).toBeVisible();
    await expectAccessible(page, 'what waits, on a phone');
    await page.context().setOffline(false);
    await expect(page.getByText(/^You are offline\./)).toHaveCount(0);
    complaints = complaints.filter((complaint) => !complaint.includes('WebSocket connection'));

    await page.getByRole('link', { name: 'Back to the inbox' }).click();
    await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
    await expectAccessible(page, 'the inbox on a phone');

    expect(complaints).toEqual([]);
    await page.context().clearCookies();
    await page.goto('about:blank');
    await page.goto(`${server.url}/console/`);
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectAccessible(page, 'signing in');
  });
}

test('on a phone there is one column, with a way back', async ({ browser, server }) => {
  await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openConsole(browser, server, await server.createAgent('owner'));
  await page.setViewportSize({ width: 390, height: 844 });
  const chat = consoleOn(page);
  await chat.row('Is it in stock?').click();
  await expect(chat.composer).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Show contact' }).click();
  await expect(page.getByRole('complementary', { name: 'Contact' })).toBeVisible();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByRole('link', { name: 'Back to the inbox' }).click();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await expect(chat.composer).toHaveCount(0);
  const { scrollWidth } = await page.evaluate(() => ({
    scrollWidth: document.documentElement.scrollWidth,
  }));
  expect(scrollWidth).toBe(390);
});

test('in a right-to-left page the contact opens where lines end', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'مرحبا');
  const page = await openTalk(browser, server, visitor);
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  await page.getByRole('button', { name: 'Show contact' }).click();
  const contact = page.getByRole('complementary', { name: 'Contact' });
  await expect(async () => expect((await contact.boundingBox())?.x).toBe(0)).toPass();
});

test('a page that a visitor names is shown with its whole host, and opened only when asked', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Look', {
    page: { url: 'https://shop.example@evil.example/login', title: 'Your bank' },
  });
  const page = await openTalk(browser, server, visitor);
  await page.getByRole('button', { name: /^Your bank/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('evil.example');
  const leave = dialog.getByRole('link', { name: 'Open page' });
  await expect(leave).toHaveAttribute('href', 'https://evil.example/login');
  await expect(leave).toHaveAttribute('rel', 'noopener noreferrer nofollow');
});

async function expectAccessible(page: Page, what: string): Promise<void> {
  // Only what is being looked at: a menu hides the page behind it, and fades are over.
  await page.waitForFunction(() =>
    document.getAnimations().every((each) => each.playState !== 'running'),
  );
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    // Menus and dialogs lie in front of the page, outside of its landmarks.
    .disableRules(['region'])
    .analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`,
  );
  expect(found, what).toEqual([]);
}
