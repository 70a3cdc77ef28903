import type { AnyRow } from './row.ts';
import { a01 } from './rows/a01.ts';
import { a02 } from './rows/a02.ts';
import { a03 } from './rows/a03.ts';
import { a04 } from './rows/a04.ts';

/** All rows, in the order in which `all` runs them. */
export const rows: readonly AnyRow[] = [a01, a02, a03, a04];
