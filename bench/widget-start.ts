import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { BenchResult } from './bench-result.ts';
import { median, round } from './figures.ts';
import { withServer } from './measured-server.ts';
import { startClock } from './widget-clock.ts';

const RUNS = 11;
const CPU_THROTTLE = 4;
const LAUNCHER_MS = 150;
const CLICK_MS = 100;
/** A hand that is on its way to a button rests on it about so long before it presses. */
const HOVER_MS = 250;

/**
 * A page with the tag against the same page with one inline button, in Chromium at a quarter of the machine's speed: when
 * the button can be seen, and how long after the click on the launcher a visitor can type. Each run is a new profile.
 */
export async function run(): Promise<BenchResult> {
  const executablePath = process.env['ALCOVE_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`No Chromium at ${executablePath}. Name another one in ALCOVE_CHROMIUM.`);
  }
  return await withServer(async (server) => {
    const tag = `<script async src="${server.url}/w/${server.workspace.key}.js"></script>`;
    const site = await openSite({ '/plain': '<button>Chat</button>', '/widget': tag });
    const args = [
      '--disable-background-networking',
      '--no-first-run',
      '--disable-component-update',
    ];
    // Chromium refuses to sandbox for root.
    if (process.getuid?.() === 0) args.push('--no-sandbox');
    const browser = await chromium.launch({ executablePath, args });
    try {
      return await compare(browser, site.url);
    } finally {
      await browser.close();
      await site.close();
    }
  });
}

async function compare(browser: Browser, url: string): Promise<BenchResult> {
  // The browser's first pages pay for its own start.
  await visit(browser, `${url}/plain`);
  await visit(browser, `${url}/widget`);
  const plain: Visit[] = [];
  const widget: Visit[] = [];
  for (let number = 0; number < RUNS; number++) {
    plain.push(await visit(browser, `${url}/plain`));
    widget.push(await visit(browser, `${url}/widget`, click));
  }
  const hasty: Visit[] = [];
  for (let number = 0; number < RUNS; number++) {
    hasty.push(await visit(browser, `${url}/widget`, clickAtOnce));
  }

  const of = (visits: readonly Visit[], pick: (visit: Visit) => number) =>
    round(median(visits.map(pick)));
  const plainMs = of(plain, (each) => each.visibleMs);
  const widgetMs = of(widget, (each) => each.visibleMs);
  const clickToTypingMs = of(widget, (each) => each.typingMs);
  const failures: string[] = [];
  if (widgetMs - plainMs > LAUNCHER_MS)
    failures.push(`the launcher is ${round(widgetMs - plainMs)} ms later than a plain button`);
  if (clickToTypingMs > CLICK_MS)
    failures.push(`typing is possible ${clickToTypingMs} ms after the click`);
  return {
    failures,
    figures: {
      ratio: round(widgetMs / plainMs, 3),
      laterMs: round(widgetMs - plainMs),
      plain: { visibleMs: plainMs, all: plain.map((each) => round(each.visibleMs)) },
      widget: {
        visibleMs: widgetMs,
        blockingMs: of(widget, (each) => each.blockingMs),
        all: widget.map((each) => round(each.visibleMs)),
      },
      clickToTypingMs,
      clicksToTypingMs: widget.map((each) => round(each.typingMs)),
      hastyClickToTypingMs: of(hasty, (each) => each.typingMs),
      cpuThrottle: CPU_THROTTLE,
      rounds: RUNS,
    },
  };
}

/** What one visit saw. */
interface Visit {
  visibleMs: number;
  /** Of tasks longer than 50 ms, what is beyond that, until the button could be seen. */
  blockingMs: number;
  typingMs: number;
}

async function visit(
  browser: Browser,
  url: string,
  open?: (page: Page) => Promise<void>,
): Promise<Visit> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_THROTTLE });
    await page.addInitScript(startClock);
    await page.goto(url);
    const { visibleMs, blockingMs } = await page.evaluate(() => globalThis.benchClock.visible);
    if (!open) return { visibleMs, blockingMs, typingMs: Number.NaN };
    await open(page);
    const typingMs = await page.evaluate(() => globalThis.benchClock.typing);
    await page.keyboard.type('Hello');
    const typed = await page.locator('alcove-chat').getByRole('textbox').inputValue();
    if (typed !== 'Hello') throw new Error(`what was typed became ${JSON.stringify(typed)}`);
    return { visibleMs, blockingMs, typingMs };
  } finally {
    await context.close();
  }
}

/** Over the launcher first, where the app begins to load, and then a press. */
async function click(page: Page): Promise<void> {
  await moveToLauncher(page);
  await new Promise((resolve) => setTimeout(resolve, HOVER_MS));
  await press(page);
}

/** As no hand can: the app has had no time to load, so this one waits for it. Told, but held to no bar. */
async function clickAtOnce(page: Page): Promise<void> {
  await moveToLauncher(page);
  await press(page);
}

async function press(page: Page): Promise<void> {
  await page.mouse.down();
  await page.mouse.up();
}

async function moveToLauncher(page: Page): Promise<void> {
  const box = await page.locator('alcove-chat').getByRole('button').first().boundingBox();
  if (!box) throw new Error('the launcher has no place');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
}

/** A site on another origin than the server's. */
async function openSite(bodies: Record<string, string>) {
  const http = createServer((request, response) => {
    const body = bodies[request.url ?? ''] ?? '';
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>${body}</html>`);
  });
  await new Promise<void>((resolve) => http.listen(0, resolve));
  return {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
