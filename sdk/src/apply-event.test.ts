import { amendEvent, type ConversationEvent, type Cursor, isChange } from '@alcove/protocol';
import { goldenEvents, goldenLogs } from '@alcove/protocol/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeLog, emptyLog, isBehind, isEvent, type LogChange } from './apply-event.ts';
import type { ConversationState } from './conversation-state.ts';

const empty = emptyLog('cv_test', 'open', 0, true);
const golden = goldenLogs[0]?.frame;
if (!golden) throw new Error('the protocol has no golden log');

function message(
  seq: number,
  prev = seq - 1,
  by: 'visitor' | 'agent' = 'agent',
): ConversationEvent {
  return {
    id: `cv_test:${seq}`,
    conversationId: 'cv_test',
    seq,
    prev,
    at: new Date(seq * 1000).toISOString(),
    actor: { kind: by, id: by },
    via: 'console',
    clientEventId: `cl_${seq}`,
    type: 'message.created',
    content: { kind: 'text', text: `message ${seq}` },
  };
}

const messages = (count: number) => Array.from({ length: count }, (_, n) => message(n + 1));
const live = (...events: ConversationEvent[]): LogChange => ({ kind: 'events', events });
const seqs = (log: ConversationState) => log.events.map(({ seq }) => seq);

describe('typing', () => {
  it('that is known changes nothing, not even the object', () => {
    const actor = { kind: 'agent', id: 'ag_test' } as const;
    const typing = changeLog(empty, { kind: 'typing', actor, isTyping: true });
    expect(typing.typing).toEqual([actor]);
    expect(changeLog(typing, { kind: 'typing', actor, isTyping: true })).toBe(typing);
    expect(changeLog(empty, { kind: 'typing', actor, isTyping: false })).toBe(empty);
  });
});

describe('events', () => {
  it('take their place when they follow what is held', () => {
    const log = changeLog(changeLog(empty, live(message(1))), live(message(2)));
    expect(seqs(log)).toEqual([1, 2]);
    expect(log).toMatchObject({ have: 2, head: 2, buffer: [] });
  });

  it('change nothing, not even the object, when they are known', () => {
    const log = changeLog(empty, live(message(1), message(2)));
    expect(changeLog(log, live(message(1), message(2)))).toBe(log);
  });

  it('wait for the one they follow', () => {
    const behind = changeLog(empty, live(message(3), message(2)));
    expect(behind).toMatchObject({ events: [], have: 0, head: 3 });
    expect(isBehind(behind)).toBe(true);
    const log = changeLog(behind, live(message(1)));
    expect(seqs(log)).toEqual([1, 2, 3]);
    expect(log.buffer).toEqual([]);
    expect(isBehind(log)).toBe(false);
  });

  it('follow each other over what another audience sees', () => {
    const log = changeLog(empty, live(message(4, 2), message(2, 0)));
    expect(seqs(log)).toEqual([2, 4]);
  });

  it('are the same log whatever the order, the doubles and the pages in which they come', () => {
    const all = messages(30);
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom(...all), { maxLength: 8 }), { maxLength: 20 }),
        (batches) => {
          const scrambled = batches.reduce((log, batch) => changeLog(log, live(...batch)), empty);
          expect(seqs(scrambled)).toEqual(seqs(scrambled).toSorted((a, b) => a - b));
          expect(scrambled.events.every(({ prev }, at) => prev === at)).toBe(true);
          const caughtUp = changeLog(scrambled, live(...all.slice(scrambled.have)));
          expect(caughtUp.events).toEqual(all);
          expect(caughtUp.buffer).toEqual([]);
        },
      ),
    );
  });

  it('of every type that the protocol has are accepted', () => {
    for (const { name, frame } of goldenEvents)
      expect({ name, isEvent: isEvent(frame) }).toEqual({ name, isEvent: true });
  });

  it.each(['events', 'visitorEvents'] as const)('make the golden log’s %s', (which) => {
    const log = golden[which].reduce((state, event) => changeLog(state, live(event)), empty);
    // As a page of history that is read afterwards: with the edits in the messages.
    const read = golden[which]
      .filter(isChange)
      .reduce((events, change) => events.map((event) => amendEvent(event, change)), golden[which]);
    expect(log.events).toEqual(read);
    expect(read).not.toEqual(golden[which]);
    expect(log.status).toBe(golden.row.status);
  });

  it.each([
    undefined,
    null,
    7,
    'event',
    {},
    { ...message(1), seq: '1' },
    { ...message(1), seq: 1.5 },
    { ...message(1), prev: 1 },
    { ...message(1), prev: -1 },
    { ...message(1), actor: null },
    { ...message(1), content: undefined },
    { ...message(1), conversationId: 1 },
  ])('that are malformed are none: %j', (value) => {
    expect(isEvent(value)).toBe(false);
    expect(changeLog(empty, live(value as ConversationEvent))).toBe(empty);
  });

  it('of an unknown type keep their place and change nothing else', () => {
    const unknown = { ...message(1), type: 'conversation.rated' } as unknown as ConversationEvent;
    const log = changeLog(empty, live(unknown, message(2)));
    expect(seqs(log)).toEqual([1, 2]);
    expect(log.status).toBe('open');
  });

  it('reopen when the visitor writes, and end the typing of who wrote', () => {
    const typing = { kind: 'visitor', id: 'visitor' } as const;
    const resolved = { ...empty, status: 'resolved' as const, typing: [typing] };
    const log = changeLog(resolved, live(message(1, 0, 'visitor')));
    expect(log).toMatchObject({ status: 'open', typing: [] });
    expect(changeLog(resolved, live(message(1)))).toMatchObject({
      status: 'resolved',
      typing: [typing],
    });
  });

  it('replace everything held when the gap was too wide', () => {
    const log = changeLog(changeLog(empty, live(message(1), message(7))), {
      kind: 'events',
      events: [message(1001), message(1002)],
      head: 1002,
      reset: true,
    });
    expect(seqs(log)).toEqual([1001, 1002]);
    expect(log).toMatchObject({ have: 1002, head: 1002, hasOlder: true, buffer: [] });
  });
});

