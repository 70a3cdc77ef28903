import type { Page } from '@playwright/test';
import { consoleOn, expect, openConsole, test } from '../fixtures.ts';
import { type Visitor, visitorWrites } from './visitors.ts';

declare global {
  interface Window {
    /** Notes that were played, and notices that were shown. */
    heard: { notes: number; notices: Notification[]; asked: number };
    setHidden(isHidden: boolean): void;
  }
}

test('a new message sounds once over all tabs, and only one title counts it', async ({
  browser,
  server,
}) => {
  const [page, other] = await twoTabs(browser, server);
  await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  for (const tab of [page, other]) {
    await expect(consoleOn(tab).row('Is it in stock?')).toBeVisible();
  }
  await expect.poll(() => notes([page, other])).toBe(2);
  await expect
    .poll(async () => (await titles([page, other])).filter((title) => title.startsWith('(1) ')))
    .toHaveLength(1);
});

test('the conversation that one looks at makes no sound, in whichever tab it is open', async ({
  browser,
  server,
}) => {
  const shopper = await visitorWrites(server, 'I am Shopper', { name: 'Shopper' });
  const jonas = await visitorWrites(server, 'I am Jonas', { name: 'Jonas' });
  const [page, other] = await twoTabs(browser, server);
  await consoleOn(page).row('I am Shopper').click();
  await consoleOn(other).row('I am Jonas').click();
  for (const tab of [page, other]) await expect(consoleOn(tab).composer).toBeVisible();
  await settled(page, shopper, 'Nobody is heard');
  await settled(other, jonas, 'Nor is Jonas');
  expect(await notes([page, other])).toBe(0);

  await page.evaluate(() => window.setHidden(true));
  await other.evaluate(() => window.setHidden(true));
  await shopper.write('Are you there?');
  await expect.poll(() => notes([page, other])).toBe(2);
});

test('one press mutes every tab, and it is remembered', async ({ browser, server }) => {
  const [page, other] = await twoTabs(browser, server);
  await page.getByRole('button', { name: 'Mute sounds' }).click();
  await expect(other.getByRole('button', { name: 'Mute sounds', pressed: true })).toBeVisible();
  await visitorWrites(server, 'Is it in stock?', { name: 'Shopper' });
  await expect(consoleOn(page).row('Is it in stock?')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Mute sounds', pressed: true })).toBeVisible();
  expect(await notes([page, other])).toBe(0);
});

test('notifications are asked for by a press only, shown while hidden, and lead to the conversation', async ({
  browser,
  server,
}) => {
  const shopper = await visitorWrites(server, 'I am Shopper', { name: 'Shopper' });
  const [page] = await twoTabs(browser, server, 1);
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Notifications' }).click();
  await expect(page.getByRole('heading', { name: 'Notifications', level: 1 })).toBeVisible();
  expect(await page.evaluate(() => window.heard.asked)).toBe(0);
  await page.getByRole('button', { name: 'Allow notifications' }).click();
  await expect(page.getByRole('switch', { name: 'Desktop notifications' })).toBeChecked();
  expect(await page.evaluate(() => window.heard.asked)).toBe(1);

  await page.getByRole('link', { name: 'Inbox' }).click();
  await shopper.write('While you look');
  await expect(consoleOn(page).row('While you look')).toBeVisible();
  await expect.poll(() => notes([page])).toBe(2);
  await page.evaluate(() => window.setHidden(true));
  await shopper.write('While you do not');
  await expect
    .poll(() =>
      page.evaluate(() => window.heard.notices.map(({ title, body }) => `${title}: ${body}`)),
    )
    .toEqual(['Shopper: While you do not']);

  await page.evaluate(() => {
    window.setHidden(false);
    window.heard.notices[0]?.onclick?.(new Event('click'));
  });
  await expect(page.getByRole('textbox', { name: 'Reply to Shopper' })).toBeVisible();

  await test.step('switched off, none is shown', async () => {
    await page.goto(`${server.url}/console/#/settings/notifications`);
    await page.getByRole('switch', { name: 'Desktop notifications' }).click();
    await page.getByRole('link', { name: 'Inbox' }).click();
    await page.evaluate(() => window.setHidden(true));
    const before = await page.evaluate(() => window.heard.notices.length);
    await shopper.write('Switched off');
    await expect(consoleOn(page).row('Switched off')).toBeVisible();
    expect(await page.evaluate(() => window.heard.notices.length)).toBe(before);
  });
});

/** Tabs of one agent in one browser, with ears: real sound is counted, notices are caught. */
async function twoTabs(
  browser: Parameters<typeof openConsole>[0],
  server: Parameters<typeof visitorWrites>[0],
  count: 1 | 2 = 2,
): Promise<[Page, Page]> {
  const agent = await server.createAgent('owner', { name: 'Helpdesk' });
  const page = await openConsole(browser, server, agent);
  await page.context().addInitScript(listen);
  const other = count === 2 ? await page.context().newPage() : page;
  for (const tab of new Set([page, other])) {
    await tab.goto('about:blank');
    await tab.goto(`${server.url}/console/`);
    await expect(tab.getByRole('heading', { name: 'Inbox' })).toBeVisible();
    // Browsers let a page sound only once somebody has used it.
    await tab.getByRole('heading', { name: 'Inbox' }).click();
  }
  return [page, other];
}

/** Runs in the page, before anything else does. */
function listen(): void {
  window.heard = { notes: 0, notices: [], asked: 0 };
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (when) {
    window.heard.notes++;
    start.call(this, when);
  };

  let permission: NotificationPermission = 'default';
  class FakeNotification {
    onclick = null;
    readonly title: string;
    readonly body: string | undefined;
    constructor(title: string, options?: NotificationOptions) {
      this.title = title;
      this.body = options?.body;
      window.heard.notices.push(this as unknown as Notification);
    }
    static get permission() {
      return permission;
    }
    static async requestPermission() {
      window.heard.asked++;
      permission = 'granted';
      return permission;
    }
    close() {}
  }
  window.Notification = FakeNotification as unknown as typeof Notification;

  let isHidden = false;
  Object.defineProperty(Document.prototype, 'visibilityState', {
    get: () => (isHidden ? 'hidden' : 'visible'),
  });
  window.setHidden = (hidden) => {
    isHidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  };
}

async function notes(pages: readonly Page[]): Promise<number> {
  const counts = await Promise.all(pages.map((page) => page.evaluate(() => window.heard.notes)));
  return counts.reduce((sum, count) => sum + count, 0);
}

function titles(pages: readonly Page[]): Promise<string[]> {
  return Promise.all(pages.map((page) => page.title()));
}

/** Writes, and waits until the open conversation shows it. */
async function settled(page: Page, visitor: Visitor, words: string): Promise<void> {
  await visitor.write(words);
  await expect(consoleOn(page).timeline.getByText(words)).toBeVisible();
}
