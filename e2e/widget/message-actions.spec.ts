import { devices, type Page } from '@playwright/test';
import { expect, pageWithTag, test, widgetOn } from '../fixtures.ts';
import { connectAgent } from './answering-agent.ts';
import { violations } from './violations.ts';

/** What can be done with messages, by what the visitor sees. */
function actionsOn(page: Page) {
  const { panel } = widgetOn(page);
  const message = (text: string) => panel.getByRole('article').filter({ hasText: text });
  const menu = panel.getByRole('menu', { name: 'Message actions' });
  const item = (name: string) => menu.getByRole('menuitem', { name });
  const open = async (text: string) => {
    await message(text).hover();
    await message(text).getByRole('button', { name: 'Message actions' }).click();
    await menu.waitFor();
  };
  const choose = async (text: string, name: string) => {
    await open(text);
    await item(name).click();
  };
  return { message, menu, item, open, choose };
}

/** What an agent's client holds of the newest conversation, one line for each message. */
function linesOf(agent: Awaited<ReturnType<typeof connectAgent>>): string[] {
  const { client } = agent;
  const id = client.getState().views.all.conversationIds[0] ?? '';
  return client
    .timeline(id)
    .flatMap((item) => (item.kind === 'message' ? [item.content] : []))
    .map((content) => (content.kind === 'text' ? content.text : content.kind));
}

test.beforeEach(async ({ page, server, site }) => {
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  await widgetOn(page).open();
});

test("one's own message is edited in the composer; a draft is there again afterwards", async ({
  page,
  server,
}) => {
  const agent = await connectAgent(server);
  const widget = widgetOn(page);
  const { composer, panel, bubbles } = widget;
  const { choose, item, menu, message, open } = actionsOn(page);
  await widget.send('Do you sihp to Norway?');
  await agent.answer('Do we what?');

  await open('Do we what?');
  await expect(menu.getByRole('menuitem')).toHaveText(['Reply', 'Copy']);
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();

  await composer.fill('By the way');
  await choose('Do you sihp', 'Edit');
  await expect(panel.getByText('Edit your message')).toBeVisible();
  await expect(composer).toBeFocused();
  await expect(composer).toHaveValue('Do you sihp to Norway?');

  // Escape gives up what was begun; the panel stays.
  await page.keyboard.press('Escape');
  await expect(panel.getByText('Edit your message')).toBeHidden();
  await expect(composer).toHaveValue('By the way');
  await expect(panel).toBeVisible();

  await choose('Do you sihp', 'Edit');
  await composer.fill('Do you ship to Norway?');
  await panel.getByRole('button', { name: 'Save' }).click();
  await expect(bubbles.first()).toHaveText('Do you ship to Norway?  Edited');
  await expect(message('Do you ship').getByText('Edited')).toHaveAttribute(
    'title',
    /^Edited \d+:\d\d/,
  );
  await expect(composer).toHaveValue('By the way');
  await expect.poll(() => linesOf(agent)).toEqual(['Do you ship to Norway?', 'Do we what?']);

  await page.reload();
  await widget.open();
  await expect(bubbles.first()).toHaveText('Do you ship to Norway?  Edited');
  await expect(item('Edit')).toBeHidden();
  await agent.close();
});

test('an edit that the server refuses puts the old words back, and says so', async ({
  page,
  server,
}) => {
  const agent = await connectAgent(server);
  const widget = widgetOn(page);
  const { choose } = actionsOn(page);
  await widget.send('As it was');
  await agent.answer('Seen');
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((frame) => {
      const [, id = '', command] = /^42(?:\/visitor,)?(\d+)(.*)$/s.exec(String(frame)) ?? [];
      if (!command?.startsWith('["message.edit"')) return upstream.send(frame);
      const refusal = { ok: false, code: 'conflict', message: 'It is gone.', retryable: false };
      return socket.send(`43/visitor,${id}${JSON.stringify([refusal])}`);
    });
  });
  await page.reload();
  await widget.open();
  await choose('As it was', 'Edit');
  await widget.composer.fill('As it should be');
  await widget.composer.press('Enter');
  const problem = widget.panel.getByRole('alert');
  await expect(problem).toContainText('Your change was not saved, the message reads as before.');
  await expect(widget.bubbles.first()).toHaveText('As it was');
  await problem.getByRole('button', { name: 'Dismiss' }).click();
  await expect(problem).toBeEmpty();
  await agent.close();
});

test("one's own message is deleted by a second press, and leaves a line on both sides", async ({
  page,
  server,
}) => {
  const agent = await connectAgent(server);
  const widget = widgetOn(page);
  const { open, item, menu, message } = actionsOn(page);
  await widget.send('My card number is');
  await agent.answer('Please do not send it');

  await open('My card number');
  await item('Delete').click();
  await expect(widget.bubbles.first()).toHaveText('My card number is');
  await page.keyboard.press('Escape');
  // Asked again from the beginning.
  await open('My card number');
  await item('Delete').click();
  await item('Press again to delete').click();
  await expect(widget.bubbles).toHaveText(['Message deleted', 'Please do not send it']);
  await expect(menu).toBeHidden();
  await expect(message('Message deleted').getByRole('button')).toHaveCount(0);
  await expect.poll(() => linesOf(agent)).toEqual(['deleted', 'Please do not send it']);

  await page.reload();
  await widget.open();
  await expect(widget.bubbles).toHaveText(['Message deleted', 'Please do not send it']);
  await agent.close();
});

