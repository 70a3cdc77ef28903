import { DatabaseSync } from 'node:sqlite';
import type { EventDraft } from '@alcove/protocol';
import { createId, emptyConversation, foldConversation } from '@alcove/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { preparer } from '../connection.ts';
import type { GroupCommit, WriteAnswer, WriteCall } from '../group-commit.ts';
import { createGroupCommit } from '../group-commit.ts';
import { migrate } from '../schema.ts';
import { PATIENCE_MS } from './live-conversations.ts';
import { createReads } from './reads.ts';

const AT = '2026-01-01T00:00:00.000Z';
const CONVERSATIONS = ['cv_0', 'cv_1', 'cv_2', 'cv_3', 'cv_4'];
const WORKSPACE = 'ws_1';
/** More than a transaction whose rows are written along. */
const MANY = 20;

let connection: DatabaseSync;
let groups: GroupCommit;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  open();
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

it('puts a few events and their row into place at once', () => {
  groups.run([says('cv_0')]);
  expect(groups.anyLate()).toBe(false);
  expect(rowSeq('cv_0')).toBe(1);
});

it('lets conversations be late while much is written, and places them when somebody is about to read them', () => {
  groups.run(Array.from({ length: MANY }, (_, n) => says(`cv_${n % 2}`)));
  expect([rowSeq('cv_0'), rowSeq('cv_1')]).toEqual([0, 0]);
  expect(groups.anyLate()).toBe(true);
  groups.run([['placeLate', WORKSPACE, { conversationIds: ['cv_1', 'cv_none'] }]]);
  expect([rowSeq('cv_0'), rowSeq('cv_1')]).toEqual([0, 10]);
  groups.run([['placeLate', 'ws_other', 'all']]);
  groups.run([['placeLate', WORKSPACE, { visitorId: 'vi_other' }]]);
  expect(rowSeq('cv_0')).toBe(0);
  groups.run([['placeLate', WORKSPACE, { visitorId: 'vi_1' }]]);
  expect(rowSeq('cv_0')).toBe(10);
  expect(groups.anyLate()).toBe(false);
});

it('lets nothing be late for long, whatever else is written', () => {
  groups.run(Array.from({ length: MANY }, () => says('cv_0')));
  vi.advanceTimersByTime(PATIENCE_MS / 2);
  groups.run(Array.from({ length: MANY }, (_, n) => says(`cv_${n % 2}`)));
  expect(rowSeq('cv_0')).toBe(0);
  vi.advanceTimersByTime(PATIENCE_MS / 2);
  groups.run(Array.from({ length: MANY }, () => says('cv_2')));
  expect([rowSeq('cv_0'), rowSeq('cv_1')]).toEqual([30, 0]);
});

it('takes the rows of what is in its place away side by side, and none that waits', () => {
  groups.run(Array.from({ length: MANY }, (_, n) => says(`cv_${n % 2}`)));
  vi.advanceTimersByTime(PATIENCE_MS);
  groups.run(Array.from({ length: MANY }, () => says('cv_2')));
  const waiting = connection.prepare('SELECT count(*) AS rows FROM late_events');
  expect(waiting.get()).toEqual({ rows: MANY });
  groups.run(Array.from({ length: MANY }, () => says('cv_3')));
  groups.run([['placeLate', WORKSPACE, { conversationIds: ['cv_3'] }]]);
  expect(waiting.get(), 'behind those of another').toEqual({ rows: 2 * MANY });
  groups.run([['placeLate', WORKSPACE, { conversationIds: ['cv_2'] }]]);
  expect(waiting.get()).toEqual({ rows: 0 });
});

it('leaves nothing of the words before an edit where they waited', () => {
  const said = says('cv_1');
  groups.run([...Array.from({ length: MANY }, () => says('cv_0')), said]);
  groups.run([['placeLate', WORKSPACE, { conversationIds: ['cv_1'] }]]);
  const kept = connection.prepare(
    'SELECT count(*) AS rows FROM late_events JOIN conversations ON conversations.number = conversation WHERE id = ?',
  );
  expect(kept.get('cv_1')).toEqual({ rows: 1 });
  groups.run([append('cv_1', drafts.edits())]);
  expect(kept.get('cv_1')).toEqual({ rows: 0 });
  expect(kept.get('cv_0')).toEqual({ rows: MANY });
});

