import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnTestServer } from '@alcove/server/testing';
import { consoleOn, expect, openConsole, openWidget, test } from './fixtures.ts';

const BURST = 12;

test('a server killed in the middle of a burst loses, doubles and reorders nothing', async ({
  page,
  browser,
  site,
}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'alcove-e2e-'));
  let server = await spawnTestServer({ dataDir });
  try {
    const agentPage = await openConsole(browser, server, await server.createAgent('owner'));
    const widget = await openWidget(page, server, site);

    const texts = Array.from({ length: BURST }, (_, index) => `line ${index + 1}`);
    for (const [index, text] of texts.entries()) {
      await widget.send(text);
      if (index === BURST / 3) await server.kill('SIGKILL');
    }
    await expect(widget.panel.getByText('Waiting for connection')).toBeVisible();
    server = await spawnTestServer({ dataDir, port: server.port });

    await expect(widget.sent).toBeVisible({ timeout: 20_000 });
    await expect(widget.bubbles).toHaveText(texts);
    await page.reload();
    await widget.open();
    await expect(widget.bubbles).toHaveText(texts);

    const agent = consoleOn(agentPage);
    await agent.row(texts.at(-1) ?? '').click();
    const lines = agent.timeline.getByText(/^line \d+$/);
    await expect(lines).toHaveText(texts);
  } finally {
    await server.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
});
