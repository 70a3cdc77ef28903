import { consoleOn, expect, openConsole, test } from '../fixtures.ts';
import { openTalk, visitorWrites } from './visitors.ts';

test('the keys worth knowing work, and can be switched off', async ({ browser, server }) => {
  await visitorWrites(server, 'I am Shopper', { name: 'Shopper' });
  await visitorWrites(server, 'I am Jonas', { name: 'Jonas' });
  const page = await openConsole(browser, server, await server.createAgent('owner'));
  const chat = consoleOn(page);
  await expect(page.getByText('Choose a conversation.')).toBeVisible();
  await expect(page.getByRole('listitem')).toHaveCount(2);

  await page.keyboard.press('j');
  await expect(page.getByRole('textbox', { name: 'Reply to Jonas' })).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.getByRole('textbox', { name: 'Reply to Shopper' })).toBeVisible();
  await page.keyboard.press('k');
  await expect(page.getByRole('textbox', { name: 'Reply to Jonas' })).toBeVisible();

  await page.keyboard.press('Enter');
  await expect(chat.composer).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await expect(chat.composer).toBeFocused();
  await page.keyboard.type('jae?');
  await expect(chat.composer).toHaveValue('jae?');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('and');
  await expect(chat.composer).toHaveValue('jae?\nand');
  await page.keyboard.press('Enter');
  await expect(chat.timeline.getByText('jae? and')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('a');
  await expect(page.getByRole('menu', { name: 'Assign to' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await page.keyboard.press('e');
  await expect(chat.timeline.getByText('You resolved this')).toBeVisible();

  await page.keyboard.press('?');
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('e');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
});

test('Enter does not send while an input method composes', async ({ browser, server }) => {
  const visitor = await visitorWrites(server, 'こんにちは');
  const page = await openTalk(browser, server, visitor);
  const chat = consoleOn(page);
  await chat.composer.focus();
  const session = await page.context().newCDPSession(page);
  await session.send('Input.imeSetComposition', {
    text: 'かな',
    selectionStart: 2,
    selectionEnd: 2,
  });
  await chat.composer.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true });
  await session.send('Input.insertText', { text: '仮名' });
  await expect(chat.composer).toHaveValue('仮名');
  await page.keyboard.press('Enter');
  await expect(chat.timeline.getByText('仮名')).toBeVisible();
  await expect(chat.composer).toHaveValue('');
});
