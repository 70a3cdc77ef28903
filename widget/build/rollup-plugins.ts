import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { transform } from 'esbuild';
import type { Plugin } from 'rollup';
import { minify } from 'terser';

/** What the panel's browsers understand: syntax newer than this is rewritten. */
const browserTarget = 'es2022';

/** Turns sources into browser code, minification apart. `npm run size` measures the SDK with the same list. */
export function browserPlugins(): Plugin[] {
  return [
    nodeResolve({
      browser: true,
      // 'production' by name: else NODE_ENV decides, and a developer's machine would ship debug builds.
      exportConditions: ['alcove-source', 'production', 'browser', 'import', 'module', 'default'],
      extensions: ['.js', '.mjs', '.ts', '.tsx'],
    }),
    stylesheetAsText(),
    stripTypes(),
  ];
}

/**
 * Takes the types out of TypeScript and compiles JSX to Preact. It resolves nothing: rollup-plugin-esbuild does, past
 * `browserPlugins`, and can so let a package's Node half into the bundle.
 *
 * JSX becomes calls of Preact's own `h`: the factory of the automatic runtime would come beside it, and its calls say
 * `children` each time. Together that is 120 bytes of a first open.
 */
export function stripTypes(): Plugin {
  return {
    name: 'strip-types',
    async transform(code, id) {
      const loader = id.endsWith('.tsx') ? 'tsx' : id.endsWith('.ts') ? 'ts' : undefined;
      if (!loader) return null;
      const output = await transform(code, {
        loader,
        sourcefile: id,
        target: browserTarget,
        jsxFactory: '__h',
        jsxFragment: '__Fragment',
        banner:
          loader === 'tsx' ? "import { h as __h, Fragment as __Fragment } from 'preact';" : '',
        sourcemap: 'external',
      });
      return { code: output.code, map: output.map };
    },
  };
}

const stylesheetMark = '\0stylesheet:';

/**
 * `import css from './panel.css'` gives the minified text, for a constructable stylesheet. The module's id must not end
 * in `.css`, or Vite (which runs this plugin for the unit tests) would take the file for itself.
 */
export function stylesheetAsText(): Plugin {
  return {
    name: 'stylesheet-as-text',
    resolveId(source, importer) {
      if (!importer || !source.startsWith('.') || !source.endsWith('.css')) return null;
      return `${stylesheetMark}${resolve(dirname(importer), source)}.js`;
    },
    async load(id) {
      if (!id.startsWith(stylesheetMark)) return null;
      const file = id.slice(stylesheetMark.length, -'.js'.length);
      this.addWatchFile(file);
      const { code } = await transform(await readFile(file, 'utf8'), {
        loader: 'css',
        minify: true,
        sourcefile: file,
        target: ['chrome109', 'firefox115', 'safari16.4'],
      });
      // What a custom property holds could be anything, so esbuild keeps its spaces; ours hold colours.
      const text = code
        .trim()
        .replace(/(--[\w-]+): (?!;)/g, '$1:')
        .replace(/([,)]) (#|var\()/g, '$1$2');
      return { code: `export default ${JSON.stringify(text)};`, map: null };
    },
  };
}

/**
 * Has a chunk that could not be loaded asked for at another address the next time, since many browsers remember for as long
 * as a page lives that an address failed. A query is another address to them and the same file to a server; what the
 * chunk itself imports goes by its folder, and stays what it is.
 *
 * @see https://github.com/whatwg/html/issues/6768
 */
export function importAgain(): Plugin {
  return {
    name: 'import-again',
    renderDynamicImport: ({ targetModuleId }) =>
      targetModuleId === null ? null : { left: 'importAgain(', right: ')' },
    intro: ({ dynamicImports }) => (dynamicImports.length ? IMPORT_AGAIN : ''),
  };
}

const IMPORT_AGAIN = `
const addresses = {};
const importAgain = (chunk) =>
  import((addresses[chunk] ??= chunk)).catch((error) => {
    addresses[chunk] += '?';
    throw error;
  });
`;

/**
 * Minifies each chunk with terser: 4 to 7 % smaller than esbuild's minifier here.
 *
 * @param options.isModule false for the loader, which the browser runs as a classic script.
 */
export function minifyWithTerser({ isModule }: { isModule: boolean }): Plugin {
  return {
    name: 'minify-with-terser',
    async renderChunk(code) {
      const output = await minify(code, {
        module: isModule,
        ecma: 2020,
        compress: { passes: 3, pure_getters: true, unsafe_arrows: true },
        format: { comments: false },
      });
      if (output.code === undefined) throw new Error('terser returned no code');
      return { code: output.code, map: null };
    },
  };
}

/**
 * Fails the build unless the bundle holds the word exactly once: the server replaces it, and a minifier that repeats or
 * drops it would break the chat of every workspace.
 */
export function holdsOnce(placeholder: string): Plugin {
  return {
    name: 'holds-once',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        const count = file.type === 'chunk' ? file.code.split(placeholder).length - 1 : 0;
        if (count !== 1)
          this.error(`${file.fileName} holds ${placeholder} ${count} times, not once.`);
      }
    },
  };
}
