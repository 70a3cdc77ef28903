import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plugin, rollup } from 'rollup';
import { describe, expect, it } from 'vitest';
import { browserPlugins, holdsOnce, stylesheetAsText } from './rollup-plugins.ts';

const modules = join(import.meta.dirname, '../../node_modules');

/** The stand-ins are plain JavaScript: their names alone matter here. */
async function namesOf(file: string): Promise<string[]> {
  return Object.keys((await import(join(import.meta.dirname, file))) as object);
}

async function bundle(source: string, ...plugins: Plugin[]) {
  const entry = join(import.meta.dirname, 'entry.ts');
  const build = await rollup({
    input: entry,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? source : null),
      },
      ...browserPlugins(),
      ...plugins,
    ],
  });
  const { output } = await build.generate({ format: 'es' });
  await build.close();
  return output[0].code;
}

describe('webSocketOnly', () => {
  it('leaves long polling, WebTransport and Node out of the bundle', async () => {
    const code = await bundle(`export { Manager } from 'socket.io-client';`);
    expect(code).toContain('new WebSocketCtor(');
    expect(code).not.toMatch(/XMLHttpRequest|new WebTransport|xmlhttprequest-ssl|from ['"]ws['"]/);
  });

  it('offers every name that socket.io-client imports from engine.io-client', async () => {
    const folder = join(modules, 'socket.io-client/build/esm');
    const imported = new Set<string>();
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.js')) continue;
      const code = await readFile(join(folder, file), 'utf8');
      for (const [, names = ''] of code.matchAll(/\{([^}]*)\}\s*from\s*"engine\.io-client"/g)) {
        for (const name of names.split(',')) {
          const original = name.trim().split(' as ')[0];
          if (original) imported.add(original);
        }
      }
    }
    expect(imported).toContain('Socket');
    expect(await namesOf('engine-io-client.js')).toEqual(expect.arrayContaining([...imported]));
  });

  it('replaces a table of transports that still has the shape it had', () => {
    const original = readFileSync(
      join(modules, 'engine.io-client/build/esm/transports/index.js'),
      'utf8',
    );
    const table = /transports = \{([^}]*)\}/.exec(original)?.[1] ?? '';
    const names = [...table.matchAll(/(\w+):/g)].map(([, name]) => name);
    expect(names).toEqual(['websocket', 'webtransport', 'polling']);
    expect(readFileSync(join(modules, 'engine.io-client/build/esm/socket.js'), 'utf8')).toContain(
      'from "./transports/index.js"',
    );
  });
});

describe('stylesheetAsText', () => {
  it('leaves stylesheets of other packages alone', async () => {
    const { resolveId } = stylesheetAsText();
    const resolve = resolveId as (source: string, importer?: string) => unknown;
    expect(resolve('some-package/style.css', '/widget/app.ts')).toBeNull();
    expect(resolve('./panel.css', '/widget/app.ts')).not.toBeNull();
  });
});

describe('holdsOnce', () => {
  const once = holdsOnce('__SETTINGS__');

  it('accepts a bundle with one placeholder', async () => {
    await expect(bundle('start(__SETTINGS__);', once)).resolves.toContain('__SETTINGS__');
  });

  it.each(['start();', 'start(__SETTINGS__); stop(__SETTINGS__);'])('refuses %s', async (code) => {
    await expect(bundle(code, once)).rejects.toThrow(/holds __SETTINGS__ [02] times, not once/);
  });
});