it('goes on from what is late', () => {
  groups.run(Array.from({ length: MANY }, () => says('cv_0')));
  expect(groups.run([says('cv_0')])).toMatchObject([{ result: { seq: MANY + 1 } }]);
  const opening = {
    id: 'cv_9',
    visitorId: 'vi_1',
    contactId: 'co_1',
    clientConversationId: 'cv_0',
    createdAt: AT,
  };
  groups.run(Array.from({ length: MANY }, () => says('cv_0')));
  expect(groups.run([['openConversation', WORKSPACE, opening]])).toMatchObject([
    { result: { id: 'cv_0', appliedSeq: 2 * MANY + 1 } },
  ]);
});

it('knows a repeat of what is late, and changes it', () => {
  const said = says('cv_0');
  groups.run([said, ...Array.from({ length: MANY }, () => says('cv_1'))]);
  expect(groups.run([said])).toMatchObject([
    { result: { outcome: 'duplicate', event: { seq: 1 } } },
  ]);
  groups.run([...Array.from({ length: MANY }, () => says('cv_2'))]);
  const words = { content: { kind: 'text', text: 'Other words' } } as const;
  const edit = append('cv_2', { ...drafts.edits(), ...words });
  groups.run([edit, ...Array.from({ length: MANY }, () => says('cv_1')), edit]);
  groups.run([['placeLate', WORKSPACE, 'all']]);
  const query = { conversationId: 'cv_2', audience: 'agents', after: 0, limit: 1 } as const;
  expect(reads().events(WORKSPACE, query)).toMatchObject([words]);
  expectExact();
});

it('catches up with the log after a crash', () => {
  groups.run(Array.from({ length: MANY }, (_, n) => says(`cv_${n % 2}`)));
  groups = createGroupCommit(connection);
  expect(groups.anyLate(), 'as far as is known').toBe(true);
  groups.run([['placeLate', WORKSPACE, { conversationIds: ['cv_4'] }]]);
  expect(groups.anyLate()).toBe(false);
  expectExact();
});

it('loses nothing that waits when the disk is full, whatever comes next', () => {
  groups.run(Array.from({ length: MANY }, () => says('cv_0')));
  fillDisk();
  groups.run([]);
  expectExact();
  expect(groups.run([says('cv_0')])).toMatchObject([{ result: { seq: MANY + 1 } }]);
});

it('has every event once, in its place or on its way, and rows that fit, whatever happens in which order', () => {
  fc.assert(
    fc.property(fc.array(step(), { maxLength: 30 }), (steps) => {
      open();
      for (const act of steps) {
        act();
        expectExact();
      }
      groups.run([['placeLate', WORKSPACE, 'all']]);
      expect(groups.anyLate()).toBe(false);
      expect(connection.prepare('SELECT * FROM late_events').all()).toEqual([]);
      expectExact();
    }),
    { numRuns: 150 },
  );
});

function open(): void {
  connection = new DatabaseSync(':memory:');
  migrate(connection);
  groups = createGroupCommit(connection);
  const look = { colour: '#3355ff', side: 'end', theme: 'auto' } as const;
  const nobody = { name: null, email: null, page: null, userAgent: null, locale: null };
  const created = { createdAt: AT };
  expectDone(
    groups.run([
      [
        'createWorkspace',
        { id: WORKSPACE, key: 'wk_1', name: 'Shop', look, allowedOrigins: [], ...created },
      ],
      [
        'createVisitor',
        WORKSPACE,
        { id: 'vi_1', contactId: 'co_1', ...created },
        { ...nobody, id: 'co_1', lastSeenAt: AT, ...created },
      ],
      ...CONVERSATIONS.map(
        (id): WriteCall => [
          'openConversation',
          WORKSPACE,
          { id, visitorId: 'vi_1', contactId: 'co_1', clientConversationId: id, ...created },
        ],
      ),
    ]),
  );
}

/** Something that may happen to a store. */
function step(): fc.Arbitrary<() => void> {
  const call = fc
    .tuple(
      fc.constantFrom(...CONVERSATIONS),
      fc.constantFrom<'says' | 'edits' | 'assigns' | 'resolves'>(
        'says',
        'edits',
        'assigns',
        'resolves',
      ),
    )
    .map(([conversationId, act]) => append(conversationId, drafts[act]()));
  const group = (size: { minLength: number; maxLength: number }) => fc.array(call, size);
  const run = (calls: readonly WriteCall[]) => () => void groups.run(calls);
  return fc.oneof(
    group({ minLength: 1, maxLength: 3 }).map(run),
    group({ minLength: MANY, maxLength: 2 * MANY }).map(run),
    // One write of many fails: all are taken back, and run again one by one.
    group({ minLength: MANY, maxLength: MANY }).map((calls) => run(calls.with(MANY / 2, fails))),
    fc.constant(run([['placeLate', WORKSPACE, { conversationIds: ['cv_0', 'cv_3'] }]])),
    fc.constant(() => {
      groups = createGroupCommit(connection);
    }),
    fc.constant(() => vi.advanceTimersByTime(PATIENCE_MS)),
    fc.constant(run([])),
    fc.constant(fillDisk),
  );
}

