import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { startTestServer, type TestServer } from '@alcove/server/testing';
import { expect, type HostSite, pageWithTag, test, widgetOn } from '../fixtures.ts';
import { isFull, keepFigures, liftedLimits } from './full-form.ts';
import { check, readStored } from './stored-texts.ts';

const SENDS = isFull ? 300 : 8;
const RELOADS = 3;

const figures: Record<string, unknown> = {};

test.describe.configure({ mode: 'serial' });
test.setTimeout(isFull ? 600_000 : 60_000);
test.afterAll(() => keepFigures('a10', { failures: [], sends: SENDS, ...figures }));

/** A site on a network that lets pages through and no chat, and a browser that can be killed. */
async function openShop(
  launch: (folder: string) => Promise<BrowserContext>,
  site: HostSite,
  deny: (page: Page) => Promise<unknown>,
) {
  const server = await startTestServer({ limits: liftedLimits });
  const folder = mkdtempSync(join(tmpdir(), 'alcove-offline-'));
  site.page('/', pageWithTag(server));
  const network = { isThere: false };
  let context: BrowserContext | undefined;

  async function open(): Promise<Page> {
    context = await launch(folder);
    await context.route(`${server.url}/api/**`, (route) =>
      network.isThere ? route.continue() : route.abort('internetdisconnected'),
    );
    await context.routeWebSocket(/socket\.io/, (socket) => {
      if (network.isThere) socket.connectToServer();
      else void socket.close();
    });
    const page = await context.newPage();
    await deny(page);
    await page.goto(site.url);
    return page;
  }

  return {
    server,
    open,
    /** As a power cut does. */
    kill() {
      const pids = processesOf(folder);
      expect(pids).toHaveLength(1);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    },
    async connect(page: Page) {
      network.isThere = true;
      await page.evaluate(() => dispatchEvent(new Event('online')));
    },
    async close() {
      await context?.close().catch(() => {});
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const keepings = [
  { kind: 'indexeddb', deny: async () => {}, isKilledInShort: true },
  {
    kind: 'localstorage',
    deny: (page: Page) =>
      page.addInitScript(() =>
        Object.defineProperty(globalThis, 'indexedDB', { value: undefined }),
      ),
    isKilledInShort: false,
  },
] as const;

for (const { kind, deny, isKilledInShort } of keepings) {
  test(`what is written offline survives reloads and a killed browser, kept in ${kind}`, async ({
    playwright,
    launchOptions,
    site,
  }) => {
    const shop = await openShop(
      (folder) => playwright.chromium.launchPersistentContext(folder, launchOptions),
      site,
      deny,
    );
    try {
      let page = await shop.open();
      await widgetOn(page).open();
      const texts = Array.from({ length: SENDS }, (_, n) => `offline ${n}`);
      for (const [n, text] of texts.entries()) {
        await widgetOn(page).send(text);
        await expect(widgetOn(page).bubbles.last()).toHaveText(text);
        if (n % Math.ceil(SENDS / (RELOADS + 1)) === 1) {
          await settled(page);
          await page.reload();
          await widgetOn(page).open();
          await expect(widgetOn(page).bubbles.last()).toHaveText(text);
        }
      }
      await settled(page);
      if (!isFull && !isKilledInShort) await page.context().close();
      else {
        // Nothing tells when Chromium has written localStorage to the disk; it does so every few seconds.
        if (kind === 'localstorage') await page.waitForTimeout(10_000);
        shop.kill();
      }
      page = await shop.open();
      await widgetOn(page).open();
      await expect(widgetOn(page).bubbles.last()).toHaveText(texts.at(-1) ?? '');
      await shop.connect(page);
      await expectStored(shop.server, texts);
      await expect(widgetOn(page).panel.getByText('Waiting for connection')).toHaveCount(0);
      figures[kind] = check(await readStored(shop.server), texts);
    } finally {
      await shop.close();
    }
  });
}

test('a browser that is killed right after the very first message sends it when it is back', async ({
  playwright,
  launchOptions,
  site,
}) => {
  const shop = await openShop(
    (folder) => playwright.chromium.launchPersistentContext(folder, launchOptions),
    site,
    async () => {},
  );
  try {
    let page = await shop.open();
    await widgetOn(page).open();
    await widgetOn(page).send('first words');
    await expect(widgetOn(page).bubbles).toHaveText(['first words']);
    await settled(page);
    // Who the visitor is has not been written down yet: that is in localStorage, which takes seconds.
    shop.kill();
    page = await shop.open();
    await widgetOn(page).open();
    await expect(widgetOn(page).bubbles).toHaveText(['first words']);
    await shop.connect(page);
    await expectStored(shop.server, ['first words']);
  } finally {
    await shop.close();
  }
});

test('a browser that keeps nothing says so, and doubles nothing', async ({
  playwright,
  launchOptions,
  site,
}) => {
  const denied = (page: Page) =>
    page.addInitScript(() => {
      for (const name of ['indexedDB', 'localStorage', 'sessionStorage']) {
        Object.defineProperty(globalThis, name, {
          get() {
            throw new DOMException('denied', 'SecurityError');
          },
        });
      }
    });
  const shop = await openShop(
    (folder) => playwright.chromium.launchPersistentContext(folder, launchOptions),
    site,
    denied,
  );
  try {
    const page = await shop.open();
    const widget = widgetOn(page);
    await widget.open();
    const texts = Array.from({ length: SENDS }, (_, n) => `offline ${n}`);
    for (const text of texts) {
      await widget.send(text);
      await expect(widget.bubbles.last()).toHaveText(text);
    }
    await expect(widget.panel.getByText(/stores nothing/)).toBeVisible();
    await shop.connect(page);
    await expectStored(shop.server, texts);
    figures['denied'] = check(await readStored(shop.server), texts);
  } finally {
    await shop.close();
  }
});

/** Once each, in the order in which they were written. */
async function expectStored(server: TestServer, texts: readonly string[]): Promise<void> {
  const read = async () => (await readStored(server)).map(({ text }) => text);
  await expect.poll(read, { timeout: 60_000, intervals: [500] }).toEqual(texts);
}

/** Everything that was shown is on the disk: the newest transaction is behind all that were begun before it. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const names = globalThis.indexedDB ? await indexedDB.databases() : [];
    for (const { name = '' } of names) {
      await new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(new Error(`${name} cannot be opened`));
        opening.onsuccess = () => {
          const db = opening.result;
          const reading = db.transaction('outbox', 'readwrite');
          reading.oncomplete = () => {
            db.close();
            resolve();
          };
        };
      });
    }
  });
}

/** The main process of the browser that has this profile. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return line.includes(`--user-data-dir=${folder}`) && !line.includes('--type=')
        ? Number(name)
        : [];
    } catch {
      return [];
    }
  });
}
