import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { type Plugin, rollup } from 'rollup';
import { describe, expect, it } from 'vitest';
import { browserPlugins, holdsOnce, importAgain, stylesheetAsText } from './rollup-plugins.ts';

async function bundle(source: string, ...plugins: Plugin[]) {
  const entry = join(import.meta.dirname, 'entry.ts');
  const build = await rollup({
    input: entry,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry || id === 'part' ? id : null),
        load: (id) => (id === entry ? source : id === 'part' ? 'run("part");' : null),
      },
      ...browserPlugins(),
      ...plugins,
    ],
  });
  const { output } = await build.generate({ format: 'es' });
  await build.close();
  return output[0].code;
}

describe('stylesheetAsText', () => {
  it('leaves stylesheets of other packages alone', async () => {
    const { resolveId } = stylesheetAsText();
    const resolve = resolveId as (source: string, importer?: string) => unknown;
    expect(resolve('some-package/style.css', '/widget/app.ts')).toBeNull();
    expect(resolve('./panel.css', '/widget/app.ts')).not.toBeNull();
  });
});

describe('importAgain', () => {
  it('asks for a chunk at another address after each failure, and for others where they are', async () => {
    const code = await bundle('run(() => import("part"));', importAgain());
    const asked: string[] = [];
    let load: (() => Promise<unknown>) | undefined;
    runInNewContext(code.replaceAll(/\bimport\(/g, 'loadChunk('), {
      run: (given: typeof load) => {
        load = given;
      },
      // Node's own `import` cannot be made to fail and then to succeed.
      loadChunk: async (address: string) => {
        asked.push(address.replace(/-[^.]+/, ''));
        if (asked.length < 3) throw new TypeError('Failed to fetch');
        return 'the part';
      },
    });
    await expect(load?.()).rejects.toThrow('Failed to fetch');
    await expect(load?.()).rejects.toThrow('Failed to fetch');
    await expect(load?.()).resolves.toBe('the part');
    await expect(load?.()).resolves.toBe('the part');
    expect(asked).toEqual(['./part.js', './part.js?', './part.js??', './part.js??']);
  });

  it('leaves alone what is imported by an address', async () => {
    const code = await bundle('run((address) => import(address));', importAgain());
    expect(code).toContain('=> import(address)');
  });

  it('adds nothing where nothing is loaded later', async () => {
    expect(await bundle('run();', importAgain())).toBe(await bundle('run();'));
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
