import { startTestServer } from '@alcove/server/testing';
import type { Locator, Page } from '@playwright/test';
import { consoleOn, expect, openConsole, openWidget, test } from '../fixtures.ts';
import { openTalk, visitorWrites } from './visitors.ts';

test('an agent gives a message other words, with the draft kept aside', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  const colleague = await openTalk(browser, server, visitor, 'Counter');
  const chat = consoleOn(page);
  await chat.send('It is not.');
  const line = said(page, 'It is not.');
  await expect(line).toBeVisible();
  await chat.composer.fill('Half a sen');

  await line.hover();
  await line.getByRole('button', { name: 'Edit' }).click();
  const field = page.getByRole('textbox', { name: 'Edit your message to Shopper' });
  await expect(field).toHaveValue('It is not.');
  await expect(field).toBeFocused();
  await expect(page.getByText('Editing your message')).toBeVisible();

  await test.step('Escape leaves the message and brings the draft back', async () => {
    await field.fill('It may be.');
    await page.keyboard.press('Escape');
    await expect(chat.composer).toHaveValue('Half a sen');
    await expect(said(page, 'It is not.')).toBeVisible();
  });

  await test.step('an edit outlives a reload, and so does the draft under it', async () => {
    await line.hover();
    await line.getByRole('button', { name: 'Edit' }).click();
    await field.fill('It is, in all sizes.');
    await page.reload();
    await expect(field).toHaveValue('It is, in all sizes.');
  });

  await test.step('saved, it shows everywhere with the time of the edit', async () => {
    await field.press('Enter');
    await expect(chat.composer).toHaveValue('Half a sen');
    for (const each of [page, colleague]) {
      await expect(said(each, 'It is, in all sizes.')).toContainText(/Edited \d/);
      await expect(said(each, 'It is not.')).toHaveCount(0);
    }
    await expect(consoleOn(page).row('You: It is, in all sizes.')).toBeVisible();
    await expect(consoleOn(colleague).row('Helpdesk: It is, in all sizes.')).toBeVisible();
  });

  await test.step('a colleague may answer it, but neither edit nor delete it', async () => {
    const theirs = said(colleague, 'It is, in all sizes.');
    await theirs.hover();
    await expect(theirs.getByRole('button', { name: 'Reply' })).toBeVisible();
    await expect(theirs.getByRole('button', { name: 'Edit' })).toHaveCount(0);
    await expect(theirs.getByRole('button', { name: 'Delete' })).toHaveCount(0);
  });
});

test('a deleted message leaves its place, in every list', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  const colleague = await openTalk(browser, server, visitor, 'Counter');
  await consoleOn(page).send('For somebody else');
  const line = said(page, 'For somebody else');
  await expect(said(colleague, 'For somebody else')).toBeVisible();
  await line.hover();
  await line.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete this message?' });
  await expect(dialog).toContainText('For somebody else');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(line).toBeVisible();

  await line.hover();
  await line.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  for (const each of [page, colleague]) {
    await expect(said(each, 'Message deleted')).toBeVisible();
    await expect(each.getByText('For somebody else')).toHaveCount(0);
    await expect(consoleOn(each).row('Message deleted')).toBeVisible();
  }
  await page.reload();
  await expect(said(page, 'Message deleted')).toBeVisible();
  await said(page, 'Message deleted').hover();
  await expect(page.getByRole('toolbar').getByRole('button')).toHaveCount(1);
});

