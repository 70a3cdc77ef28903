import { describe, expect, it } from 'vitest';
import { BREACHES, type Breach, check, isSpotless, type Verdict } from './checker.ts';
import type { Happening, HistoryEntry } from './history.ts';
import { toShownItems } from './shown-lines.ts';
import type { StoredEvent, StoredLog } from './stored-log.ts';

const CONVERSATION = 'cv_1';

/** A log of three messages of one visitor, the second one internal. */
function createLog(change: (events: StoredEvent[]) => void = () => undefined): StoredLog {
  const events = ['a', 'b', 'c'].map(
    (id, index): StoredEvent => ({
      seq: index + 1,
      type: index === 1 ? 'conversation.assigned' : 'message.created',
      at: `2030-01-01T00:00:0${index}.000Z`,
      actor: { kind: 'visitor', id: 'vi_1' },
      clientEventId: id,
      isVisible: index !== 1,
      details: index === 1 ? { assignee: null } : { content: { kind: 'text', text: id } },
    }),
  );
  const log = { id: CONVERSATION, appliedSeq: 3, events };
  change(events);
  return log;
}

const shown = (log: StoredLog, side: 'visitor' | 'team') =>
  toShownItems(
    log.events
      .filter(({ isVisible }) => side === 'team' || isVisible)
      .map((event) => ({ ...event, ...event.details })),
  );

/** What a visitor and an agent did and saw who lived through that log. */
function createHistory(): HistoryEntry[] {
  const log = createLog();
  const visitor: Happening[] = ['a', 'c'].flatMap((id): Happening[] => {
    const seq = id === 'a' ? 1 : 3;
    return [
      { type: 'invoke', id, conversation: CONVERSATION },
      { type: 'info', id, why: 'no answer' },
      { type: 'ok', id, conversation: CONVERSATION, seq },
      { type: 'apply', conversation: CONVERSATION, seq, id },
    ];
  });
  const agent = log.events.map(
    ({ seq, clientEventId: id }): Happening => ({
      type: 'apply',
      conversation: CONVERSATION,
      seq,
      id,
    }),
  );
  const final = (side: 'visitor' | 'team'): Happening => ({
    type: 'final',
    conversation: CONVERSATION,
    side,
    have: 3,
    from: 0,
    items: shown(log, side),
  });
  return [
    ...visitor.map((happening) => ({ t: 1, client: 'visitor', ...happening })),
    ...agent.map((happening) => ({ t: 2, client: 'agent', ...happening })),
    { t: 3, client: 'visitor', ...final('visitor') },
    { t: 3, client: 'agent', ...final('team') },
  ];
}

function breaches(verdict: Verdict): Breach[] {
  return BREACHES.filter((breach) => verdict[breach] > 0);
}

/** The history with one kind of entry changed. */
function doctored(change: (entry: HistoryEntry) => HistoryEntry | HistoryEntry[]): HistoryEntry[] {
  return createHistory().flatMap(change);
}

it('finds nothing wrong with what is right, and counts what it looked at', () => {
  const verdict = check(createHistory(), [createLog()]);
  expect(breaches(verdict)).toEqual([]);
  expect(isSpotless(verdict)).toBe(true);
  expect(verdict.counts).toEqual({ invoked: 2, acked: 2, unknown: 2, applied: 5, stored: 3 });
});

it('lets what nobody knows be stored or not', () => {
  const unknown: HistoryEntry[] = [
    { t: 4, client: 'visitor', type: 'invoke', id: 'never', conversation: CONVERSATION },
    { t: 5, client: 'visitor', type: 'info', id: 'never', why: 'no answer' },
  ];
  const unacked = doctored((entry) => (entry.type === 'ok' ? [] : entry));
  expect(breaches(check([...createHistory(), ...unknown], [createLog()]))).toEqual([]);
  expect(breaches(check(unacked, [createLog()]))).toEqual([]);
});

it('takes a log that began anew for what it is', () => {
  const again: HistoryEntry[] = [
    { t: 2.1, client: 'agent', type: 'reset', conversation: CONVERSATION },
    { t: 2.2, client: 'agent', type: 'apply', conversation: CONVERSATION, seq: 1, id: 'a' },
  ];
  const [before, after] = [createHistory().slice(0, -2), createHistory().slice(-2)];
  expect(breaches(check([...before, ...again, ...after], [createLog()]))).toEqual([]);
});

describe('lost', () => {
  it('is an acknowledged message that is not stored', () => {
    const log = createLog((events) => events.pop());
    log.appliedSeq = 2;
    expect(check(createHistory(), [log]).lost).toBe(1);
  });
});

