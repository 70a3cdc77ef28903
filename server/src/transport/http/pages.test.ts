import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { createId, type WidgetSettings } from '@alcove/protocol';
import { widgetSettingsSchema } from '@alcove/protocol/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { locateBuiltFiles } from '../../built-files.ts';
import { sendRequest } from '../../testing/send-request.ts';
import { startTestServer, type TestServer } from '../../testing/start-test-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'alcove-built-'));
const files = {
  ...locateBuiltFiles(),
  widget: join(folder, 'widget'),
  console: join(folder, 'console'),
};
const LOADER = `"use strict";window.seen=__ALCOVE_SETTINGS__;${'/* filler */'.repeat(100)}`;
let server: TestServer;

beforeAll(async () => {
  mkdirSync(join(files.widget, 'types'), { recursive: true });
  mkdirSync(join(files.console, 'assets'), { recursive: true });
  writeFileSync(join(files.widget, 'loader.js'), LOADER);
  writeFileSync(join(files.widget, 'app.js'), 'export {};');
  writeFileSync(join(files.widget, 'panel-a1b2c3d4.js'), 'export {};');
  writeFileSync(join(files.widget, 'types', 'app.d.ts'), 'export {};');
  writeFileSync(join(files.console, 'assets', 'index-a1b2c3d4.js'), 'export {};');
  writeFileSync(
    join(files.console, 'index.html'),
    '<meta content="__CSP_NONCE__"><script type="module" nonce="__CSP_NONCE__" src="/console/assets/index-a1b2c3d4.js"></script>',
  );
  server = await startTestServer({ files });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  sendRequest(server.url + path, { headers });

/** Runs a loader as a browser would, and says what settings it found. */
function settingsOf(script: string): WidgetSettings {
  const window: { seen?: unknown } = {};
  runInNewContext(script, { window });
  return widgetSettingsSchema.parse(window.seen);
}

describe('every page', () => {
  const pages: readonly (readonly [string, number])[] = [
    ['/demo/', 200],
    ['/demo/page-2', 200],
    ['/console/', 200],
    ['/console/inbox/deep/link', 200],
    ['/nothing', 404],
  ];

  test.each(pages)('%s has a strict policy, and may not be framed', async (path, status) => {
    const answer = await get(path, { accept: 'text/html' });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(answer.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(answer.headers['x-powered-by']).toBeUndefined();
    // Nothing inline but what a nonce or hash names.
    expect(answer.text).not.toMatch(/ style=|javascript:| on\w+=/);
  });

  test.each(['/demo/', '/console/'])('%s turns no string into code', async (path) => {
    const policy = String((await get(path)).headers['content-security-policy']);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toContain(`connect-src 'self' ${server.url.replace('http', 'ws')}`);
  });
});

describe('the console', () => {
  test('gets a nonce of its own with every answer, in the page and in the policy', async () => {
    const [first, second] = [await get('/console/'), await get('/console/')];
    const nonceOf = ({ text }: typeof first) => /nonce="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(nonceOf(first)).toMatch(/^[\w+/]{22}==$/);
    expect(nonceOf(first)).not.toBe(nonceOf(second));
    expect(first.headers['content-security-policy']).toContain(`'nonce-${nonceOf(first)}'`);
    expect(first.text).not.toContain('__CSP_NONCE__');
    expect(first.headers['cache-control']).toBe('no-store');
  });

  test('has files that never change, and says so', async () => {
    const answer = await get('/console/assets/index-a1b2c3d4.js');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await get('/console/assets/index-missing0.js')).status).toBe(404);
  });

  test('is found without its slash', async () => {
    expect(await get('/console')).toMatchObject({
      status: 301,
      headers: { location: '/console/' },
    });
  });

  test('says over plain http why it does not open, and how it does', async () => {
    const answer = await get('/console/', { host: '203.0.113.9:3000' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('ssh -N -L 3000:localhost:3000 203.0.113.9');
    expect(answer.text).toContain('PUBLIC_URL');
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test.each(['localhost:9999', '127.0.0.1', '[::1]:3000'])('opens on %s', async (host) => {
    expect((await get('/console/', { host })).status).toBe(200);
  });

  test('does not repeat a host name as HTML', async () => {
    const answer = await get('/console/', { host: '<script>alert(1)</script>' });
    expect(answer.text).not.toContain('<script>alert');
  });

  test('believes a trusted proxy that there is TLS', async () => {
    const proxied = await startTestServer({ files, config: { trustProxy: 1 } });
    try {
      const ask = (proto: string) =>
        sendRequest(`${proxied.url}/console/`, {
          headers: { host: 'chat.example.com', 'x-forwarded-proto': proto },
        });
      expect((await ask('https')).status).toBe(200);
      expect((await ask('http')).status).toBe(403);
    } finally {
      await proxied.close();
    }
  });
});

describe('the loader', () => {
  const path = () => `/w/${server.workspace.key}.js`;

  test("comes with the workspace's settings inside", async () => {
    const { text, headers } = await get(path());
    expect(settingsOf(text)).toEqual({
      key: server.workspace.key,
      name: 'My workspace',
      side: 'end',
      theme: 'auto',
      accent: '#0b6b62',
      onAccent: '#ffffff',
      accentHover: expect.any(String),
      accentText: [expect.any(String), expect.any(String)],
    });
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      vary: 'Accept-Encoding',
    });
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('is sent once, as long as nothing changes', async () => {
    const etag = String((await get(path())).headers['etag']);
    const again = await get(path(), { 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, text: '' });
    await server.execute('workspace.update', { change: { look: { colour: '#ffcc00' } } });
    const changed = await get(path(), { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(settingsOf(changed.text)).toMatchObject({ accent: '#ffcc00', onAccent: '#000000' });
  });

  test('is compressed in the best way that the browser takes', async () => {
    const fetched = async (accepted: string) => {
      const response = await fetch(server.url + path(), {
        headers: { 'accept-encoding': accepted },
      });
      return { encoding: response.headers.get('content-encoding'), text: await response.text() };
    };
    const plain = await fetched('identity');
    expect(plain.encoding).toBeNull();
    expect(await fetched('gzip, deflate, br')).toEqual({ encoding: 'br', text: plain.text });
    expect(await fetched('gzip')).toEqual({ encoding: 'gzip', text: plain.text });
  });

  test.each([
    '</script><script>alert(1)</script>',
    '"};alert(1);//',
    "$& $' $` $1",
    'line\u2028paragraph\u2029',
    '日本語のお店'.repeat(20),
    '👩‍👩‍👧 family',
  ])('holds the name %j, whatever it means elsewhere', async (name) => {
    const workspace = await server.createWorkspace(name);
    const { text } = await get(`/w/${workspace.key}.js`);
    const settings = settingsOf(text);
    expect(text).not.toContain('</script');
    expect(Buffer.byteLength(JSON.stringify(settings))).toBeLessThanOrEqual(300);
    expect(workspace.name.startsWith(settings.name.replace(/…$/, ''))).toBe(true);
  });

  test.each([`/w/${createId('wk')}.js`, '/w/nonsense.js', '/w/%3Cscript%3E.js', '/w/wk_1'])(
    'of an unknown key (%s) warns in the console of the page, and does nothing else',
    async (unknown) => {
      const { status, text, headers } = await get(unknown);
      // Browsers do not run a script that comes with a 404.
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      const warnings: string[] = [];
      const warn = (message: string) => warnings.push(message);
      runInNewContext(text, { console: { warn } });
      expect(warnings).toEqual([expect.stringMatching(/^Alcove: no workspace has the key/)]);
      expect(text).not.toContain('<script');
    },
  );
});

describe('files of the widget', () => {
  test('may be loaded by any page, hashed ones for ever', async () => {
    const shared = {
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    };
    expect((await get('/widget/panel-a1b2c3d4.js')).headers).toMatchObject({
      ...shared,
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await get('/widget/app.js')).headers).toMatchObject({
      ...shared,
      'cache-control': 'public, max-age=300',
    });
  });

  test.each(['app.js', 'panel-a1b2c3d4.js'])(
    'have other addresses for browsers that remember a failure: again/%s',
    async (name) => {
      const { text, headers } = await get(`/widget/${name}`);
      for (const folder of ['again', 'again/again']) {
        const other = await get(`/widget/${folder}/${name}`);
        expect(other).toMatchObject({ status: 200, text });
        expect(other.headers['cache-control']).toBe(headers['cache-control']);
      }
    },
  );

  test.each(['/widget/panel-00000000.js', '/widget/again/panel-00000000.js'])(
    'of another version than the server’s tell the page that it is outdated: %s',
    async (gone) => {
      const { status, text, headers } = await get(gone);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': 'no-store',
        'content-type': 'text/javascript; charset=utf-8',
      });
      const told: string[] = [];
      const tell = ({ type }: Event) => told.push(type);
      const document = { querySelectorAll: (name: string) => [{ name, dispatchEvent: tell }] };
      const page = { Event, document };
      expect(() => void runInNewContext(text, page)).toThrow(/^Alcove: the server has another/);
      expect(told).toEqual(['outdated']);
    },
  );

  test.each([
    '/widget/again/again/',
    '/widget/panel-00000000.css',
    '/widget/again/../console/index.html',
    '/widget/types/app.d.ts',
    '/widget/../console/index.html',
    '/widget/..%2Fconsole%2Findex.html',
    '/widget/%2e%2e/console/index.html',
    '/widget/..%5cconsole%5cindex.html',
    '/widget/.env.js',
    '/widget/app.js%00',
    '/widget/',
    '/console/assets/..%2Findex.html',
    '/demo/..%2Fpackage.json',
    '/demo/%2e%2e%2fpackage.json',
  ])('%s is not one of them', async (path) => {
    const answer = await get(path);
    expect(answer.text).not.toContain('nonce=');
    expect(answer.text).not.toContain('@alcove/server');
    expect(answer.status).toBe(404);
  });
});

describe('the demo', () => {
  test('is where the address of the server leads', async () => {
    expect(await get('/')).toMatchObject({ status: 302, headers: { location: '/demo/' } });
    expect(await get('/demo')).toMatchObject({ status: 301, headers: { location: '/demo/' } });
  });

  test('carries the tag of the first workspace on both pages', async () => {
    const tag = `<script async src="/w/${server.workspace.key}.js"></script>`;
    for (const path of ['/demo/', '/demo/page-2']) {
      const { text } = await get(path);
      expect(text).toContain(tag);
      expect(text).toContain('/console/');
      expect(text).not.toContain('__');
    }
  });

  test('has all the files that it names', async () => {
    const { text } = await get('/demo/');
    const named = [...text.matchAll(/(?:href|src)="(\/demo\/[^"]*)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(named).toContain('/demo/demo.css');
    for (const path of named) expect((await get(path)).status).toBe(200);
  });
});

describe('what is not built', () => {
  test('is said in words, where people look', async () => {
    const empty = { ...files, widget: join(folder, 'none'), console: join(folder, 'none') };
    const bare = await startTestServer({ files: empty });
    try {
      const page = await sendRequest(`${bare.url}/console/`);
      expect(page).toMatchObject({ status: 503 });
      expect(page.text).toContain('npm run build');
      const script = await sendRequest(`${bare.url}/w/${bare.workspace.key}.js`);
      expect(script.text).toMatch(/^console\.warn\("Alcove: the chat widget is not built/);
      expect(bare.logged.join('')).toContain('the widget is not built');
    } finally {
      await bare.close();
    }
  });
});

describe('unknown addresses', () => {
  test.each(['/api/', '/api/v1', '/api/v2/session', '/api/v1/agents/a/b', '/api/v1/session/'])(
    '%s answer with a refusal',
    async (path) => {
      const answer = await get(path, { accept: 'text/html' });
      expect(answer).toMatchObject({ status: 404, json: { ok: false, code: 'not_found' } });
    },
  );

  test('answer a person with a page and a program with JSON', async () => {
    expect((await get('/x', { accept: 'text/html' })).text).toContain('There is nothing here');
    expect((await get('/x')).json).toMatchObject({ code: 'not_found' });
  });

  test.each(['/%', '/w/%E0%A4%A', '/console/%', '/demo/%ff'])(
    'that cannot be read (%s) break nothing',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toMatch(/\n\s+at |node_modules/);
    },
  );
});