test('an answer shows what it answers, and leads there', async ({ page, server }) => {
  const agent = await connectAgent(server);
  const widget = widgetOn(page);
  const { choose, message } = actionsOn(page);
  await widget.send('One question');
  await agent.answer('Which size?');
  await agent.answer('And which colour?');

  await choose('Which size?', 'Reply');
  await expect(widget.panel.getByText('Reply to Helpdesk', { exact: true })).toBeVisible();
  await widget.panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(widget.panel.getByText('Reply to Helpdesk', { exact: true })).toBeHidden();
  await expect(widget.composer).toBeFocused();

  await choose('Which size?', 'Reply');
  await widget.send('Large');
  await expect(widget.panel.getByText('Reply to Helpdesk', { exact: true })).toBeHidden();
  const quote = message('Large').getByRole('button', { name: /^In reply to Helpdesk Which size/ });
  await expect(quote).toBeVisible();

  await agent.client.delete(
    await agent.conversation(),
    agent.client
      .timeline(await agent.conversation())
      .find((item) => item.kind === 'message' && textOf(item) === 'Which size?')?.seq ?? 0,
  );
  await expect(message('Large').getByRole('button').first()).toContainText('Message deleted');
  await agent.close();
});

test('the arrow keys walk through the messages, Enter opens what can be done', async ({
  page,
  server,
}) => {
  const agent = await connectAgent(server);
  const widget = widgetOn(page);
  const { menu, message } = actionsOn(page);
  await widget.send('First');
  await agent.answer('Second');
  await message('Second').waitFor();

  await page.keyboard.press('Shift+Tab');
  await expect(widget.panel.getByRole('log')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(message('Second')).toBeFocused();
  await expect(message('Second')).toHaveAccessibleName('Helpdesk: Second');
  await page.keyboard.press('ArrowUp');
  await expect(message('First')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(menu.getByRole('menuitem')).toHaveText(['Reply', 'Edit', 'Copy', 'Delete']);
  await expect(menu.getByRole('menuitem').first()).toBeFocused();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('ArrowUp');
  await expect(menu.getByRole('menuitem').last()).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('Escape');
  await expect(message('First')).toBeFocused();
  await page.keyboard.press('ContextMenu');
  await page.keyboard.press('Enter');
  await expect(widget.composer).toBeFocused();
  await widget.composer.pressSequentially('Third');
  await page.keyboard.press('Enter');
  await expect(widget.bubbles.last()).toContainText('Third');
  await expect(widget.sent).toBeVisible();

  // The quote comes first, and is a way to the messages, too.
  await page.keyboard.press('Shift+Tab');
  await expect(message('Third').getByRole('button', { name: /^In reply to/ })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(message('Second')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(widget.bubbles.last()).toHaveText('Message deleted');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
  await agent.close();
});

test('a message is copied', async ({ page, server, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const agent = await connectAgent(server);
  const widget = widgetOn(page);
  await widget.send('Where is it?');
  await agent.answer('The code is 4711');
  await actionsOn(page).choose('The code is', 'Copy');
  await expect(widget.panel.locator('[aria-live=polite]')).toHaveText('Copied.');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('The code is 4711');
  await agent.close();
});

test('on touch a long press opens what can be done, a scroll does not', async ({
  browser,
  server,
  site,
}) => {
  const agent = await connectAgent(server);
  const { defaultBrowserType: _, ...phone } = devices['Pixel 7'];
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  site.page('/', `<meta name="viewport" content="width=device-width">${pageWithTag(server)}`);
  await page.goto(site.url);
  const widget = widgetOn(page);
  const { menu, message, item } = actionsOn(page);
  await widget.launcher.tap();
  await widget.composer.fill('From a phone');
  await widget.panel.getByRole('button', { name: 'Send' }).tap();
  await agent.answer('Hello, phone');
  await expect(message('Hello, phone')).toBeVisible();

  const box = await message('From a phone').locator('.bubble').boundingBox();
  const [x, y] = [(box?.x ?? 0) + 20, (box?.y ?? 0) + 15];
  const session = await context.newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x, y: at }],
    });
  // The timer of the first press would have run out before the second one's does.
  await touch('touchStart', y);
  await touch('touchMove', y + 40);
  await touch('touchEnd', y);
  await expect(menu).toBeHidden();
  await touch('touchStart', y);
  await expect(menu).toBeVisible();
  await touch('touchEnd', y);
  await expect(item('Edit')).toBeVisible();
  await item('Edit').tap();
  await expect(widget.composer).toBeFocused();
  await context.close();
  await agent.close();
});

function textOf(item: { content: { kind: string } }): string {
  return 'text' in item.content ? String(item.content.text) : '';
}
