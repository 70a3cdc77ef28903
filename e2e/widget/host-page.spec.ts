import type { AlcoveApi } from '@alcove/sdk';
import type { Page } from '@playwright/test';
import { denyStorage, expect, openWidget, pageWithTag, test, widgetOn } from '../fixtures.ts';

/** What a browser reports when the widget is not welcome: errors of the page and broken policies. */
async function watch(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      // oxlint-disable-next-line no-console -- the test listens to it
      console.error(`policy: ${violatedDirective} ${blockedURI}`),
    );
  });
  return complaints;
}

/** The addresses that are asked for from now on and hold this word. */
function requestsFor(page: Page, word: string): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes(word)) asked.push(request.url());
  });
  return asked;
}

test('a page with a strict policy and Trusted Types runs the widget without one complaint', async ({
  page,
  server,
  site,
}) => {
  const complaints = await watch(page);
  site.page('/', pageWithTag(server).replace('<script', '<script nonce="4711"'), {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'nonce-4711' 'strict-dynamic'",
      `connect-src ${server.url} ${server.url.replace('http', 'ws')}`,
      "style-src 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join(';'),
  });
  await page.goto(site.url);
  const widget = widgetOn(page);
  await widget.open();
  await widget.send('Written under a strict policy');
  await expect(widget.sent).toBeVisible();
  expect(complaints).toEqual([]);
});

test('a stylesheet that unsets everything does not reach the widget', async ({
  page,
  server,
  site,
}) => {
  site.page('/', pageWithTag(server, '<style>* { all: unset !important }</style>'));
  await page.goto(site.url);
  const widget = widgetOn(page);
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const place = { x: width - 76, y: height - 76, width: 56, height: 56 };
  expect(await widget.launcher.boundingBox()).toEqual(place);
  await widget.open();
  await page.mouse.move(0, 0);
  await expect.poll(() => widget.launcher.boundingBox()).toEqual(place);
  await expect(widget.panel).toHaveCSS('inline-size', '384px');
  await expect(widget.panel.getByRole('heading', { level: 2 })).toHaveCSS('font-weight', '600');
});

test('the page keeps its names: one global comes, and destroyed, nothing is left', async ({
  page,
  server,
  site,
}) => {
  await page.addInitScript(() => {
    const names = new Set(Object.getOwnPropertyNames(window));
    const counts = new Map<EventTarget, number>();
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    const count = (target: EventTarget, change: number) =>
      counts.set(target, (counts.get(target) ?? 0) + change);
    EventTarget.prototype.addEventListener = function (...args) {
      count(this ?? window, 1);
      return Reflect.apply(addEventListener, this, args);
    };
    EventTarget.prototype.removeEventListener = function (...args) {
      count(this ?? window, -1);
      return Reflect.apply(removeEventListener, this, args);
    };
    const newNames = () =>
      Object.getOwnPropertyNames(window).filter((name) => !names.has(name) && name !== 'trace');
    const listeners = () => [window, document].map((target) => counts.get(target) ?? 0);
    Object.assign(window, { trace: () => ({ names: newNames(), listeners: listeners() }) });
  });
  site.page('/', pageWithTag(server));
  const trace = () => page.evaluate(() => Reflect.get(window, 'trace')());
  await page.goto(`${site.url}/`);
  const widget = widgetOn(page);
  await expect(widget.launcher).toBeVisible();
  expect((await trace()).names).toEqual(['Alcove']);

  await widget.open();
  await widget.send('Here for a moment');
  await expect(widget.sent).toBeVisible();
  // With every part that comes later: what can be done with messages, sound and title.
  await widget.panel.getByRole('log').focus();
  await widget.panel.getByRole('article').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('alcove-chat').getByTitle('Mute sound').waitFor({ state: 'attached' });
  await page.evaluate(() => (globalThis.Alcove as AlcoveApi)('destroy'));

  await expect(page.locator('alcove-chat')).toHaveCount(0);
  await expect.poll(trace).toEqual({ names: [], listeners: [0, 0] });
});

test('loaded twice is loaded once', async ({ page, server, site }) => {
  const tag = `<script async src="${server.url}/w/${server.workspace.key}.js"></script>`;
  site.page('/', pageWithTag(server, tag));
  await page.goto(site.url);
  await page.waitForLoadState('load');
  await expect(page.locator('alcove-chat')).toHaveCount(1);
});

