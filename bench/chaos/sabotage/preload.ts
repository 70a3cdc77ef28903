// Loaded before a server (`node --import`): changes its source on the way in. The server itself knows nothing of it.
import { registerHooks } from 'node:module';
import { SABOTAGE_VARIABLE, type SabotageName, sabotages } from './sabotages.ts';

const name = process.env[SABOTAGE_VARIABLE] as SabotageName;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const changes = sabotages[name].changes.filter(({ file }) => url.endsWith(file));
    if (changes.length === 0) return loaded;
    let source = Buffer.from(loaded.source as Uint8Array).toString();
    for (const { file, find, replace } of changes) {
      // A sabotage that no longer fits must not pass for one that nobody noticed.
      if (source.split(find).length !== 2) {
        throw new Error(`the sabotage ${name} does not fit ${file}: "${find}" is not there once`);
      }
      source = source.replace(find, () => replace);
    }
    return { ...loaded, source };
  },
});
