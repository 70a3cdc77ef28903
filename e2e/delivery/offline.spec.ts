import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { startTestServer, type TestServer } from '@alcove/server/testing';
import { denyStorage, expect, pageWithTag, test as base, widgetOn } from '../fixtures.ts';
import { isFull, keepFigures, liftedLimits } from './full-form.ts';
import { check, readStored } from './stored-texts.ts';

const SENDS = isFull ? 300 : 8;
const RELOADS = 3;

const figures: Record<string, unknown> = {};

/** A site on a network that lets pages through and no chat, and a browser that can be killed. */
interface Shop {
  server: TestServer;
  /** Starts the browser and goes to the site. @param prepare done to the page first. */
  open(prepare?: (page: Page) => Promise<unknown>): Promise<Page>;
  /** Resolves when the browser has written this text from localStorage to the disk. */
  isOnDisk(text: string): Promise<void>;
  /** As a power cut does. */
  kill(): void;
  /** Lets the chat through. */
  connect(page: Page): Promise<void>;
}

const test = base.extend<{ shop: Shop }>({
  shop: async ({ playwright, launchOptions, site }, provide) => {
    const server = await startTestServer({ limits: liftedLimits });
    const folder = mkdtempSync(join(tmpdir(), 'alcove-offline-'));
    site.page('/', pageWithTag(server));
    let isThere = false;
    let context: BrowserContext | undefined;
    await provide({
      server,
      async open(prepare) {
        context = await playwright.chromium.launchPersistentContext(folder, launchOptions);
        await context.route(`${server.url}/api/**`, (route) =>
          isThere ? route.continue() : route.abort('internetdisconnected'),
        );
        await context.routeWebSocket(/socket\.io/, (socket) => {
          if (isThere) socket.connectToServer();
          else void socket.close();
        });
        const page = await context.newPage();
        await prepare?.(page);
        await page.goto(site.url);
        return page;
      },
      async isOnDisk(text) {
        const files = join(folder, 'Default/Local Storage/leveldb');
        // Chromium writes after 5 s, and after a minute where a site has changed much within the hour.
        await expect
          .poll(() => isIn(files, text), { timeout: 120_000, intervals: [500] })
          .toBe(true);
      },
      kill() {
        const pids = processesOf(folder);
        expect(pids).toHaveLength(1);
        for (const pid of pids) process.kill(pid, 'SIGKILL');
      },
      async connect(page) {
        isThere = true;
        await page.evaluate(() => dispatchEvent(new Event('online')));
      },
    });
    await context?.close().catch(() => {});
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  },
});

test.describe.configure({ mode: 'serial' });
test.setTimeout(isFull ? 1_800_000 : 60_000);
test.afterAll(() => {
  // What did not come to its end leaves no result that looks whole.
  if (Object.keys(figures).length < 3) return;
  keepFigures('a10', { failures: [], sends: SENDS, ...figures });
});

const noIndexedDb = (page: Page) =>
  page.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }));

const keepings = [
  { kind: 'indexeddb', prepare: undefined, isKilledInShort: true },
  { kind: 'localstorage', prepare: noIndexedDb, isKilledInShort: false },
] as const;

for (const { kind, prepare, isKilledInShort } of keepings) {
  test(`what is written offline survives reloads and a killed browser, kept in ${kind}`, async ({
    shop,
  }) => {
    let page = await shop.open(prepare);
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
      if (kind === 'localstorage') await shop.isOnDisk(texts.at(-1) ?? '');
      shop.kill();
    }
    page = await shop.open(prepare);
    await widgetOn(page).open();
    await expect(widgetOn(page).bubbles.last()).toHaveText(texts.at(-1) ?? '');
    await shop.connect(page);
    await expectStored(shop.server, texts);
    await expect(widgetOn(page).panel.getByText('Waiting for connection')).toHaveCount(0);
    figures[kind] = await compare(shop.server, page, texts);
  });
}

test('a browser that is killed right after the very first message sends it when it is back', async ({
  shop,
}) => {
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
});

test('a browser that keeps nothing says so, and doubles nothing', async ({ shop }) => {
  const page = await shop.open(denyStorage);
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
  figures['denied'] = await compare(shop.server, page, texts);
});

/** Once each, in the order in which they were written. */
async function expectStored(server: TestServer, texts: readonly string[]): Promise<void> {
  const read = async () => (await readStored(server)).map(({ text }) => text);
  const timeout = isFull ? 240_000 : 60_000;
  await expect.poll(read, { timeout, intervals: [500] }).toEqual(texts);
}

/** What was written, what is stored and what is shown are one; a long conversation shows its end. */
async function compare(server: TestServer, page: Page, written: readonly string[]) {
  const { bubbles } = widgetOn(page);
  const stored = await readStored(server);
  const texts = stored.map(({ text }) => text);
  await expect(bubbles.last()).toHaveText(texts.at(-1) ?? '');
  const shown = await bubbles.allInnerTexts();
  const end = texts.slice(-shown.length);
  const numbers = {
    ...check(stored, written),
    reorder: texts.filter((text, n) => text !== written[n]).length,
    diverged: shown.filter((text, n) => text !== end[n]).length,
    phantom: shown.filter((text) => !texts.includes(text)).length,
  };
  expect(numbers).toEqual({ lost: 0, dup: 0, holes: 0, reorder: 0, diverged: 0, phantom: 0 });
  return numbers;
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

/** Whether a file in this folder holds the text. */
function isIn(folder: string, text: string): boolean {
  try {
    return readdirSync(folder).some((name) =>
      readFileSync(join(folder, name), 'latin1').includes(text),
    );
  } catch {
    // The browser has just put another file in the place of this one.
    return false;
  }
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
