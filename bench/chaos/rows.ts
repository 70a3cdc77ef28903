import type { AnyRow } from './row.ts';
import { a01 } from './rows/a01.ts';

/** All rows, in the order in which `all` runs them. */
export const rows: readonly AnyRow[] = [a01];