describe('edits and deletions', () => {
  type Draft = { kind: 'say' | 'edit' | 'delete'; of: number };
  const drafts = fc.array(
    fc.record({ kind: fc.constantFrom('say', 'edit', 'delete'), of: fc.nat(20) }),
    { maxLength: 30 },
  ) as fc.Arbitrary<Draft[]>;

  /** What happened, each event as it was told when it happened. */
  function historyOf(acts: readonly Draft[]): ConversationEvent[] {
    const gone = new Set<number>();
    return acts.map(({ kind, of }, n): ConversationEvent => {
      const base = message(n + 1);
      const messageSeq = of + 1;
      if (kind === 'say' || acts[of]?.kind !== 'say' || of >= n || gone.has(of)) return base;
      if (kind === 'delete') gone.add(of);
      const { content: _, ...rest } = base as ConversationEvent & { type: 'message.created' };
      return kind === 'delete'
        ? { ...rest, type: 'message.deleted', messageSeq }
        : { ...rest, type: 'message.edited', messageSeq, content: textContent(`edit ${n}`) };
    });
  }
  const textContent = (text: string) => ({ kind: 'text', text }) as const;
  /** As the server reads it to whoever asks when this much has happened. */
  const readAt = (events: readonly ConversationEvent[], count: number) =>
    events
      .slice(0, count)
      .filter(isChange)
      .reduce(
        (read, change) => read.map((event) => amendEvent(event, change)),
        events.slice(0, count),
      );

  it('make an old page and what happened since the same as a new page', () => {
    fc.assert(
      fc.property(drafts, fc.nat(30), fc.nat(30), (acts, cut, at) => {
        const events = historyOf(acts);
        const since = Math.min(cut, events.length);
        const old = readAt(events, since);
        const page = { kind: 'page', events: old, head: since, cursors: [] } as const;
        const told = changeLog(
          changeLog(emptyLog('cv_test', 'open', 0, false), page),
          live(...events.slice(since)),
        );
        const now = readAt(events, events.length);
        expect(told.events).toEqual(now);
        // Caught up from the store, whose events have taken what came after them.
        const caughtUp = changeLog(
          changeLog(emptyLog('cv_test', 'open', 0, false), page),
          live(...now.slice(since)),
        );
        expect(caughtUp.events).toEqual(now);
        // The older half read at any moment later.
        const newest = { ...page, events: old.slice(old.length >> 1), head: since };
        const half = changeLog(
          changeLog(emptyLog('cv_test', 'open', 0, false), newest),
          live(...events.slice(since)),
        );
        const moment = Math.max(since, Math.min(at, events.length));
        const older = readAt(events, moment).slice(0, old.length >> 1);
        const whole = older.length ? changeLog(half, { kind: 'older', events: older }) : told;
        expect(whole.events).toEqual(now);
      }),
    );
  });
});

