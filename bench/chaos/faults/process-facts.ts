import { readdirSync, readFileSync } from 'node:fs';

/** Kernel ticks in a second, which Linux fixes for all programs. */
const TICKS_PER_SECOND = 100;

/** What Linux tells of a process, without asking the process. */
export interface ProcessFacts {
  /** Memory that lies in RAM. */
  rssMb: number;
  /** Of all threads since its start. */
  cpuSeconds: number;
  /** Open files and sockets. */
  descriptors: number;
}

/** @throws Error when there is no such process. */
export function processFacts(pid: number): ProcessFacts {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  // The name in brackets may hold anything; the numbers begin behind it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const numbers = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(numbers[11]) + Number(numbers[12]);
  return {
    rssMb: rssKb / 1024,
    cpuSeconds: ticks / TICKS_PER_SECOND,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
