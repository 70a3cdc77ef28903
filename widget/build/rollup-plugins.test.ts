import { join } from 'node:path';
import { type Plugin, rollup } from 'rollup';
import { describe, expect, it } from 'vitest';
import { browserPlugins, holdsOnce, stylesheetAsText } from './rollup-plugins.ts';

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