describe('dup', () => {
  it('is a message that is stored twice under one client id', () => {
    const log = createLog((events) => {
      events.push({ ...(events[2] as StoredEvent), seq: 4 });
    });
    log.appliedSeq = 4;
    expect(check(createHistory(), [log]).dup).toBe(1);
  });

  it('is an event that a client applies twice, or a message that it shows twice', () => {
    const twice = doctored((entry) =>
      entry.type === 'apply' && entry.seq === 3 && entry.client === 'agent'
        ? [entry, entry]
        : entry,
    );
    expect(breaches(check(twice, [createLog()]))).toEqual(['dup']);
    const shownTwice = doctored((entry) =>
      entry.type === 'final' && entry.side === 'team'
        ? { ...entry, items: [...entry.items, ...entry.items.slice(-1)] }
        : entry,
    );
    expect(breaches(check(shownTwice, [createLog()]))).toEqual(['dup', 'diverged']);
  });
});

describe('holes', () => {
  it('are numbers that are missing in a log, or in what its row accounts for', () => {
    const gap = createLog((events) => {
      for (const event of events) if (event.seq === 3) event.seq = 4;
    });
    gap.appliedSeq = 4;
    expect(check([], [gap]).holes).toBe(1);
    expect(breaches(check([], [{ ...createLog(), appliedSeq: 2 }]))).toEqual(['holes']);
  });
});

describe('reorder', () => {
  it('is an event that a client applies after a later one', () => {
    const history = createHistory();
    const applied = history.filter(({ client, type }) => client === 'agent' && type === 'apply');
    const rest = history.filter((entry) => !applied.includes(entry));
    expect(breaches(check([...applied.toReversed(), ...rest], [createLog()]))).toEqual(['reorder']);
  });

  it('is a sender’s later message that stands before an earlier one', () => {
    const invoked = doctored((entry) =>
      entry.type === 'invoke' ? { ...entry, t: -entry.t, id: entry.id === 'a' ? 'c' : 'a' } : entry,
    );
    expect(breaches(check(invoked, [createLog()]))).toEqual(['reorder']);
  });

  it('is not a repeat, whoever makes it', () => {
    const repeat: HistoryEntry = {
      t: 4,
      client: 'visitor',
      type: 'invoke',
      id: 'a',
      conversation: CONVERSATION,
      isRepeat: true,
    };
    expect(breaches(check([...createHistory(), repeat], [createLog()]))).toEqual([]);
  });

  it('is a time that goes back', () => {
    const log = createLog((events) => {
      for (const event of events) if (event.seq === 2) event.at = '2029-01-01T00:00:00.000Z';
    });
    expect(check([], [log]).reorder).toBe(1);
  });
});

describe('diverged', () => {
  it('is a client that ends before its log does', () => {
    const behind = doctored((entry) =>
      entry.type === 'final' && entry.side === 'team' ? { ...entry, have: 2 } : entry,
    );
    expect(breaches(check(behind, [createLog()]))).toEqual(['diverged']);
  });

  it('is a message that reads otherwise than it is stored', () => {
    const log = createLog((events) => {
      for (const event of events) {
        if (event.seq === 3) event.details.content = { kind: 'text', text: 'edited' };
      }
    });
    expect(check(createHistory(), [log]).diverged).toBe(2);
  });

  it('is a message that is not shown as edited', () => {
    const log = createLog((events) => {
      for (const event of events) {
        if (event.seq === 3) event.details.editedAt = '2030-01-01T00:00:09.000Z';
      }
    });
    expect(check(createHistory(), [log]).diverged).toBe(2);
  });

  it('is a visitor who sees what is internal', () => {
    const all = shown(createLog(), 'team');
    const indiscreet = doctored((entry) =>
      entry.type === 'final' && entry.side === 'visitor' ? { ...entry, items: all } : entry,
    );
    expect(breaches(check(indiscreet, [createLog()]))).toEqual(['diverged']);
  });

  it('is not a client that holds only the newest part', () => {
    const newest = doctored((entry) =>
      entry.type === 'final' && entry.side === 'team'
        ? { ...entry, from: 2, items: entry.items.slice(2) }
        : entry,
    );
    expect(breaches(check(newest, [createLog()]))).toEqual([]);
  });
});

describe('phantom', () => {
  it('is something shown that is not stored', () => {
    const ghost: HistoryEntry = {
      t: 2.5,
      client: 'agent',
      type: 'apply',
      conversation: CONVERSATION,
      seq: 4,
      id: 'd',
    };
    expect(breaches(check([...createHistory(), ghost], [createLog()]))).toEqual(['phantom']);
  });

  it('is something on a screen at the end that is not stored', () => {
    const haunted = doctored((entry) =>
      entry.type === 'final' && entry.side === 'team'
        ? { ...entry, items: [...entry.items, [4, 'd', 'a ghost']] }
        : entry,
    );
    expect(breaches(check(haunted, [createLog()]))).toEqual(['diverged', 'phantom']);
  });

  it('is something acknowledged at a place where something else is stored', () => {
    const elsewhere = doctored((entry) =>
      entry.type === 'ok' && entry.id === 'a' ? { ...entry, seq: 2 } : entry,
    );
    expect(breaches(check(elsewhere, [createLog()]))).toEqual(['phantom']);
  });
});
