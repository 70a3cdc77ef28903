import { consoleOn, expect, openConsole, openWidget, test } from '../fixtures.ts';
import { openTalk, visitorWrites } from './visitors.ts';

const TIME = /\d{1,2}:\d{2}:\d{2}/;

test('a message’s state opens its story, which goes on while it is open', async ({
  page: shop,
  browser,
  server,
  site,
}) => {
  const widget = await openWidget(shop, server, site);
  await widget.send('Do you ship to Norway?');
  await expect(widget.sent).toBeVisible();
  await shop.goto('about:blank');

  const agent = await server.createAgent('owner', { name: 'Helpdesk' });
  const page = await openConsole(browser, server, agent);
  const chat = consoleOn(page);
  await chat.row('Do you ship to Norway?').click();
  await chat.send('We do.');
  const state = chat.timeline.getByRole('button', { name: 'Sent' });
  await state.click();
  const story = page.getByRole('dialog', { name: 'Delivery' });
  await expect(story.getByText('by the author’s clock')).toBeVisible();
  await expect(row(story, 'Written')).toContainText(TIME);
  await expect(row(story, 'Stored')).toContainText(TIME);
  await expect(row(story, 'Stored')).toContainText('#2');
  await expect(row(story, 'Delivered')).toContainText('Not yet');
  await expect(row(story, 'Read')).toContainText('Not yet');

  await shop.goto(site.url);
  await widget.open();
  await expect(widget.bubbles.last()).toContainText('We do.');
  await expect(row(story, 'Delivered')).toContainText(TIME);
  await expect(row(story, 'Read')).toContainText(TIME);

  await page.keyboard.press('Escape');
  await expect(story).toHaveCount(0);
  await expect(chat.timeline.getByRole('button', { name: /^Read/ })).toBeFocused();
});

test('the time of a visitor’s message tells who of the team has received and read it', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  await page.setViewportSize({ width: 390, height: 844 });
  const chat = consoleOn(page);
  const time = chat.timeline.getByRole('button').filter({ has: page.locator('time') });
  await time.click();
  const story = page.getByRole('dialog', { name: 'Delivery' });
  await expect(story.getByRole('heading', { name: 'Helpdesk (you)' })).toBeVisible();
  await expect(row(story, 'Read')).toContainText(TIME);
  // From the foot of a phone, all of its width.
  expect((await story.boundingBox())?.width).toBe(390);
  await story.getByRole('button', { name: 'Close' }).click();
  await expect(story).toHaveCount(0);
  await expect(time).toBeFocused();
});

test('without a connection the story tells what is known here, and asks for the rest again', async ({
  browser,
  server,
}) => {
  const visitor = await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  const page = await openTalk(browser, server, visitor);
  const chat = consoleOn(page);
  await page.waitForLoadState('networkidle');
  await chat.goOffline();
  await chat.send('It is.');
  await chat.timeline.getByRole('button', { name: 'Waiting for connection' }).click();
  const story = page.getByRole('dialog', { name: 'Delivery' });
  await expect(row(story, 'Written')).toContainText(TIME);
  await expect(row(story, 'Stored')).toContainText('Not yet');
  await page.context().setOffline(false);
  await expect(row(story, 'Stored')).toContainText(TIME);
  await expect(row(story, 'Delivered')).toContainText('Not yet');
});

function row(story: ReturnType<typeof consoleOn>['timeline'], name: string) {
  return story.locator('dl > div').filter({ has: story.page().locator('dt', { hasText: name }) });
}
