// Loaded before a node (`node --import`): writes down the second and every further try for a number in a log, and one more where the
// node gives up.
import { appendFileSync } from 'node:fs';
import { changeSource } from '../change-source.ts';
import { TRIES_VARIABLE } from './count-tries.ts';

/** By this name the changed source finds it. */
const NAME = 'alcoveChaosTried';
const file = process.env[TRIES_VARIABLE] ?? '';

Object.assign(globalThis, { [NAME]: (tries: number) => appendFileSync(file, `${tries}\n`) });
changeSource('the count of tries', [
  {
    file: 'server/src/storage/mongo/append.ts',
    find: 'tries += 1;',
    replace: `tries += 1; globalThis.${NAME}(tries);`,
  },
  {
    file: 'server/src/storage/mongo/append.ts',
    find: 'if (tries === MOST_TRIES) throw contended();',
    replace: `if (tries === MOST_TRIES) { globalThis.${NAME}(tries + 1); throw contended(); }`,
  },
]);
