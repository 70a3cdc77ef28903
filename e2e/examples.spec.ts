import { join } from 'node:path';
import { createServer } from 'vite';
import { consoleOn, expect, openConsole, test } from './fixtures.ts';

test('the headless example is a chat of its own on the published client', async ({
  page,
  browser,
  server,
}) => {
  const agentPage = await openConsole(browser, server, await server.createAgent('owner'));
  const example = await createServer({
    root: join(import.meta.dirname, '../examples/headless'),
    configFile: false,
    logLevel: 'error',
    server: { port: 0 },
    define: {
      'import.meta.env.VITE_ALCOVE_SERVER': JSON.stringify(server.url),
      'import.meta.env.VITE_ALCOVE_KEY': JSON.stringify(server.workspace.key),
    },
  });
  try {
    await example.listen();
    const [url = ''] = example.resolvedUrls?.local ?? [];
    await page.goto(url);
    await page.getByRole('textbox', { name: 'Message' }).fill('Hello from my own interface');
    await page.getByRole('button', { name: 'Send' }).click();

    const agent = consoleOn(agentPage);
    await agent.row('Hello from my own interface').click();
    await agent.send('And hello back');
    await expect(page.getByRole('listitem')).toHaveText([
      'Hello from my own interface',
      'And hello back',
    ]);
  } finally {
    await example.close();
  }
});
