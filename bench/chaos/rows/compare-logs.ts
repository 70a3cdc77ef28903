import { createHash } from 'node:crypto';
import type { StoredLog } from '../stored-log.ts';

/**
 * Whether each conversation of a copy is the original's, up to where the copy ends, and goes as far as in `least`.
 *
 * @returns what is wrong, in words.
 */
export function compareLogs(
  name: string,
  { logs, copy, least }: Record<'logs' | 'copy' | 'least', readonly StoredLog[]>,
): string[] {
  const originals = new Map(logs.map((log) => [log.id, log]));
  const copies = new Map(copy.map((log) => [log.id, log]));
  const failures: string[] = [];
  for (const { id, events } of copy) {
    const original = originals.get(id)?.events.slice(0, events.length) ?? [];
    if (checksum(original) !== checksum(events)) failures.push(`${name}: ${id} is another`);
  }
  for (const { id, events } of least) {
    const copied = copies.get(id)?.events.length ?? 0;
    if (copied < events.length) {
      failures.push(`${name}: ${id} ends at ${copied}, ${events.length} were stored before`);
    }
  }
  return failures.slice(0, 5);
}

/** Over all logs. */
export function countEvents(logs: readonly StoredLog[]): number {
  return logs.reduce((sum, { events }) => sum + events.length, 0);
}

function checksum(events: StoredLog['events']): string {
  return createHash('sha256').update(JSON.stringify(events, inOrder)).digest('hex');
}

/** Each database gives an object's fields in an order of its own. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
