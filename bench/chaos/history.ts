import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Side } from '@alcove/protocol';

/** What clients did and saw, as they saw it. One line of JSON each; `t` is monotonic milliseconds, the same clock in all threads. */
export type HistoryEntry = { t: number; client: string } & Happening;

/**
 * `invoke`: a message was handed over (`isRepeat`: one that was handed over before, here or elsewhere). `ok`: it was
 * acknowledged. `fail`: it was refused for good, or taken back. `info`: nobody knows, it may be stored or not. `apply`:
 * an event was added to what the client shows. `reset`: the client began its log anew. `final`: what it shows at the end.
 */
export type Happening =
  | { type: 'invoke'; id: string; conversation?: string; isRepeat?: boolean }
  | { type: 'ok'; id: string; conversation?: string; seq?: number }
  | { type: 'fail'; id: string; code: string }
  | { type: 'info'; id: string; why: string }
  | { type: 'apply'; conversation: string; seq: number; id: string }
  | { type: 'reset'; conversation: string }
  | ({ type: 'final' } & Final);

/** Everything a client shows of a conversation once all is quiet. */
export interface Final {
  conversation: string;
  side: Side;
  /** `seq` of the newest applied event, and of the one before the oldest (0: all is held). */
  have: number;
  from: number;
  items: ShownItem[];
}

/** A line of a conversation on the screen: its place, its client event id, and what it says (see `describeLine`). */
export type ShownItem = [seq: number, id: string, line: string];

/** Takes down what one client does. */
export type Record = (happening: Happening) => void;

/** The history of one thread, on disk: what a crash leaves is still there. */
export interface HistoryFile {
  recorder(client: string): Record;
  flush(): void;
}

const FLUSH_BYTES = 64 * 1024;

/** Opens a history that is written in blocks: a line each would cost the clients more than what they measure. */
export function openHistory(folder: string, name: string): HistoryFile {
  const file = join(folder, `${name}.jsonl`);
  let block = '';
  const flush = () => {
    if (block) appendFileSync(file, block);
    block = '';
  };
  return {
    recorder: (client) => (happening) => {
      block += `${JSON.stringify({ t: now(), client, ...happening })}\n`;
      if (block.length > FLUSH_BYTES) flush();
    },
    flush,
  };
}

/** All histories of a folder, in the order of time. */
export function readHistories(folder: string): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  for (const name of readdirSync(folder).filter((it) => it.endsWith('.jsonl'))) {
    for (const line of linesOf(join(folder, name))) entries.push(JSON.parse(line) as HistoryEntry);
  }
  return entries.sort((a, b) => a.t - b.t);
}

/** Line by line: all of a file may be more than a string can hold. */
function* linesOf(file: string): Generator<string> {
  const bytes = readFileSync(file);
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf('\n', from);
    const to = end < 0 ? bytes.length : end;
    if (to > from) yield bytes.toString('utf8', from, to);
    from = to + 1;
  }
}

/** Monotonic milliseconds. Not `performance.now()`, which begins anew in each thread. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