/** A group that finds no room: all of it is taken back. */
function fillDisk(): void {
  const { page_count: pages } = connection.prepare('PRAGMA page_count').get() ?? {};
  connection.exec(`PRAGMA max_page_count = ${Number(pages)}`);
  const answers = groups.run(Array.from({ length: 20 * MANY }, () => says('cv_4')));
  connection.exec('PRAGMA max_page_count = 1000000');
  for (const answer of answers) expect(answer).toMatchObject({ outcome: 'unavailable' });
}

/** No such workspace. */
const fails: WriteCall = [
  'createInvitation',
  {
    id: 'in_1',
    tokenHash: 'in_1',
    workspaceId: 'ws_none',
    role: 'agent',
    createdAt: AT,
    expiresAt: AT,
    usedAt: null,
  },
];

const visitor = { actor: { kind: 'visitor', id: 'vi_1' }, via: 'widget' } as const;
const agent = { actor: { kind: 'agent', id: 'ag_1' }, via: 'console' } as const;
const drafts = {
  says: (): EventDraft => ({
    ...visitor,
    type: 'message.created',
    clientEventId: createId('cl'),
    content: { kind: 'text', text: createId('cl') },
  }),
  edits: (): EventDraft => ({
    ...visitor,
    type: 'message.edited',
    clientEventId: createId('cl'),
    messageSeq: 1,
    content: { kind: 'text', text: createId('cl') },
  }),
  assigns: (): EventDraft => ({
    ...agent,
    type: 'conversation.assigned',
    clientEventId: createId('cl'),
    assignee: { agentId: 'ag_1' },
  }),
  resolves: (): EventDraft => ({
    ...agent,
    type: 'conversation.status_changed',
    clientEventId: createId('cl'),
    status: 'resolved',
  }),
};

function append(conversationId: string, event: EventDraft): WriteCall {
  return ['append', WORKSPACE, { conversationId, event, at: AT }];
}

function says(conversationId: string): WriteCall {
  return append(conversationId, drafts.says());
}

function rowSeq(conversationId: string): number | undefined {
  return reads().conversation(WORKSPACE, conversationId)?.appliedSeq;
}

function reads() {
  return createReads(preparer(connection));
}

/** Every log is whole and once in the file; rows of logs that are in place are their folds; counts count the rows. */
function expectExact(): void {
  const { conversation, inboxCounts, inbox } = reads();
  const { events } = createReads(preparer(connection), 'all_events');
  const late = new Set(
    connection
      .prepare(
        `SELECT id FROM late_events JOIN conversations ON conversations.number = conversation
         WHERE (conversation, seq) NOT IN (SELECT conversation, seq FROM events)`,
      )
      .all()
      .map(({ id }) => id),
  );
  for (const id of CONVERSATIONS) {
    const log = events(WORKSPACE, { conversationId: id, audience: 'agents', after: 0, limit: 1e6 });
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    if (late.has(id)) continue;
    const row = conversation(WORKSPACE, id);
    const empty = emptyConversation({ id, visitorId: 'vi_1', contactId: 'co_1', createdAt: AT });
    expect(row).toEqual({ ...log.reduce(foldConversation, empty), clientConversationId: id });
  }
  const stale = connection.prepare(
    `SELECT events.seq FROM events JOIN late_events USING (conversation, seq)
     WHERE events.details <> late_events.details`,
  );
  expect(stale.all()).toEqual([]);
  const counts = inboxCounts(WORKSPACE, 'ag_1', 99);
  for (const view of ['all', 'mine', 'unassigned', 'resolved'] as const) {
    const { conversations } = inbox(WORKSPACE, { view, agentId: 'ag_1', limit: 10 });
    expect(counts[view]).toBe(conversations.length);
  }
  const lengths = connection.prepare(
    'SELECT (SELECT count(*) FROM client_events) AS acts, (SELECT count(*) FROM all_events) AS events',
  );
  expect(lengths.get()).toMatchObject({ acts: lengths.get()?.['events'] });
}

function expectDone(answers: readonly WriteAnswer[]): void {
  for (const answer of answers) expect(answer).toMatchObject({ outcome: 'done' });
}
