import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { spawnTestServer } from '@alcove/server/testing';
import type { Page, BrowserContext } from '@playwright/test';
import { consoleOn, openConsole, test, pageWithTag, widgetOn } from './fixtures.ts';
import { visitorWrites } from './console/visitors.ts';

const OUT = '/tmp/shots';
const often = { points: 100_000, durationMs: 1_000 };
const NAMES = [
  'Ines Albuquerque',
  'Jonas',
  'فاطمة الزهراء بنت محمد',
  'יעל כהן',
  'Wolfeschlegelsteinhausenbergerdorff-Schmidt-Rottluff von und zu Hohenlohe',
  '🦊 Foxy',
  '李小龍',
  'a.very.long.mail.address.of.somebody.who.has.no.name@subdomain.of.a.long.domain.example',
  'Bob',
  'Ægir Þórsson',
];
const TEXTS = [
  'Is it in stock?',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftdonaudampfschifffahrtselektrizitätenhauptbetriebswerk',
  'مرحبا، هل يمكنكم مساعدتي في طلبي رقم 4521؟ لم يصل بعد.',
  'שלום, איפה ההזמנה שלי?',
  '😀😀',
  'Hello,\nI have two questions.\nFirst: when?\nSecond: how much?',
  'https://shop.example/a/very/long/path/with/many/segments?and=a&query=that&goes=on&and=on&forever=true',
  'ok',
  'Where is my parcel? I ordered it three weeks ago and I have heard nothing since, which is rather disappointing.',
];

