import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { fitBrandColour, type WidgetSettings } from '@alcove/protocol';
import { spawnTestServer } from '@alcove/server/testing';
import { expect, openWidget, test } from './fixtures.ts';
import { connectAgent } from './widget/answering-agent.ts';

type Server = Awaited<ReturnType<typeof spawnTestServer>>;

let dataDir: string;
let server: Server;

test.beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'alcove-e2e-'));
  server = await spawnTestServer({ dataDir });
});
test.afterEach(async () => {
  await server.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

test('the first release’s widget goes on with today’s server', async ({ page, site }) => {
  // Two servers start, and a client waits before it tries to come back.
  test.setTimeout(120_000);
  const errors = errorsOf(page);
  await keepFirstRelease(page, ['loader', 'app']);
  const agent = await connectAgent(server);
  const widget = await openWidget(page, server, site);

  await test.step('it sends, and shows the answer', async () => {
    await widget.send('Do you ship to Norway?');
    await agent.answer('We do.');
    await expect(widget.bubbles).toHaveText(['Do you ship to Norway?', 'We do.']);
  });

  await test.step('it steps over what it does not know', async () => {
    const id = await agent.conversation();
    await agent.client.edit(id, 2, 'We do, in three days.');
    await agent.answer('Never mind.');
    await agent.client.delete(id, 4);
    await agent.answer('Anything else?');
    await expect(widget.bubbles.last()).toHaveText('Anything else?');
  });

  await test.step('after a reload it shows what is said by now', async () => {
    await page.reload();
    await widget.open();
    await expect(widget.bubbles).toHaveText([
      'Do you ship to Norway?',
      'We do, in three days.',
      'This message cannot be shown here.',
      'Anything else?',
    ]);
  });

  await test.step('it finds back to a server that was killed, and sends what waited', async () => {
    await server.kill('SIGKILL');
    await widget.send('Are you there?');
    server = await spawnTestServer({ dataDir, port: server.port });
    await agent.answer('Here we are.');
    await expect(widget.sent).toBeVisible({ timeout: 40_000 });
    // Whoever finds back first is stored first.
    for (const text of ['Here we are.', 'Are you there?']) {
      await expect(widget.bubbles.filter({ hasText: text })).toHaveCount(1);
    }
  });

  await agent.close();
  expect(errors).toEqual([]);
});

for (const kept of ['loader', 'app'] as const) {
  test(`the first release’s ${kept} from a cache works with the rest of today’s widget`, async ({
    page,
    site,
  }) => {
    const errors = errorsOf(page);
    await keepFirstRelease(page, [kept]);
    const agent = await connectAgent(server);
    const widget = await openWidget(page, server, site);
    await widget.send('Do you ship to Norway?');
    await agent.answer('We do.');
    await expect(widget.bubbles).toHaveText(['Do you ship to Norway?', 'We do.']);
    await agent.close();
    expect(errors).toEqual([]);
  });
}

/** Answers for the server from what a browser may still hold: see `first-release/README.md`. */
async function keepFirstRelease(page: Page, parts: readonly ('loader' | 'app')[]): Promise<void> {
  const answer = (name: string, change = (script: string) => script) => ({
    contentType: 'text/javascript; charset=utf-8',
    headers: { 'access-control-allow-origin': '*' },
    body: change(readFileSync(join(import.meta.dirname, 'first-release', name), 'utf8')),
  });
  if (parts.includes('loader')) {
    await page.route('**/w/*.js', (route) =>
      route.fulfill(
        answer('loader.js', (script) =>
          script.replace('__ALCOVE_SETTINGS__', () => JSON.stringify(settings())),
        ),
      ),
    );
  }
  if (parts.includes('app')) {
    await page.route('**/widget/app.js', (route) => route.fulfill(answer('app.js')));
    await page.route('**/widget/Teaser-d8m1e9q9.js', (route) =>
      route.fulfill(answer('Teaser-d8m1e9q9.js')),
    );
  }
}

/** As the first release's server put them into its loader. */
function settings(): WidgetSettings {
  const { key, name, look } = server.workspace;
  const { side, theme, colour } = look;
  return { key, name, side, theme, ...fitBrandColour(colour) };
}

function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  return errors;
}
