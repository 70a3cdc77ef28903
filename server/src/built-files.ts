import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders with files for browsers. Those of the widget and the console are made by `npm run build`. */
export interface BuiltFiles {
  /** Has `loader.js`, `app.js` and the chunks of the app. */
  widget: string;
  /** Has `index.html` and `assets/`. */
  console: string;
  /** The demo's pages, which need no build. */
  demo: string;
}

/** Finds the folders, in this repository as well as where the packages were installed from npm. */
export function locateBuiltFiles(): BuiltFiles {
  const require = createRequire(import.meta.url);
  const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
  return {
    widget: join(folderOf('@alcove/widget'), 'dist'),
    console: join(folderOf('@alcove/agent-console'), 'dist', 'app'),
    // Beside `src` and `dist`, so the same step leads there from both.
    demo: fileURLToPath(new URL('../demo', import.meta.url)),
  };
}
