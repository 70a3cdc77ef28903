// Loaded before a server (`node --import`): its clock is as wrong as a file says, which may change at any time.
import { readFileSync } from 'node:fs';
import { CLOCK_VARIABLE } from './server-clock.ts';
import { shiftClock } from './shift-clock.ts';

const file = process.env[CLOCK_VARIABLE] ?? '';
const read = () => Number(readFileSync(file, 'utf8'));
let shiftMs = read();
setInterval(() => {
  shiftMs = read();
}, 50).unref();
shiftClock(() => shiftMs);