test('tour', async ({ browser, site }) => {
  test.setTimeout(500_000);
  const dataDir = mkdtempSync(join(tmpdir(), 'alcove-tour-'));
  const limits = {
    visitorSends: often,
    visitorCommands: often,
    visitorSessionsPerAddress: often,
    newConversationsPerAddress: often,
  } as never;
  let server = await spawnTestServer({ dataDir, limits });
  const shot = (page: Page, name: string) =>
    page.waitForTimeout(350).then(() => page.screenshot({ path: `${OUT}/${name}.png` }));
  const olive = await server.createAgent('owner', {
    name: 'Olive',
    email: 'olive@shop.example',
    password: 'a long password',
  });

  // entrance
  const anon = await (
    await browser.newContext({ viewport: { width: 1440, height: 900 } })
  ).newPage();
  await anon.goto(`${server.url}/console/`);
  await anon.getByRole('button', { name: 'Sign in' }).waitFor();
  await shot(anon, '01-signin');
  await anon.getByRole('button', { name: 'Sign in' }).click();
  await shot(anon, '02-signin-empty');
  await anon.getByLabel('E-mail').fill('olive@shop.example');
  await anon.getByLabel('Password', { exact: true }).fill('wrong password');
  await anon.getByRole('button', { name: 'Sign in' }).click();
  await anon.getByRole('alert').waitFor();
  await shot(anon, '03-signin-wrong');
  for (let i = 0; i < 25; i++) {
    await anon.getByLabel('Password', { exact: true }).fill('wrong password' + i);
    await anon.getByRole('button', { name: 'Sign in' }).click();
    await anon.waitForTimeout(60);
  }
  await shot(anon, '04-signin-limited');
  await anon.setViewportSize({ width: 390, height: 844 });
  await anon.emulateMedia({ colorScheme: 'dark' });
  await shot(anon, '05-signin-limited-phone-dark');
  const { url: link } = await server.execute('agent.invite', {
    workspace: server.workspace.key,
    role: 'agent',
  });
  await anon.goto('about:blank');
  await anon.goto(link);
  await anon.getByLabel('Your name').waitFor();
  await shot(anon, '06-join-phone-dark');
  await anon.setViewportSize({ width: 1440, height: 900 });
  await anon.emulateMedia({ colorScheme: 'light' });
  await anon.getByRole('button', { name: 'Join' }).click();
  await shot(anon, '07-join-errors');
  await anon.getByLabel('Your name').fill('Olive');
  await anon.getByLabel('E-mail').fill('olive@shop.example');
  await anon.getByLabel('Password', { exact: true }).fill('wrong password again');
  await anon.getByRole('button', { name: 'Join' }).click();
  await anon.getByRole('alert').waitFor();
  await shot(anon, '08-join-existing-wrong');
  await anon.goto('about:blank');
  await anon.goto(link.slice(0, -4) + 'AAAA');
  await anon.getByRole('heading').waitFor();
  await shot(anon, '09-join-invalid');
  await anon.route('**/api/**', (r) => r.abort());
  await anon.goto('about:blank');
  await anon.goto(link);
  await anon.getByRole('heading').waitFor();
  await shot(anon, '10-join-unreachable');
  await anon.goto('about:blank');
  await anon.goto(`${server.url}/console/`);
  await anon.waitForTimeout(500);
  await shot(anon, '11-unreachable');
  await anon.context().close();

  const page = await openConsole(browser, server, olive);
  const ctx: BrowserContext = page.context();
  await ctx.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByText('Nobody has written yet.').waitFor();
  await shot(page, '12-never-used');
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, '13-never-used-phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const v of ['mine', 'unassigned', 'resolved']) {
    await page.goto(`${server.url}/console/#/inbox/${v}`);
    await shot(page, `14-empty-${v}`);
  }
  await page.goto(`${server.url}/console/#/inbox/all`);
  const cedar = await server.createAgent('agent', { name: 'Cedar Wolfeschlegelsteinhausenberger' });
  await server.createAgent('admin', { name: 'نور الهدى' });
  const people = [];
  for (let i = 0; i < 34; i++) {
    const name = NAMES[i % NAMES.length]!;
    const isMail = name.includes('@');
    people.push(
      await visitorWrites(
        server,
        TEXTS[i % TEXTS.length]!,
        i % 11 === 3
          ? {}
          : {
              ...(isMail
                ? { email: name }
                : {
                    name: i < 10 ? name : `${name} ${i}`,
                    email: i % 2 ? `p${i}@shop.example` : undefined!,
                  }),
              page: {
                url: 'https://shop.example/catalogue/jackets/blue?size=medium',
                title: i % 4 ? 'Blue jackets' : 'جاكيت أزرق',
              },
            },
      ),
    );
  }
  await page.reload();
  await page.getByText('Choose a conversation').waitFor();
  await shot(page, '20-inbox-none');
  const db = new DatabaseSync(join(dataDir, 'alcove.db'));
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, '21-inbox-none-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, '22-inbox-phone');
  await page.setViewportSize({ width: 1024, height: 768 });
  await shot(page, '23-inbox-1024');
  await page.setViewportSize({ width: 1440, height: 900 });

  // a conversation of every kind of message
  const ines = people[0]!;
  for (const text of TEXTS) await ines.write(text);
  await page.goto(`${server.url}/console/#/inbox/all/${ines.conversationId}`);
  const chat = consoleOn(page);
  await chat.composer.waitFor();
  await shot(page, '30-conversation');
  await chat.send('It is in stock.');
  await chat.send('😀');
  await chat.send(
    'नमस्ते 👍🏽 ' +
      'A long answer that goes on for a while so that the bubble wraps and we see the width of the text column. '.repeat(
        4,
      ),
  );
  await page.waitForTimeout(600);
  await shot(page, '31-conversation-answered');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, '32-conversation-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  for (const id of [1, 2, 3, 4, 7]) {
    await page.goto(`${server.url}/console/#/inbox/all/${people[id]!.conversationId}`);
    await page.waitForTimeout(500);
    if (id === 1) await chat.composer.fill('A draft');
    await shot(page, `33-conversation-${id}`);
  }
  await page.setViewportSize({ width: 1024, height: 768 });
  await shot(page, '34-1024');
  await page.getByRole('button', { name: 'Show contact' }).click();
  await shot(page, '35-drawer');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/console/#/inbox/all/${ines.conversationId}`);
  await page.waitForTimeout(500);
  await shot(page, '36-phone');
  await page.getByRole('button', { name: 'Show contact' }).click();
  await shot(page, '37-phone-drawer');
  await page.keyboard.press('Escape');
  await page.waitForTimeout(300);
  await page.getByRole('button', { name: /Assigned|Unassigned/ }).click();
  await shot(page, '38-phone-assign');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.waitForTimeout(300);
  await page.getByRole('button', { name: /Assigned|Unassigned/ }).click();
  await shot(page, '39-assign');
  await page.getByRole('menuitem', { name: /Cedar/ }).click();
  await page.waitForTimeout(400);
  await page.getByRole('button', { name: 'Resolve' }).click();
  await page.getByRole('button', { name: 'Reopen' }).waitFor();
  await shot(page, '40-resolved');
  await page.goto(`${server.url}/console/#/inbox/resolved`);
  await shot(page, '41-resolved-view');
  await page.goto(`${server.url}/console/#/inbox/mine`);
  await shot(page, '42-mine-empty-used');
  await page.getByRole('button', { name: 'Take the longest waiting' }).click();
  await page.waitForTimeout(600);
  await shot(page, '43-taken');
  await page.goto(`${server.url}/console/#/inbox/all`);
  await page.getByRole('button', { name: /^Account/ }).click();
  await shot(page, '44-account');
  await page.getByRole('menuitemradio', { name: 'Compact' }).click();
  await page.keyboard.press('Escape');
  await shot(page, '45-compact');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await shot(page, '46-shortcuts');
  await page.keyboard.press('Escape');
  await page.waitForTimeout(300);
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Comfortable' }).click();
  await page.keyboard.press('Escape');

  // agents
  await page.goto(`${server.url}/console/#/settings/agents`);
  await page.getByText('Olive (you)').waitFor();
  await page.getByRole('button', { name: 'Create link' }).click();
  await page.getByLabel('Invitation link').waitFor();
  await shot(page, '50-agents');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await shot(page, '51-agents-copied');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, '52-agents-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('combobox').first().click();
  await shot(page, '53-agents-role');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, '54-agents-phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.waitForTimeout(300);
  await page.getByRole('button', { name: 'Disable' }).first().click();
  await shot(page, '55-agents-disable');
  await page.keyboard.press('Escape');

  // rtl
  await page.addInitScript(() => {
    new MutationObserver((_r, o) => {
      if (document.documentElement) {
        document.documentElement.dir = 'rtl';
        o.disconnect();
      }
    }).observe(document, { childList: true });
  });
  await page.goto(`${server.url}/console/#/inbox/all/${people[2]!.conversationId}`);
  await page.reload();
  await chat.composer.waitFor();
  await chat.send('أهلا');
  await page.waitForTimeout(500);
  await shot(page, '60-rtl');
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.getByRole('button', { name: 'Show contact' }).click();
  await shot(page, '61-rtl-drawer');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, '62-rtl-phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${server.url}/console/#/settings/agents`);
  await page.waitForTimeout(500);
  await shot(page, '63-rtl-agents');
  await page.close();

  // long conversation with days
  const long = people[8]!;
  for (let i = 0; i < 120; i++) await long.write(`Message ${i}`);
  const p2 = await ctx.newPage();
  await p2.setViewportSize({ width: 1440, height: 900 });
  await p2.goto(`${server.url}/console/#/inbox/all/${long.conversationId}`);
  const chat2 = consoleOn(p2);
  await chat2.composer.waitFor();
  await shot(p2, '70-long-new');
  await p2.getByRole('button', { name: /new messages$/ }).click();
  await shot(p2, '71-long-end');
  // typing visitor
  site.page('/', pageWithTag(server));
  const vp = await (await browser.newContext()).newPage();
  await vp.goto(site.url);
  const w = widgetOn(vp);
  await w.open();
  await w.send('I am on the page');
  await chat2.row('I am on the page').first().click();
  await p2.waitForTimeout(500);
  await chat2.send('Hello there');
  await w.composer.pressSequentially('typing now', { delay: 60 });
  await p2.waitForTimeout(500);
  await shot(p2, '72-typing');
  // server stopped
  await server.kill('SIGKILL');
  await chat2.send('Written while the server is away');
  await p2.waitForTimeout(400);
  await shot(p2, '73-waiting');
  await p2.waitForTimeout(4000);
  await shot(p2, '74-waiting-notice');
  await p2.setViewportSize({ width: 390, height: 844 });
  await shot(p2, '75-waiting-notice-phone');
  await p2.setViewportSize({ width: 1440, height: 900 });
  await ctx.setOffline(true);
  await p2.waitForTimeout(1000);
  await shot(p2, '76-offline');
  await p2.getByRole('button', { name: 'Resolve' }).click();
  await p2.waitForTimeout(1000);
  await shot(p2, '77-resolve-offline');
  await ctx.setOffline(false);
  server = await spawnTestServer({ dataDir, port: server.port, limits });
  await p2
    .getByText(/^(Sent|Delivered)$/)
    .waitFor({ timeout: 30000 })
    .catch(() => {});
  await shot(p2, '78-back');
  // ended
  const there = await (await browser.newContext()).newPage();
  await there.goto(`${server.url}/console/`);
  await there.getByLabel('E-mail').fill('olive@shop.example');
  await there.getByLabel('Password', { exact: true }).fill('a long password');
  await there.getByRole('button', { name: 'Sign in' }).click();
  await there.getByRole('button', { name: 'Account: Olive' }).click();
  await there.getByRole('menuitem', { name: 'Sign out everywhere' }).click();
  await p2
    .getByText('Your session has ended')
    .waitFor({ timeout: 15000 })
    .catch(() => {});
  await shot(p2, '79-ended');
  db.close();
  await server.kill('SIGKILL');
});
