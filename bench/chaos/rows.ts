import type { AnyRow } from './row.ts';
import { a01 } from './rows/a01.ts';
import { a02 } from './rows/a02.ts';
import { a03 } from './rows/a03.ts';
import { a04 } from './rows/a04.ts';
import { a05 } from './rows/a05.ts';
import { a06 } from './rows/a06.ts';
import { a07 } from './rows/a07.ts';
import { a08 } from './rows/a08.ts';
import { a09 } from './rows/a09.ts';
import { a12 } from './rows/a12.ts';
import { a13 } from './rows/a13.ts';
import { a14 } from './rows/a14.ts';
import { a15 } from './rows/a15.ts';
import { a16 } from './rows/a16.ts';
import { a17 } from './rows/a17.ts';
import { a18 } from './rows/a18.ts';
import { a19 } from './rows/a19.ts';
import { a20 } from './rows/a20.ts';
import { a21 } from './rows/a21.ts';
import { a22 } from './rows/a22.ts';
import { a23 } from './rows/a23.ts';
import { a24 } from './rows/a24.ts';
import { a26 } from './rows/a26.ts';
import { a27 } from './rows/a27.ts';
import { a28 } from './rows/a28.ts';
import { a29 } from './rows/a29.ts';
import { a30 } from './rows/a30.ts';
import { a42 } from './rows/a42.ts';
import { a44 } from './rows/a44.ts';
import { a45 } from './rows/a45.ts';
import { a46 } from './rows/a46.ts';
import { a47 } from './rows/a47.ts';
import { a49 } from './rows/a49.ts';
import { a50 } from './rows/a50.ts';
import { a51 } from './rows/a51.ts';
import { a52 } from './rows/a52.ts';
import { a53 } from './rows/a53.ts';
import { a55 } from './rows/a55.ts';
import { a56 } from './rows/a56.ts';

/** All rows, in the order in which `all` runs them. */
export const rows: readonly AnyRow[] = [
  a01,
  a02,
  a03,
  a04,
  a05,
  a06,
  a07,
  a08,
  a09,
  a12,
  a13,
  a14,
  a15,
  a16,
  a17,
  a18,
  a19,
  a20,
  a21,
  a22,
  a23,
  a24,
  a26,
  a27,
  a28,
  a29,
  a30,
  a42,
  a44,
  a45,
  a46,
  a47,
  a49,
  a50,
  a51,
  a52,
  a53,
  a55,
  a56,
];
