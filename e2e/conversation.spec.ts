import {
  consoleOn,
  expect,
  openConsole,
  openWidget,
  pageWithTag,
  test,
  widgetOn,
} from './fixtures.ts';

test('a visitor and two agents talk: live, with typing, read marks and unread counts', async ({
  page,
  browser,
  server,
  site,
}) => {
  const owner = await server.createAgent('owner', { name: 'Front desk' });
  const colleague = await server.createAgent('agent', { name: 'Back office' });
  const ownerPage = await openConsole(browser, server, owner);
  const colleaguePage = await openConsole(browser, server, colleague);
  const ownersConsole = consoleOn(ownerPage);
  const colleaguesConsole = consoleOn(colleaguePage);
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  const widget = widgetOn(page);

  await test.step('what the visitor writes reaches both agents as unread', async () => {
    await widget.open();
    await widget.send('Do you ship to Norway?');
    for (const agents of [ownersConsole, colleaguesConsole]) {
      await expect(agents.row('Do you ship to Norway?')).toContainText('1');
    }
    await expect(widget.panel.getByText('Delivered')).toBeVisible();
  });

  await test.step('reading it is told to the visitor, and clears the count of who read it', async () => {
    await ownersConsole.row('Do you ship to Norway?').click();
    await expect(widget.panel.getByText(/^Read /)).toBeVisible();
    await expect(ownersConsole.row('Do you ship').getByLabel(/unread/)).toHaveCount(0);
  });

  await test.step('each side sees the other one type', async () => {
    await ownersConsole.composer.pressSequentially('We do');
    await expect(widget.panel.getByText('Front desk is typing')).toBeVisible();
    await widget.composer.pressSequentially('And');
    await expect(ownersConsole.timeline.getByText(/is typing/)).toBeVisible();
    await widget.composer.fill('');
    await ownersConsole.composer.fill('');
  });

  await test.step('an answer reaches the visitor, and reading it is told to the agent', async () => {
    await ownersConsole.send('We do, in three days.');
    await expect(widget.bubbles.last()).toHaveText('We do, in three days.');
    await expect(widget.panel.getByText('Front desk', { exact: true })).toBeVisible();
    await expect(ownersConsole.timeline.getByText(/^Read /)).toBeVisible();
    await expect(colleaguesConsole.row('We do, in three days.')).toBeVisible();
  });

  await test.step('assigning shows up for the colleague, resolving for the visitor', async () => {
    await ownerPage.getByRole('button', { name: /^Assigned to/ }).click();
    await ownerPage.getByRole('menuitem', { name: /Back office/ }).click();
    await colleaguePage.getByRole('link', { name: /^Mine/ }).click();
    await colleaguesConsole.row('We do, in three days.').click();
    await expect(
      colleaguesConsole.timeline.getByText('Front desk assigned this to you'),
    ).toBeVisible();

    await colleaguePage.getByRole('button', { name: 'Resolve' }).click();
    await expect(widget.panel.getByText(/Marked as resolved/)).toBeVisible();
    await expect(ownerPage.getByRole('button', { name: 'Reopen' })).toBeVisible();
  });

  await test.step('a visitor who writes again reopens it', async () => {
    await widget.send('One more thing');
    await expect(ownerPage.getByRole('button', { name: 'Resolve' })).toBeVisible();
    await expect(colleaguesConsole.timeline.getByText('One more thing')).toBeVisible();
  });

  await test.step('a reload keeps the thread on both sides', async () => {
    const said = ['Do you ship to Norway?', 'We do, in three days.', 'One more thing'];
    await page.reload();
    await widget.open();
    await expect(widget.bubbles).toHaveText(said);
    await ownerPage.reload();
    for (const text of said) await expect(ownersConsole.timeline.getByText(text)).toBeVisible();
  });
});

test('an answer to a closed panel on the next page shows as teaser and count', async ({
  page,
  browser,
  server,
  site,
}) => {
  const agentPage = await openConsole(
    browser,
    server,
    await server.createAgent('owner', { name: 'Front desk' }),
  );
  site.page('/one', pageWithTag(server));
  site.page('/two', pageWithTag(server));
  await page.goto(`${site.url}/one`);
  const widget = widgetOn(page);
  await widget.open();
  await widget.send('Is anybody there?');
  await expect(widget.panel.getByText('Delivered')).toBeVisible();

  await page.goto(`${site.url}/two`);
  const agent = consoleOn(agentPage);
  await agent.row('Is anybody there?').click();
  await agent.send('Yes, we are.');

  await expect(widget.teaser).toContainText('Yes, we are.');
  await expect(widget.launcher).toHaveAccessibleName('Open chat, 1 unread message');
  await widget.teaser.getByRole('button').first().click();
  await expect(widget.bubbles.last()).toHaveText('Yes, we are.');
  await expect(widget.launcher).not.toHaveAccessibleName(/unread/);
});

test('what a visitor writes in one workspace never shows in another', async ({
  page,
  browser,
  server,
  site,
}) => {
  const other = await server.createWorkspace('Another shop');
  const here = await openConsole(browser, server, await server.createAgent('owner'));
  const there = await openConsole(
    browser,
    server,
    await server.createAgent('owner', { workspace: other }),
  );
  const widget = await openWidget(page, server, site);
  await widget.send('For this shop only');
  await expect(consoleOn(here).row('For this shop only')).toBeVisible();
  await expect(there.getByText('Nobody has written yet.')).toBeVisible();
});
