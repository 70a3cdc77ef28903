import { expect, openConsole, test } from '../fixtures.ts';

test('the first owner joins by the link, and comes back by e-mail and password', async ({
  page,
  server,
}) => {
  const { url: link } = await server.execute('agent.invite', {
    workspace: server.workspace.key,
    role: 'owner',
  });

  await test.step('the link asks for what is needed, and says what is missing', async () => {
    await page.goto(link);
    await expect(page.getByRole('heading', { name: /^Set up / })).toBeVisible();
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByText('Enter your name.')).toBeVisible();
    await expect(page.getByText('Use at least 10 characters.')).toBeVisible();
  });

  await test.step('joining leads to the inbox', async () => {
    await page.getByLabel('Your name').fill('Helpdesk');
    await page.getByLabel('E-mail').fill('olive@shop.example');
    await page.getByLabel('Password', { exact: true }).fill('a long password');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByText('Nobody has written yet.')).toBeVisible();
    expect(page.url()).not.toContain('join');
  });

  await test.step('a reload keeps them signed in', async () => {
    await page.reload();
    await expect(page.getByText('Nobody has written yet.')).toBeVisible();
  });

  await test.step('the used link says that it is used, and what to do', async () => {
    const again = await page.context().newPage();
    await again.goto(link);
    await expect(again.getByRole('heading', { name: 'This link no longer works' })).toBeVisible();
    await expect(again.getByText(/ask the person who sent it for a new one/)).toBeVisible();
    await again.close();
  });

  await test.step('they sign out, and in again', async () => {
    await page.getByRole('button', { name: 'Account: Helpdesk' }).click();
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();

    await page.getByLabel('E-mail').fill('olive@shop.example');
    await page.getByLabel('Password', { exact: true }).fill('the wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toContainText(/password/i);

    await page.getByLabel('Password', { exact: true }).fill('a long password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('Nobody has written yet.')).toBeVisible();
  });
});

test('an owner invites a colleague by a link, and can withdraw one', async ({
  browser,
  server,
  page: colleague,
}) => {
  const owner = await openConsole(
    browser,
    server,
    await server.createAgent('owner', { name: 'Helpdesk' }),
    '#/settings/agents',
  );
  await expect(owner.getByText('Helpdesk (you)')).toBeVisible();
  await owner.getByRole('button', { name: 'Create link' }).click();
  const link = await owner.getByLabel('Invitation link').inputValue();

  await colleague.goto(link);
  await expect(colleague.getByText('You are invited as an agent.')).toBeVisible();
  await colleague.getByLabel('Your name').fill('Counter');
  await colleague.getByLabel('E-mail').fill('cedar@shop.example');
  await colleague.getByLabel('Password', { exact: true }).fill('a long password');
  await colleague.getByRole('button', { name: 'Join' }).click();
  await expect(colleague.getByRole('link', { name: 'Agents' })).toBeVisible();
  await colleague.getByRole('link', { name: 'Agents' }).click();
  await expect(colleague.getByText('Owners and admins can invite')).toBeVisible();

  await owner.getByRole('button', { name: 'Create link' }).click();
  await expect(owner.getByLabel('Invitation link')).not.toHaveValue(link);
  const second = await owner.getByLabel('Invitation link').inputValue();
  await owner
    .getByRole('button', { name: /^Withdraw/ })
    .first()
    .click();
  await expect(owner.getByLabel('Invitation link')).toHaveCount(0);
  await colleague.goto('about:blank');
  await colleague.goto(second);
  await expect(colleague.getByText('This link no longer works')).toBeVisible();

  await owner.reload();
  await owner.getByRole('button', { name: 'Disable' }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await expect(owner.getByText('Disabled')).toBeVisible();
});

test('signing out everywhere ends the session in other browsers, in words', async ({
  browser,
  server,
}) => {
  const agent = await server.createAgent('owner', { name: 'Helpdesk' });
  const here = await openConsole(browser, server, agent);
  await expect(here.getByText('Nobody has written yet.')).toBeVisible();

  const there = await (await browser.newContext()).newPage();
  await there.goto(`${server.url}/console/`);
  await there.getByLabel('E-mail').fill(agent.email);
  await there.getByLabel('Password', { exact: true }).fill(agent.password);
  await there.getByRole('button', { name: 'Sign in' }).click();
  await there.getByRole('button', { name: 'Account: Helpdesk' }).click();
  await there.getByRole('menuitem', { name: 'Sign out everywhere' }).click();

  await expect(there.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(here.getByText('Your session has ended.')).toBeVisible();
});
