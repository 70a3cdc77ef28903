import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, expect, test as base, type Page } from '@playwright/test';
import { startTestServer, type TestAgent, type TestServer } from '@alcove/server/testing';

export { expect };

/** A site that embeds the widget: another origin, pages as the test wants them. */
export interface HostSite {
  url: string;
  /** Serves this at `path` from now on. */
  page(path: string, html: string, headers?: Record<string, string>): void;
}

interface Fixtures {
  server: TestServer;
  site: HostSite;
  /** Closes the profiles that a test opened: pages left behind go on trying to reach their server, in all tests after it. */
  tidied: void;
}

/** Tests with a server and a site of their own. Playwright reads the patterns to find out what a fixture needs. */
export const test = base.extend<Fixtures>({
  tidied: [
    async ({ browser }, provide) => {
      const before = new Set(browser.contexts());
      await provide();
      const opened = browser.contexts().filter((context) => !before.has(context));
      await Promise.all(opened.map((context) => context.close()));
    },
    { auto: true },
  ],
  server: async ({}, provide) => {
    const server = await startTestServer();
    await provide(server);
    await server.close();
  },
  site: async ({}, provide) => {
    const pages = new Map<string, { html: string; headers: Record<string, string> }>();
    const http = createServer((request, response) => {
      const page = pages.get(request.url ?? '');
      response.writeHead(page ? 200 : 404, {
        'content-type': 'text/html; charset=utf-8',
        ...page?.headers,
      });
      response.end(page?.html);
    });
    await new Promise<void>((resolve) => http.listen(0, resolve));
    const { port } = http.address() as AddressInfo;
    await provide({
      url: `http://localhost:${port}`,
      page: (path, html, headers = {}) => pages.set(path, { html, headers }),
    });
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  },
});

/** A plain page with the tag. */
export function pageWithTag(server: Pick<TestServer, 'url' | 'workspace'>, body = ''): string {
  return `<!doctype html><html lang="en"><title>A shop</title><body><h1>A shop</h1>${body}
    <script async src="${server.url}/w/${server.workspace.key}.js"></script></body></html>`;
}

/** From its next load on, the page may store nothing: as with third-party data blocked. */
export async function denyStorage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    }
  });
}

/** Opens the console as this agent, signed in, in a browser profile of its own. */
export async function openConsole(
  browser: Browser,
  server: Pick<TestServer, 'url'>,
  agent: TestAgent,
  path = '',
): Promise<Page> {
  const context = await browser.newContext();
  const [name = '', value = ''] = agent.cookie.split('=');
  await context.addCookies([{ name, value, url: server.url, httpOnly: true, sameSite: 'Strict' }]);
  const page = await context.newPage();
  await page.goto(`${server.url}/console/${path}`);
  return page;
}

/** The widget on a page, by what its visitor sees. Playwright looks into the shadow root by itself. */
export function widgetOn(page: Page) {
  const panel = page.getByRole('dialog');
  return {
    panel,
    launcher: page.locator('alcove-chat').getByRole('button', { name: /chat/ }).first(),
    composer: panel.getByRole('textbox', { name: 'Write a message' }),
    bubbles: panel.locator('.bubble'),
    teaser: page.locator('alcove-chat .teaser'),
    /** The line below the newest message of the visitor, once the server has it. */
    sent: panel.getByText(/^(Sent|Delivered)$/),
    async open() {
      await this.launcher.click();
      await this.composer.waitFor();
    },
    async send(text: string) {
      await this.composer.fill(text);
      await this.composer.press('Enter');
    },
  };
}

/** Goes to a page with the tag and opens the panel. */
export async function openWidget(
  page: Page,
  server: Parameters<typeof pageWithTag>[0],
  site: HostSite,
) {
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  const widget = widgetOn(page);
  await widget.open();
  return widget;
}

/** The console on a page, by what its agent sees. */
export function consoleOn(page: Page) {
  const timeline = page.getByRole('region', { name: 'Messages' });
  return {
    timeline,
    composer: page.getByRole('textbox', { name: /^Reply to/ }),
    /** A conversation in the inbox, by the text of its newest message. */
    row: (preview: string) => page.getByRole('link').filter({ hasText: preview }),
    /** The state of the agent's newest message, once the server has it: it opens the story. */
    sent: timeline.getByRole('button', { name: /^(Sent|Delivered|Read)/ }),
    async send(text: string) {
      await this.composer.fill(text);
      await this.composer.press('Enter');
    },
    async goOffline() {
      await page.context().setOffline(true);
      await expect(page.getByText(/^You are offline\./)).toBeVisible();
    },
  };
}
