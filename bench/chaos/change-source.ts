import { registerHooks } from 'node:module';

/** One place in the server's source, and what stands there instead. */
export interface Change {
  /** Ends the file's path. */
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
}

/**
 * Changes the source of this process's modules on their way in; call it before they are loaded. The server itself knows
 * nothing of it.
 *
 * @param name says whose changes they are, when one of them no longer fits.
 */
export function changeSource(name: string, all: readonly Change[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const changes = all.filter(({ file }) => url.endsWith(file));
      if (changes.length === 0) return loaded;
      let source = Buffer.from(loaded.source as Uint8Array).toString();
      for (const { file, find, replace } of changes) {
        // A change that no longer fits must not pass for one that nobody noticed.
        if (source.split(find).length !== 2) {
          throw new Error(`${name} does not fit ${file}: "${find}" is not there once`);
        }
        source = source.replace(find, () => replace);
      }
      return { ...loaded, source };
    },
  });
}
