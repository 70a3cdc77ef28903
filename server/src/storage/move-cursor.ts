import type { Cursor } from '@alcove/protocol';
import type { CursorAdvance } from './storage.ts';

/** A cursor that was never moved. */
export function cursorAtStart({ kind, id }: Cursor['participant']): Cursor {
  return { participant: { kind, id }, delivered: 0, deliveredAt: null, read: 0, readAt: null };
}

/** Where `advance` leaves a cursor: never further back, and not beyond `newest`. */
export function moveCursor(before: Cursor, advance: CursorAdvance, newest: number): Cursor {
  const reach = (from: number, to = 0) => Math.max(from, Math.min(to, newest));
  const read = reach(before.read, advance.read);
  // What was read has been delivered.
  const delivered = Math.max(reach(before.delivered, advance.delivered), read);
  return {
    participant: before.participant,
    delivered,
    deliveredAt: delivered > before.delivered ? advance.at : before.deliveredAt,
    read,
    readAt: read > before.read ? advance.at : before.readAt,
  };
}
