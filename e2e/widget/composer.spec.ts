import { devices } from '@playwright/test';
import { expect, pageWithTag, test, widgetOn } from '../fixtures.ts';

test.beforeEach(async ({ page, server, site }) => {
  site.page('/', pageWithTag(server));
  await page.goto(site.url);
  await widgetOn(page).open();
});

test('Enter sends, Shift and Enter break the line, blanks are not sent', async ({ page }) => {
  const { composer, bubbles } = widgetOn(page);
  await composer.press('Enter');
  await composer.fill('   ');
  await composer.press('Enter');
  await expect(bubbles).toHaveCount(0);
  await composer.fill('');
  await composer.pressSequentially('one');
  await composer.press('Shift+Enter');
  await composer.pressSequentially('two');
  await composer.press('Enter');
  await expect(bubbles).toHaveText(['one\ntwo']);
  await expect(composer).toHaveValue('');
  await expect(composer).toBeFocused();
});

test('Enter that confirms a word of an input method sends nothing', async ({ page }) => {
  const { composer, bubbles } = widgetOn(page);
  const session = await page.context().newCDPSession(page);
  await composer.focus();
  await session.send('Input.imeSetComposition', {
    text: 'にほんご',
    selectionStart: 4,
    selectionEnd: 4,
  });
  await composer.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  // Safari has ended composing by then, and tells by the key code alone.
  await composer.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 });
  await expect(bubbles).toHaveCount(0);
  await session.send('Input.insertText', { text: '日本語' });
  await expect(composer).toHaveValue('日本語');
  await composer.press('Enter');
  await expect(bubbles).toHaveText(['日本語']);
});

test('what was written is shown as it was written', async ({ page }) => {
  const { composer, bubbles } = widgetOn(page);
  const texts = ['<img src=x onerror=alert(1)> <b>&amp;</b>', 'می‌خواهم', 'क्‍ष', '👨‍👩‍👧‍👦'];
  for (const text of texts) {
    await composer.fill(text);
    await composer.press('Enter');
  }
  await expect(bubbles).toHaveText(texts);
  expect(await bubbles.evaluateAll((nodes) => nodes.map((node) => node.textContent))).toEqual(
    texts,
  );
  for (const bubble of await bubbles.all()) await expect(bubble).toHaveAttribute('dir', 'auto');
});

test('the field grows with the draft up to a limit, and keeps it while the panel is closed', async ({
  page,
}) => {
  const { composer, launcher } = widgetOn(page);
  const height = async () => Math.round((await composer.boundingBox())?.height ?? 0);
  const one = await height();
  await composer.fill('1\n2\n3');
  expect(await height()).toBe(one + 48);
  await composer.fill('line\n'.repeat(50));
  const most = await height();
  expect(most).toBeLessThan(160);
  await page.keyboard.press('Escape');
  await expect(composer).toBeHidden();
  await launcher.click();
  await expect(composer).toHaveValue('line\n'.repeat(50));
  expect(await height()).toBe(most);
});

test('a text that is too long is told so in words, and stays', async ({ page }) => {
  const { composer, panel, bubbles } = widgetOn(page);
  await composer.fill('a'.repeat(8 * 1024 - 10));
  await expect(panel.getByText('10 characters left')).toBeVisible();
  const long = 'a'.repeat(8 * 1024 + 3);
  await composer.fill(long);
  await expect(panel.getByText('Too long to send: take out 3 characters.')).toBeVisible();
  await composer.press('Enter');
  await expect(composer).toHaveValue(long);
  await expect(bubbles).toHaveCount(0);
});

test('on touch, Enter breaks the line and the button sends', async ({ browser, server, site }) => {
  const { defaultBrowserType: _, ...phone } = devices['Pixel 7'];
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  site.page('/', `<meta name="viewport" content="width=device-width">${pageWithTag(server)}`);
  await page.goto(site.url);
  const { launcher, composer, bubbles, panel } = widgetOn(page);
  await launcher.tap();
  await composer.waitFor();
  // A keyboard that jumps up covers what there is to read.
  await expect(composer).not.toBeFocused();
  await composer.tap();
  await composer.pressSequentially('one');
  await composer.press('Enter');
  await composer.pressSequentially('two');
  await expect(bubbles).toHaveCount(0);
  await panel.getByRole('button', { name: 'Send' }).tap();
  await expect(bubbles).toHaveText(['one\ntwo']);
  await expect(composer).toBeFocused();
  await context.close();
});
