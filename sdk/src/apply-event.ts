import {
  type Actor,
  amendEvent,
  type ConversationEvent,
  type ConversationStatus,
  type Cursor,
  isChange,
} from '@alcove/protocol';
import type { ConversationState } from './conversation-state.ts';

/** What may happen to a client's copy of a log. Plain data: a Redux action can carry it. */
export type LogChange =
  /** Live, caught up or echoed. `reset`: these are the newest ones, and what is held is too old to be continued. */
  | {
      kind: 'events';
      events: readonly ConversationEvent[];
      head?: number;
      cursors?: readonly Cursor[];
      reset?: boolean;
    }
  /** The newest page of history. */
  | { kind: 'page'; events: readonly ConversationEvent[]; head: number; cursors: readonly Cursor[] }
  /** The page above the oldest event; `undefined` while it is being loaded, `null` when that failed. */
  | { kind: 'older'; events: readonly ConversationEvent[] | undefined | null }
  | { kind: 'cursor'; cursor: Cursor }
  | { kind: 'typing'; actor: Actor; isTyping: boolean };

/**
 * A log without events, which goes on from `have`. With `isLoaded` nothing older exists; without it, and with nothing to
 * go on from, what comes waits for the first page.
 */
export function emptyLog(
  id: string,
  status: ConversationStatus,
  have: number,
  isLoaded: boolean,
): ConversationState {
  return {
    id,
    status,
    events: [],
    buffer: [],
    have,
    head: have,
    isLoaded,
    hasOlder: !isLoaded,
    isLoadingOlder: false,
    cursors: [],
    typing: [],
  };
}

/** The only place where a log changes: live, on catch-up and on echo alike. Pure; the same log when nothing changed. */
export function changeLog(log: ConversationState, change: LogChange): ConversationState {
  switch (change.kind) {
    case 'events': {
      // After a backup was restored, the head that was heard of may never come again.
      const start = change.reset ? { ...beginAt(log, change.events), head: 0 } : log;
      return withCursors(applyEvents(start, change.events, change.head), change.cursors);
    }
    case 'page': {
      const page = applyEvents(beginAt(log, change.events), change.events, change.head);
      // What came while the page was on its way follows from it like anything else.
      const merged = applyEvents(page, [...log.events, ...log.buffer]);
      return withCursors({ ...merged, isLoaded: true }, change.cursors);
    }
    case 'older':
      return withOlder(log, change.events);
    case 'cursor':
      return withCursors(log, [change.cursor]);
    case 'typing': {
      const others = log.typing.filter((actor) => actor.id !== change.actor.id);
      if (change.isTyping === others.length < log.typing.length) return log;
      return { ...log, typing: change.isTyping ? [...others, change.actor] : others };
    }
  }
}

/** Whether what the server sent can be used as an event. Types this build does not know are fine. */
export function isEvent(value: unknown): value is ConversationEvent {
  const event = value as Partial<ConversationEvent> | null | undefined;
  return (
    !!event &&
    typeof event.conversationId === 'string' &&
    typeof event.type === 'string' &&
    Number.isSafeInteger(event.seq) &&
    (event.prev as number) >= 0 &&
    (event.prev as number) < (event.seq as number) &&
    typeof event.actor?.id === 'string' &&
    (event.type !== 'message.created' || typeof event.content?.kind === 'string')
  );
}