test('calls made before the loader came are answered in order', async ({ page, server, site }) => {
  const stub = `<script>
    globalThis.Alcove = globalThis.Alcove || function () { (Alcove.q = Alcove.q || []).push(arguments) };
    window.heard = [];
    Alcove('on', 'ready', function () { heard.push('ready') });
    Alcove('on', 'open', function () { heard.push('open') });
    Alcove('boot', { side: 'start', theme: 'dark' });
    Alcove('open', { text: 'Is the blue one in stock?' });
  </script>`;
  site.page('/', pageWithTag(server, stub));
  await page.goto(site.url);
  const widget = widgetOn(page);
  await expect(widget.composer).toHaveValue('Is the blue one in stock?');
  await expect(widget.composer).toBeFocused();
  expect((await widget.launcher.boundingBox())?.x).toBe(20);
  await expect(page.locator('alcove-chat')).toHaveAttribute('data-theme', 'dark');
  expect(await page.evaluate(() => Reflect.get(window, 'heard'))).toEqual(['ready', 'open']);
});

test('a listener can be taken off again', async ({ page, server, site }) => {
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  await expect(widgetOn(page).launcher).toBeVisible();
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const alcove = globalThis.Alcove as AlcoveApi;
    const stop = alcove('on', 'open', () => heard.push('open'));
    alcove('on', 'close', () => {
      heard.push('close');
      stop?.();
    });
  });
  const { composer, launcher, panel } = widgetOn(page);
  for (const state of ['open', 'shut', 'open']) {
    await launcher.click();
    await (state === 'open' ? expect(composer).toBeVisible() : expect(panel).toBeHidden());
  }
  expect(await page.evaluate(() => Reflect.get(window, 'heard'))).toEqual(['open', 'close']);
});

test('an optimiser that moves the address to another attribute breaks nothing', async ({
  page,
  server,
  site,
}) => {
  const src = `${server.url}/w/${server.workspace.key}.js`;
  site.page(
    '/',
    `<!doctype html><title>Optimised</title><body>
    <script type="text/plain" data-late-src="${src}"></script>
    <script>
      fetch('${src}').then((answer) => answer.text()).then((code) => {
        const copy = document.createElement('script');
        copy.textContent = code;
        document.body.append(copy);
      });
    </script></body>`,
  );
  await page.goto(site.url);
  await widgetOn(page).open();
});

test('elements that carry the names of globals do not lead the loader astray', async ({
  page,
  server,
  site,
}) => {
  const bait = `<a id="Alcove">x</a><img name="currentScript" src="/elsewhere/w/${server.workspace.key}.js">`;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  site.page('/', pageWithTag(server, bait));
  await page.goto(site.url);
  await widgetOn(page).open();
  expect(asked).toContain('/widget/app.js');
  expect(asked).not.toContain('/elsewhere/widget/app.js');
});

test('a page that may store nothing still chats, and says what that means once there is something to lose', async ({
  page,
  server,
  site,
}) => {
  const complaints = await watch(page);
  await denyStorage(page);
  const widget = await openWidget(page, server, site);
  const note = widget.panel.getByText(/stores nothing/);
  await expect(note).toBeHidden();
  await widget.send('Kept nowhere');
  await expect(widget.sent).toBeVisible();
  await expect(note).toBeVisible();
  expect(complaints.filter((text) => !text.includes('status of 404'))).toEqual([]);
});

test('a server that is away leaves the launcher, which says so and tries again', async ({
  page,
  server,
  site,
}) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  site.page('/', pageWithTag(server));
  const asked = requestsFor(page, 'app.js');
  await page.route('**/widget/**/app.js', (route) => route.abort());
  await page.goto(site.url);
  const widget = widgetOn(page);
  const { launcher, composer } = widget;
  await launcher.click();
  await expect(page.locator('alcove-chat button')).toHaveText('Chat did not load. Try again');
  expect(errors).toEqual([]);

  await page.unroute('**/widget/**/app.js');
  await page.locator('alcove-chat button').click();
  await expect(composer).toBeFocused();
  await expect(launcher).toHaveAccessibleName('Open chat');

  // Its other parts find it where it is now: there is one app, however often it was asked for.
  await widget.send('Here after all');
  await expect(widget.sent).toBeVisible();
  await widget.panel.getByRole('log').focus();
  await widget.panel.getByRole('article').waitFor();
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.at(-1)).toMatch(/\/again\/app\.js$/);
});

test('a part that did not come is asked for again after a pause, at another address', async ({
  page,
  server,
  site,
}) => {
  const asked = requestsFor(page, 'talk-');
  await page.route('**/widget/talk-*.js', (route) => route.abort());
  const widget = await openWidget(page, server, site);
  await widget.send('Who comes to help?');
  await expect(widget.sent).toBeVisible();
  // Each of these needs the part.
  const list = widget.panel.getByRole('log');
  for (let turn = 0; turn < 5; turn++) {
    await list.hover();
    await list.focus();
    await widget.composer.focus();
  }
  await expect.poll(() => asked.length).toBeGreaterThan(1);
  expect(asked.length).toBeLessThan(4);
  expect(new Set(asked).size).toBe(asked.length);
  await page.unroute('**/widget/talk-*.js');
  await widget.panel.getByRole('article').waitFor();
});
