import type { TestServer } from '@alcove/server/testing';
import type { BrowserContext, Page } from '@playwright/test';
import { expect, pageWithTag, test, widgetOn } from '../fixtures.ts';
import { connectAgent } from './answering-agent.ts';

/** Notes that a page has played: when each began and ended, in seconds of its audio clock. */
type Note = [start: number, end: number];

/** Lets the real audio play, and writes down what it was asked for. */
async function listenIn(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const notes: [number, number][] = [];
    const { start, stop } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when = 0) {
      notes.push([when, Infinity]);
      return Reflect.apply(start, this, [when]);
    };
    OscillatorNode.prototype.stop = function (when = 0) {
      for (const note of notes.slice(-1)) note[1] = when;
      return Reflect.apply(stop, this, [when]);
    };
    Object.assign(window, { notes });
  });
}

const notesOf = (page: Page): Promise<Note[]> => page.evaluate(() => Reflect.get(window, 'notes'));

/** The switch of the sound, also in a closed panel: where it is, the part that makes the sound is. */
const switchOn = (page: Page) => page.locator('alcove-chat').getByTitle('Mute sound');

/** Whether the page believes that another tab covers it: headless tabs never do by themselves. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** A visitor who has begun to talk, and the agent who will answer. */
async function begin(page: Page, server: TestServer, words: string) {
  const agent = await connectAgent(server);
  const widget = widgetOn(page);
  await widget.open();
  await widget.send(words);
  await expect(widget.sent).toBeVisible();
  return { agent, widget };
}

test.beforeEach(async ({ context, page, server, site }) => {
  await listenIn(context);
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
});

test('an answer to a closed panel makes one short sound, an open panel none', async ({
  page,
  server,
}) => {
  const { agent, widget } = await begin(page, server, 'Hello?');
  await agent.answer('One moment');
  await expect(widget.bubbles.last()).toHaveText('One moment');
  expect(await notesOf(page)).toEqual([]);

  await page.keyboard.press('Escape');
  await expect(switchOn(page)).toBeAttached();
  await agent.answer('Here I am');
  await expect.poll(() => notesOf(page)).toHaveLength(2);
  const notes = await notesOf(page);
  const length = Math.max(...notes.map(([, end]) => end)) - (notes[0]?.[0] ?? 0);
  expect(length).toBeLessThan(0.25);
  await agent.close();
});

test('muted by one click, it stays so on the next page', async ({ page, server, site }) => {
  const { agent, widget } = await begin(page, server, 'Quietly, please');
  await page.keyboard.press('Escape');
  const mute = switchOn(page);
  await expect(mute).toBeAttached();
  await widget.open();
  await expect(mute).toHaveAttribute('aria-pressed', 'false');
  await expect(mute).toHaveAccessibleName('Mute sound');
  await mute.click();
  await expect(mute).toHaveAttribute('aria-pressed', 'true');

  await page.goto(`${site.url}/`);
  await widget.launcher.waitFor();
  await page.mouse.click(5, 5);
  await expect(mute).toBeAttached();
  await agent.answer('In silence');
  await expect(widget.teaser).toContainText('In silence');
  expect(await notesOf(page)).toEqual([]);

  await widget.open();
  await mute.click();
  await page.keyboard.press('Escape');
  await agent.answer('Aloud');
  await expect.poll(() => notesOf(page)).toHaveLength(2);
  await agent.close();
});

test('a page that nobody has touched makes no sound', async ({ page, server }) => {
  const { agent, widget } = await begin(page, server, 'See you');
  await page.addInitScript(() => {
    // What drives this test touches the page in the browser's eyes.
    Object.defineProperty(navigator.userActivation, 'hasBeenActive', { get: () => false });
    const { AudioContext } = window;
    window.AudioContext = class extends AudioContext {
      constructor() {
        super();
        Reflect.get(window, 'notes').push('asked for audio');
      }
    };
  });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.reload();
  await expect(switchOn(page)).toBeAttached();
  await agent.answer('Unheard');
  await expect(widget.teaser).toContainText('Unheard');
  expect(await notesOf(page)).toEqual([]);
  expect(complaints).toEqual([]);

  // A click anywhere: from then on it may.
  await page.mouse.click(5, 5);
  await agent.answer('Heard');
  await expect.poll(() => notesOf(page)).toHaveLength(3);
  await agent.close();
});

test('the title of a hidden page counts, and is given back to the letter', async ({
  page,
  server,
}) => {
  const { agent } = await begin(page, server, 'I look elsewhere');
  await setHidden(page, true);
  await agent.answer('One');
  await expect(page).toHaveTitle('(1) A shop');
  await agent.answer('Two');
  await expect(page).toHaveTitle('(2) A shop');
  // The page's own change wins.
  await page.evaluate(() => {
    document.title = 'Sold out';
  });
  await agent.answer('Three');
  await expect(page).toHaveTitle('(3) Sold out');
  await setHidden(page, false);
  await expect(page).toHaveTitle('Sold out');
  await agent.close();
});

test('of two tabs one makes the sound, and none while the conversation is read in the other', async ({
  context,
  page,
  server,
  site,
}) => {
  const { agent, widget } = await begin(page, server, 'In two tabs');
  await page.keyboard.press('Escape');
  await expect(switchOn(page)).toBeAttached();

  const otherPage = await context.newPage();
  await otherPage.goto(site.url);
  const other = widgetOn(otherPage);
  await other.open();
  await expect(switchOn(otherPage)).toBeAttached();
  await other.composer.press('Escape');
  await agent.answer('To both');
  for (const one of [widget, other]) await expect(one.teaser).toContainText('To both');
  const played = async () => [...(await notesOf(page)), ...(await notesOf(otherPage))].length;
  await expect.poll(played).toBe(2);

  await other.open();
  await expect(widget.teaser).toBeHidden();
  await agent.answer('While it is read');
  await expect(other.bubbles.last()).toHaveText('While it is read');
  await expect(widget.teaser).toContainText('While it is read');
  await expect(widget.teaser).toBeHidden();
  expect(await played()).toBe(2);
  await agent.close();
});