/** Applies each event whose predecessor is held, in whatever order they came, and keeps the others for later. */
function applyEvents(
  log: ConversationState,
  events: readonly ConversationEvent[],
  heardOf = 0,
): ConversationState {
  // Events of one log form a chain by `prev`, so that each waits under the `seq` it follows. What is held already
  // follows something lower than `have`: nobody will ask for it.
  const waiting = new Map<number, ConversationEvent>();
  let { have, head, status, typing } = log;
  head = Math.max(head, heardOf);
  for (const event of [...log.buffer, ...events].filter(isEvent)) {
    waiting.set(event.prev, event);
    head = Math.max(head, event.seq);
  }
  const applied: ConversationEvent[] = [];
  for (let next = waiting.get(have); next; next = waiting.get(have)) {
    applied.push(next);
    have = next.seq;
    status = statusAfter(status, next);
    const { actor, type } = next;
    if (type === 'message.created') typing = typing.filter(({ id }) => id !== actor.id);
  }
  const buffer = [...waiting.values()].filter((event) => event.seq > have);
  if (!applied.length && head === log.head && buffer.length === log.buffer.length) return log;
  const held = withChanges([...log.events, ...applied], applied);
  return { ...log, have, head, status, typing, buffer, events: held };
}

/** The events with what these have changed in them. */
function withChanges(
  events: readonly ConversationEvent[],
  changes: readonly ConversationEvent[],
): readonly ConversationEvent[] {
  return changes
    .filter(isChange)
    .reduce((held, change) => held.map((event) => amendEvent(event, change)), events);
}

function statusAfter(status: ConversationStatus, event: ConversationEvent): ConversationStatus {
  switch (event.type) {
    case 'message.created':
      return event.actor.kind === 'visitor' ? 'open' : status;
    case 'conversation.status_changed':
      return event.status;
    case 'message.edited':
    case 'message.deleted':
    case 'conversation.assigned':
      return status;
    default:
      return unknownEvent(event, status);
  }
}

/** A newer server may send types that this build does not know: they take their place and change nothing. */
function unknownEvent(_event: never, status: ConversationStatus): ConversationStatus {
  return status;
}

/** The log as it was right before these events. */
function beginAt(log: ConversationState, events: readonly ConversationEvent[]): ConversationState {
  const have = events[0]?.prev ?? 0;
  return { ...log, events: [], buffer: [], have, hasOlder: have > 0 };
}

function withOlder(
  log: ConversationState,
  older: readonly ConversationEvent[] | undefined | null,
): ConversationState {
  const isLoadingOlder = older === undefined;
  // A page that no longer meets the oldest event (the log was reset meanwhile) is of no use.
  if (!older || older.at(-1)?.seq !== log.events[0]?.prev) return { ...log, isLoadingOlder };
  return {
    ...log,
    isLoadingOlder,
    // An edit may have come while the page, which does not hold it, was on its way.
    events: withChanges([...older, ...log.events], log.events),
    hasOlder: (older[0]?.prev ?? 0) > 0,
  };
}

/** Cursors only move forward, whatever order they come in. */
function withCursors(log: ConversationState, incoming: readonly Cursor[] = []): ConversationState {
  let cursors = log.cursors;
  for (const cursor of incoming) {
    if (typeof cursor?.participant?.id !== 'string') continue;
    const old = cursors.find(({ participant }) => participant.id === cursor.participant.id);
    const delivered = further(old, cursor, 'delivered');
    const read = further(old, cursor, 'read');
    if (delivered === old && read === old) continue;
    const { deliveredAt } = delivered;
    const merged = { ...read, delivered: delivered.delivered, deliveredAt };
    cursors = old ? cursors.map((other) => (other === old ? merged : other)) : [...cursors, merged];
  }
  return cursors === log.cursors ? log : { ...log, cursors };
}

/** The further one. Where both stand at the same place: the one that knows since when, as only the server does. */
function further(old: Cursor | undefined, cursor: Cursor, place: 'delivered' | 'read'): Cursor {
  if (!old || cursor[place] > old[place]) return cursor;
  const isTold = cursor[place] === old[place] && !old[`${place}At`] && cursor[`${place}At`];
  return isTold ? cursor : old;
}

/** Whether events are missing between what is held and what was heard of. */
export function isBehind(log: ConversationState | undefined): boolean {
  return !!log && log.have < log.head && (log.isLoaded || log.have > 0);
}
