import type { BrowserContext, Page, WebSocket } from '@playwright/test';
import type { VisitorClient } from '@alcove/sdk';
import { startTestServer, type TestServer } from '@alcove/server/testing';
import { build } from 'esbuild';
import { createRandom } from '../../bench/chaos/random.ts';
import { expect, type HostSite, test } from '../fixtures.ts';
import { isFull, keepFigures, liftedLimits } from './full-form.ts';
import { check, readStored } from './stored-texts.ts';

const TABS = 6;
const SENDS = isFull ? 200 : 4;
const KILLS = isFull ? 10 : 1;
const CLOSE_CHANCE = isFull ? 0.02 : 0.1;
const EQUAL_WITHIN_MS = 3_000;

declare global {
  var client: VisitorClient;
}

/** The tabs of one browser profile, and how many WebSockets they hold. */
class Browser {
  readonly #context: BrowserContext;
  readonly #url: string;
  readonly #sockets = new Set<WebSocket>();

  constructor(context: BrowserContext, url: string) {
    this.#context = context;
    this.#url = url;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  async openTab(): Promise<Page> {
    const page = await this.#context.newPage();
    const own = new Set<WebSocket>();
    const forget = (socket: WebSocket) => this.#sockets.delete(socket);
    page.on('websocket', (socket) => {
      this.#sockets.add(socket);
      own.add(socket);
      socket.on('close', () => forget(socket));
    });
    page.on('close', () => own.forEach(forget));
    page.on('crash', () => own.forEach(forget));
    await page.goto(this.#url);
    await page.waitForFunction(() => globalThis.client !== undefined);
    return page;
  }

  /** Ends a tab's process, as a phone does that is short of memory. */
  async kill(page: Page): Promise<void> {
    const session = await this.#context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    session.send('Page.crash').catch(() => {});
    await crashed;
    await page.close();
  }
}

test(`${TABS} tabs that write, close and are killed use one socket and lose nothing`, async ({
  browser,
  site,
}) => {
  test.setTimeout(isFull ? 600_000 : 60_000);
  const server = await startTestServer({ limits: liftedLimits });
  await serveClient(site, server);
  const context = await browser.newContext();
  const visitor = new Browser(context, site.url);
  const random = createRandom(Number(process.env['ALCOVE_SEED'] ?? 7));

  const first = await visitor.openTab();
  await first.evaluate(() => client.send('hello'));
  await first.waitForFunction(
    () => client.getState().logs[client.getState().conversations[0]?.id ?? '']?.have === 1,
  );
  const tabs: Page[] = [first];
  while (tabs.length < TABS) tabs.push(await visitor.openTab());

  const kept: string[] = ['hello'];
  let closed = 0;
  let unknown = 0;
  const opening = new Map<number, Promise<void>>();
  /** Opens a tab in the place of one that is gone: one, however many have noticed. */
  function reopen(slot: number): Promise<void> {
    const opened =
      opening.get(slot) ??
      visitor
        .openTab()
        .then((page) => void (tabs[slot] = page))
        .finally(() => opening.delete(slot));
    opening.set(slot, opened);
    return opened;
  }

  /** What a tab was writing when it went away may be kept or not; whatever is, is kept once. */
  async function write(slot: number, text: string): Promise<void> {
    try {
      await tabs[slot]?.evaluate((words) => client.send(words), text);
      kept.push(text);
    } catch {
      unknown++;
    }
    const page = tabs[slot];
    if (!page || page.isClosed()) await reopen(slot);
    else if (random.chance(CLOSE_CHANCE)) {
      closed++;
      // It may be killed at this very moment.
      await page.close({ runBeforeUnload: random.chance(0.5) }).catch(() => {});
      if (!page.isClosed()) await page.waitForEvent('close');
      await reopen(slot);
    }
  }

  let killed = 0;
  async function killLeaders(): Promise<void> {
    while (killed < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, isFull ? 1_500 : 400));
      const leader = await leaderOf(tabs);
      const slot = leader ? tabs.indexOf(leader) : -1;
      if (!leader || slot < 0) continue;
      killed++;
      await visitor.kill(leader).catch(() => {});
      if (tabs[slot] === leader) await reopen(slot);
    }
  }