test('a change that the server refuses is told, and the words come back', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  const chat = consoleOn(page);
  await chat.send('It is.');
  await expect(chat.sent).toBeVisible();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect(said(other, 'It is.')).toBeVisible();

  await chat.goOffline();
  await chat.composer.press('ArrowUp');
  await page.keyboard.type(' Really.');
  await page.keyboard.press('Enter');
  // It shows at once, and says that it waits.
  await expect(said(page, 'It is. Really.')).toContainText('Waiting for connection');
  await said(other, 'It is.').hover();
  await said(other, 'It is.').getByRole('button', { name: 'Delete' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(said(other, 'Message deleted')).toBeVisible();
  await page.context().setOffline(false);

  await expect(said(page, 'Message deleted')).toBeVisible();
});

test('an agent answers one message; the quote leads to it', async ({
  page: shop,
  browser,
  server,
  site,
}) => {
  const widget = await openWidget(shop, server, site);
  await widget.send('Do you ship to Norway?');
  await widget.send('And is it in stock?');
  await expect(widget.sent).toBeVisible();

  const page = await openConsole(browser, server, await server.createAgent('owner'));
  const chat = consoleOn(page);
  await chat.row('And is it in stock?').click();
  const asked = said(page, 'Do you ship to Norway?');
  await asked.hover();
  await asked.getByRole('button', { name: 'Reply' }).click();
  await expect(chat.composer).toBeFocused();
  await expect(page.getByText(/^Replying to /)).toBeVisible();
  await page.keyboard.type('We do.');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Replying to /)).toHaveCount(0);

  const answer = said(page, 'We do.');
  const quote = answer.getByRole('button', { name: /^In reply to .*Norway/ });
  await expect(quote).toContainText('Do you ship to Norway?');
  await expect(widget.bubbles.last()).toContainText('Do you ship to Norway?');
  await quote.click();
  await expect(asked).toBeFocused();
});

test('a quote leads to a message far up, through pages that are not loaded yet', async ({
  browser,
}) => {
  const often = { points: 1_000, durationMs: 1_000 };
  const server = await startTestServer({ limits: { visitorSends: often, visitorCommands: often } });
  try {
    const visitor = await visitorWrites(server, 'Message 1', { name: 'Shopper' });
    const page = await openTalk(browser, server, visitor);
    const first = said(page, 'Message 1');
    await first.hover();
    await first.getByRole('button', { name: 'Reply' }).click();
    // More than two pages of history between the answer and what it answers.
    for (let number = 2; number <= 140; number++) await visitor.write(`Message ${number}`);
    await page.keyboard.type('To the first');
    await page.keyboard.press('Enter');
    await expect(said(page, 'To the first')).toBeVisible();

    await page.reload();
    const answer = said(page, 'To the first');
    await expect(answer).toBeInViewport();
    await expect(page.getByText('Message 1', { exact: true })).toHaveCount(0);
    await answer.getByRole('button', { name: 'In reply to An earlier message' }).click();
    await expect(first).toBeInViewport();
    await expect(first).toBeFocused();
  } finally {
    await server.close();
  }
});

test('everything a message offers is reached by keys', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'First', { name: 'Shopper' });
  await visitor.write('Second');
  const page = await openTalk(browser, server, visitor);
  const chat = consoleOn(page);
  await chat.send('Third');
  await expect(chat.sent).toBeVisible();

  await test.step('the arrow up in the empty field edits the last one; Escape and again leaves', async () => {
    await page.keyboard.press('ArrowUp');
    await expect(page.getByRole('textbox', { name: /^Edit your message/ })).toHaveValue('Third');
    await page.keyboard.press('Escape');
    await expect(chat.composer).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(chat.composer).not.toBeFocused();
  });

  await test.step('arrows walk, r answers the one in focus, e edits it', async () => {
    await chat.timeline.focus();
    await page.keyboard.press('ArrowUp');
    await expect(said(page, 'Third')).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await expect(said(page, 'Second')).toBeFocused();
    await page.keyboard.press('r');
    await expect(page.getByText('Replying to Shopper')).toBeVisible();
    await page.keyboard.press('Escape');

    await said(page, 'Third').focus();
    await page.keyboard.press('e');
    await page.keyboard.type(' time');
    await page.keyboard.press('Enter');
    await expect(said(page, 'Third time')).toContainText(/Edited/);
    await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
  });

  await test.step('the tab key leads from a message to its tools', async () => {
    await said(page, 'Third time').focus();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Reply' })).toBeFocused();
  });

  await test.step('on a visitor’s message e means what it means elsewhere, and the sheet tells all', async () => {
    await said(page, 'First').focus();
    await page.keyboard.press('e');
    await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toContainText('Edit the one in focus');
  });
});

test('a message is copied as it was written', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'order 4711', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await said(page, 'order 4711').hover();
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toHaveCount(1);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('order 4711');
});

/** A message of the timeline by its whole words. It is named by who said it and what, without what it quotes. */
function said(page: Page, words: string): Locator {
  const whole = words.replace(/[?.]/g, String.raw`\$&`);
  return consoleOn(page).timeline.getByRole('group', { name: new RegExp(` ${whole}$`) });
}
