import type { Page } from '@playwright/test';
import { expect, openWidget, pageWithTag, test, widgetOn } from '../fixtures.ts';
import { connectAgent } from './answering-agent.ts';
import { violations } from './violations.ts';

const focused = (page: Page) =>
  page.evaluate(() => {
    const inner = document.querySelector('alcove-chat')?.shadowRoot?.activeElement;
    return inner?.getAttribute('aria-label') ?? inner?.textContent ?? document.activeElement?.id;
  });

test('everything can be done with the keyboard alone', async ({ page, server, site }) => {
  site.page('/', pageWithTag(server, '<button id="before">Before</button>'));
  await page.goto(site.url);
  const { launcher, composer, bubbles, panel } = widgetOn(page);
  await launcher.waitFor();
  await page.locator('#before').focus();

  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Open chat');
  await page.keyboard.press('Enter');
  await expect(composer).toBeFocused();
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Enter');
  await expect(bubbles).toHaveText(['By keyboard']);

  await page.keyboard.type('more');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Send');
  for (const name of ['Write a message', 'Messages', 'Close chat', 'Open chat', '']) {
    await page.keyboard.press('Shift+Tab');
    if (name) expect(await focused(page)).toBe(name);
  }
  // Not modal: the page stays within reach.
  expect(await focused(page)).toBe('before');

  await composer.focus();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(launcher).toBeFocused();
  await expect(launcher).toHaveAttribute('aria-expanded', 'false');
});

test('a panel that fills the screen keeps the focus inside', async ({ page, server, site }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  site.page('/', pageWithTag(server, '<button id="before">Before</button>'));
  await page.goto(site.url);
  const widget = widgetOn(page);
  const { panel, composer, launcher } = widget;
  await widget.open();
  await expect.poll(() => panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
  await composer.fill('x');
  const seen = new Set<string | undefined | null>();
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press('Tab');
    seen.add(await focused(page));
  }
  expect([...seen]).not.toContain('before');
  expect([...seen]).not.toContain('Open chat');
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(launcher).toBeFocused();

  // Turned round, or made wider, it is what fits, and goes on.
  await launcher.click();
  await page.setViewportSize({ width: 1000, height: 700 });
  await expect(panel).toHaveCSS('inline-size', '384px');
  await expect(composer).toHaveValue('x');
  await page.locator('#before').focus();
  await expect(page.locator('#before')).toBeFocused();
});

test("keys pressed in the composer are none of the page's shortcuts", async ({
  page,
  server,
  site,
}) => {
  const shortcut = `<script>window.pressed = []; addEventListener('keydown', (e) => pressed.push(e.key))</script>`;
  site.page('/', pageWithTag(server, shortcut));
  await page.goto(site.url);
  await widgetOn(page).open();
  await widgetOn(page).composer.press('s');
  expect(await page.evaluate(() => Reflect.get(window, 'pressed'))).toEqual([]);
});

test('axe finds nothing, empty or full, light or dark; messages are announced once', async ({
  page,
  server,
  site,
}) => {
  const agent = await connectAgent(server);
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  const widget = widgetOn(page);
  await widget.launcher.waitFor();
  expect(await violations(page)).toEqual([]);
  await widget.open();
  await expect(widget.panel).toHaveCSS('opacity', '1');
  expect(await violations(page)).toEqual([]);

  await widget.send('Hello');
  await agent.answer('Good morning!');
  const spoken = widget.panel.locator('[aria-live=polite]');
  await expect(spoken).toHaveText('Helpdesk: Good morning!');
  await expect(widget.panel.getByText(/^(Delivered|Read)/)).toBeVisible();
  expect(await violations(page)).toEqual([]);

  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violations(page)).toEqual([]);

  agent.client.setTyping(await agent.conversation(), true);
  await expect(widget.panel.getByText('Helpdesk is typing')).toBeVisible();
  await expect(spoken).toHaveText('Helpdesk: Good morning!');
  await agent.close();
});

test('whoever wants no motion gets none', async ({ page, server, site }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const widget = await openWidget(page, server, site);
  await widget.send('Still');
  await widget.bubbles.first().waitFor();
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .flatMap((animation) => (animation.effect as KeyframeEffect).getKeyframes())
      .flatMap((frame) => Object.keys(frame))
      .filter((property) => property === 'transform'),
  );
  expect(moving).toEqual([]);
});