  const began = Date.now();
  await Promise.all([
    killLeaders(),
    ...tabs.map(async (_, slot) => {
      for (let n = 0; n < SENDS; n++) await write(slot, `tab ${slot} says ${n}`);
    }),
  ]);
  const wroteMs = Date.now() - began;

  // Tabs that were closed leave something to be sent by the others; then all of them are quiet and the same.
  const standing = () => {
    const { pending, connection } = client.getState();
    return { unsent: pending.length, status: connection.status };
  };
  await expect
    .poll(() => Promise.all(tabs.map((tab) => tab.evaluate(standing))), {
      timeout: isFull ? 240_000 : 60_000,
    })
    .toEqual(tabs.map(() => ({ unsent: 0, status: 'online' })));
  const stored = await readStored(server);
  const quietAt = Date.now();
  await expect
    .poll(async () => new Set(await Promise.all(tabs.map(logOf))), { timeout: EQUAL_WITHIN_MS })
    .toEqual(new Set([JSON.stringify(stored.map(({ clientMessageId }) => clientMessageId))]));
  const equalAfterMs = Date.now() - quietAt;
  await expect.poll(() => visitor.openSockets).toBe(1);
  const leaders = await Promise.all(tabs.map((tab) => tab.evaluate(() => client.isLeader())));
  expect(leaders.filter(Boolean)).toHaveLength(1);

  const texts = stored.map(({ text }) => text);
  const reorder = tabs.flatMap((_, slot) => {
    const own = texts.filter((text) => text.startsWith(`tab ${slot} `));
    const numbers = own.map((text) => Number(text.split(' ').at(-1)));
    return numbers.filter((n, at) => n < (numbers[at - 1] ?? 0));
  }).length;
  // Every tab held exactly what is stored: none diverged, and none showed more.
  const numbers = { ...check(stored, kept), reorder, diverged: 0, phantom: 0 };
  expect(numbers).toEqual({ lost: 0, dup: 0, holes: 0, reorder: 0, diverged: 0, phantom: 0 });
  expect(texts.length).toBeGreaterThanOrEqual(kept.length);
  const sockets = visitor.openSockets;
  const figures = {
    tabs: TABS,
    sends: TABS * SENDS,
    unknown,
    closed,
    killed,
    wroteMs,
    equalAfterMs,
    sockets,
  };
  keepFigures('a11', { failures: [], ...figures, ...numbers });
  await context.close();
  await server.close();
});

/** A page with a client of its own, as a site has it that builds its chat itself. */
async function serveClient(site: HostSite, server: TestServer): Promise<void> {
  const options = JSON.stringify({ serverUrl: server.url, workspaceKey: server.workspace.key });
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createVisitorClient } from '@alcove/sdk';
        globalThis.client = createVisitorClient(${options});
        void client.resume();`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['alcove-source'],
  });
  site.page('/client.js', outputFiles[0]?.text ?? '', { 'content-type': 'text/javascript' });
  site.page(
    '/',
    '<!doctype html><title>A shop</title><script type="module" src="/client.js"></script>',
  );
}

async function leaderOf(tabs: readonly Page[]): Promise<Page | undefined> {
  for (const tab of tabs) {
    const isLeader = await tab.evaluate(() => client.isLeader()).catch(() => false);
    if (isLeader) return tab;
  }
  return undefined;
}

/** The client message ids that a tab has, in its order. */
function logOf(tab: Page): Promise<string> {
  return tab.evaluate(async () => {
    const id = client.getState().conversations[0]?.id ?? '';
    await client.openConversation(id);
    while (client.getState().logs[id]?.hasOlder) await client.loadOlder(id);
    const { events = [] } = client.getState().logs[id] ?? {};
    return JSON.stringify(events.map(({ clientEventId }) => clientEventId));
  });
}