describe('history', () => {
  const opened = emptyLog('cv_test', 'open', 0, false);
  const page = (from: number, to: number): LogChange => ({
    kind: 'page',
    events: messages(to).slice(from - 1),
    head: to,
    cursors: [],
  });

  it('holds what came while the first page was on its way until the page is here', () => {
    const waiting = changeLog(opened, live(message(51), message(52)));
    expect(isBehind(waiting)).toBe(false);
    const log = changeLog(waiting, page(1, 50));
    expect(seqs(log)).toEqual(Array.from({ length: 52 }, (_, n) => n + 1));
    expect(log).toMatchObject({ isLoaded: true, hasOlder: false });
  });

  it('joins a page to what was followed without one', () => {
    const followed = changeLog(emptyLog('cv_test', 'open', 50, false), live(message(51)));
    const log = changeLog(followed, page(21, 50));
    expect(seqs(log)).toEqual(Array.from({ length: 31 }, (_, n) => n + 21));
    expect(log).toMatchObject({ have: 51, hasOlder: true });
  });

  it('is read upwards to the beginning', () => {
    const newest = changeLog(opened, page(31, 40));
    const loading = changeLog(newest, { kind: 'older', events: undefined });
    expect(loading.isLoadingOlder).toBe(true);
    const log = changeLog(loading, { kind: 'older', events: messages(30) });
    expect(log).toMatchObject({ isLoadingOlder: false, hasOlder: false });
    expect(log.events).toHaveLength(40);
  });

  it('leaves out a page that does not meet what is held', () => {
    const newest = changeLog(opened, page(31, 40));
    const log = changeLog(newest, { kind: 'older', events: messages(20) });
    expect(seqs(log)[0]).toBe(31);
    expect(changeLog(newest, { kind: 'older', events: null }).events).toEqual(newest.events);
  });
});

describe('cursors', () => {
  const cursor = (delivered: number, read: number, id = 'team') => ({
    kind: 'cursor' as const,
    cursor: {
      participant: { kind: 'agent' as const, id },
      delivered,
      deliveredAt: `delivered ${delivered}`,
      read,
      readAt: `read ${read}`,
    },
  });

  it('only move forward, each mark with its time', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1 }), (moves) => {
        const log = moves.reduce((state, [d, r]) => changeLog(state, cursor(d, r)), empty);
        const delivered = Math.max(...moves.map(([d]) => d));
        const read = Math.max(...moves.map(([, r]) => r));
        const expected: Partial<Cursor>[] = [
          { delivered, deliveredAt: `delivered ${delivered}`, read, readAt: `read ${read}` },
        ];
        expect(log.cursors).toMatchObject(expected);
      }),
    );
  });

  it('are one for each participant', () => {
    const log = changeLog(changeLog(empty, cursor(1, 1)), cursor(2, 0, 'ag_other'));
    expect(changeLog(log, cursor(1, 0))).toBe(log);
    // Each keeps its place: what is told of several readers must not change with who moved last.
    const moved = changeLog(log, cursor(2, 2));
    expect(moved.cursors.map(({ participant }) => participant.id)).toEqual(['team', 'ag_other']);
  });

  it('that were moved here learn from the server when that was', () => {
    const told = { ...cursor(2, 2).cursor };
    const moved = { ...told, deliveredAt: null, readAt: null };
    const log = changeLog(empty, { kind: 'cursor', cursor: moved });
    expect(changeLog(log, { kind: 'cursor', cursor: { ...moved } })).toBe(log);
    const known = changeLog(log, { kind: 'cursor', cursor: told });
    expect(known.cursors).toEqual([told]);
    // A late echo of the own move takes nothing back, and neither does a time that is told twice.
    expect(changeLog(known, { kind: 'cursor', cursor: moved })).toBe(known);
    expect(changeLog(known, { kind: 'cursor', cursor: { ...told, readAt: 'later' } })).toBe(known);
    // Read further here, while delivery is known: only what moved has no time.
    const further = changeLog(known, {
      kind: 'cursor',
      cursor: { ...moved, read: 3, delivered: 3 },
    });
    const ack = { ...told, read: 3, readAt: 'read 3' };
    expect(changeLog(further, { kind: 'cursor', cursor: ack }).cursors).toEqual([
      { ...told, delivered: 3, deliveredAt: null, read: 3, readAt: 'read 3' },
    ]);
  });
});
