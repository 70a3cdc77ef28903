import { startTestServer, type TestServer } from '@alcove/server/testing';
import { expect, openWidget, test as base } from '../fixtures.ts';
import { connectAgent } from './answering-agent.ts';

const COUNT = 450;

/** A server that lets a test write faster than people do. */
const test = base.extend<{ server: TestServer }>({
  // oxlint-disable no-empty-pattern, react-hooks/rules-of-hooks -- how Playwright declares a fixture that needs no other
  server: async ({}, use) => {
    const fast = { points: 10_000, durationMs: 1000 };
    const server = await startTestServer({ limits: { agentSends: fast, agentCommands: fast } });
    await use(server);
    await server.close();
  },
});

test('a long history is paged upwards in place, with few rows in the document', async ({
  page,
  server,
  site,
}) => {
  const agent = await connectAgent(server);
  const widget = await openWidget(page, server, site);
  await widget.send('Tell me everything');
  const id = await agent.conversation();
  for (let line = 1; line < COUNT; line++) await agent.client.send(id, `line ${line}`);
  await agent.answer(`line ${COUNT}`);
  await expect(widget.bubbles.last()).toHaveText(`line ${COUNT}`);

  await page.reload();
  await widget.open();
  await expect(widget.bubbles.last()).toHaveText(`line ${COUNT}`);
  await expect(widget.bubbles.last()).toBeInViewport();
  const list = widget.panel.getByRole('log');
  await list.hover();
  const first = widget.panel.getByText('Tell me everything');
  for (let turn = 0; turn < 200 && !(await first.isVisible()); turn++) {
    await page.mouse.wheel(0, -1500);
    expect(await list.evaluate((node) => node.childElementCount)).toBeLessThan(125);
  }
  await expect(first).toBeVisible();

  // A message that comes now moves nothing, is counted, and one click away.
  const place = await first.boundingBox();
  await agent.answer('And one more');
  const jump = widget.panel.getByRole('button', { name: '1 new message' });
  await expect(jump).toBeVisible();
  expect(await first.boundingBox()).toEqual(place);
  await jump.click();
  await expect(widget.bubbles.last()).toHaveText('And one more');
  await expect(widget.bubbles.last()).toBeInViewport();
  await expect(jump).toBeHidden();
  await agent.close();
});

test('what came while the panel was closed stands below a mark, until it was read', async ({
  page,
  server,
  site,
}) => {
  const agent = await connectAgent(server);
  const widget = await openWidget(page, server, site);
  await widget.send('Back in a minute');
  await agent.answer('Take your time');
  await expect(widget.bubbles.last()).toHaveText('Take your time');
  const read = () =>
    agent.client
      .timeline(agent.client.getState().views.all.conversationIds[0] ?? '')
      .filter((item) => item.kind === 'message' && item.isOwn && item.state === 'read').length;
  await expect.poll(read).toBe(1);

  await page.keyboard.press('Escape');
  await agent.answer('Your parcel is here');
  await expect(widget.teaser).toContainText('Your parcel is here');
  await expect(widget.launcher).toHaveAccessibleName('Open chat, 1 unread message');
  expect(read()).toBe(1);

  await widget.launcher.click();
  const rows = widget.panel.locator('.new, .bubble');
  await expect(rows).toHaveText([
    'Back in a minute',
    'Take your time',
    'New',
    'Your parcel is here',
  ]);
  await expect.poll(read).toBe(2);
  await expect(widget.launcher).toHaveAccessibleName('Open chat');
  await agent.close();
});

test('a quote leads to a message that is not loaded yet', async ({ page, server, site }) => {
  const agent = await connectAgent(server);
  const widget = await openWidget(page, server, site);
  await widget.send('The very first');
  const id = await agent.conversation();
  const first = agent.client.timeline(id)[0];
  for (let line = 1; line < 150; line++) await agent.client.send(id, `line ${line}`);
  await agent.client.send(id, 'About that', { replyTo: first?.seq });
  await expect(widget.bubbles.last()).toContainText('About that');

  await page.reload();
  await widget.open();
  const quote = widget.panel.getByRole('button', { name: /^In reply to/ });
  // Nobody knows yet what it said.
  await expect(quote).toHaveText('In reply to An earlier message');
  await quote.click();
  const row = widget.panel.getByRole('article', { name: 'You: The very first' });
  await expect(row).toBeInViewport();
  await expect(row).toBeFocused();
  const jump = widget.panel.getByRole('button', { name: 'To the newest message' });
  await jump.click();
  await expect(widget.bubbles.last()).toBeInViewport();
  await expect(quote).toHaveText('In reply to YouThe very first');
  await agent.close();
});
