import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Prepare } from './connection.ts';
import { preparer } from './connection.ts';
import { migrate, MIGRATIONS } from './schema.ts';
import { createLiveConversations } from './tables/live-conversations.ts';
import { createReads } from './tables/reads.ts';
import { createWrites } from './tables/writes.ts';

let connection: DatabaseSync;

beforeEach(() => {
  connection = new DatabaseSync(':memory:');
});

describe('migrate', () => {
  it('does each step once and in order', () => {
    const steps = ['CREATE TABLE a (x TEXT)', 'ALTER TABLE a ADD COLUMN y TEXT'];
    migrate(connection, steps.slice(0, 1));
    migrate(connection, steps);
    migrate(connection, steps);
    expect(connection.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
    expect(
      connection
        .prepare('SELECT * FROM a')
        .columns()
        .map(({ name }) => name),
    ).toEqual(['x', 'y']);
  });

  it('leaves nothing of a step that fails', () => {
    const steps = ['CREATE TABLE a (x TEXT)', 'CREATE TABLE b (x TEXT); CREATE TABLE a (x TEXT)'];
    expect(() => migrate(connection, steps)).toThrow('already exists');
    expect(connection.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(connection.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'a' }]);
  });

  it('refuses a file of a newer version', () => {
    migrate(connection, ['CREATE TABLE a (x TEXT)']);
    expect(() => migrate(connection, [])).toThrow(
      /newer version of Alcove \(schema 1; this one knows 0\)/,
    );
  });
});

describe('data of version 0.1.0', () => {
  it('is read, and goes on, as if it had been written by this one', () => {
    migrate(connection, MIGRATIONS.slice(0, 1));
    connection.exec(DATA_OF_0_1_0);
    migrate(connection);
    const prepare = preparer(connection);
    const reads = createReads(prepare);
    const { append } = createWrites(prepare, createLiveConversations(prepare));

    const [row] = reads.inbox('ws_1', { view: 'all', agentId: 'ag_1', limit: 9 }).conversations;
    expect(row).toMatchObject({ id: 'cv_1', appliedSeq: 1, lastMessage: { text: 'hello' } });
    expect(reads.conversationsOfVisitor('ws_1', 'vi_1', 9)).toEqual([row]);
    const receipt = { participant: { kind: 'agent', id: 'ag_1' }, deliveredAt: AT, readAt: null };
    expect(reads.receipts('ws_1', { conversationId: 'cv_1', seq: 1 })).toEqual([receipt]);
    const changed = reads.changedConversations('ws_1', '7', 9);
    expect(changed.conversations, 'for a cursor of that version').toEqual([row]);

    const sent = { actor: { kind: 'visitor', id: 'vi_1' }, via: 'widget' } as const;
    const hello = { kind: 'text', text: 'hello' } as const;
    const message = { ...sent, type: 'message.created', clientEventId: 'cl_1' } as const;
    const base = { conversationId: 'cv_1', at: AT };
    const repeated = { ...base, event: { ...message, content: hello } };
    expect(append('ws_1', repeated)).toMatchObject({ outcome: 'duplicate', event: { seq: 1 } });
    const change = {
      ...sent,
      type: 'message.deleted',
      clientEventId: 'cl_2',
      messageSeq: 1,
    } as const;
    expect(append('ws_1', { ...base, event: change })).toMatchObject({
      outcome: 'appended',
      seq: 2,
    });
    expect(append('ws_1', repeated)).toMatchObject({ outcome: 'duplicate', event: { seq: 1 } });
  });
});

describe('a statement', () => {
  /** The steps of a plan that may stand there, with their reasons. */
  const EXCEPTIONS: Record<string, (sql: string) => boolean> = {
    // All of it is asked for, and comes in the order of the index.
    'SCAN workspaces USING INDEX workspaces_by_age': () => true,
    // One look-up stands in one row without a table.
    'SCAN CONSTANT ROW': () => true,
    // Has one row.
    'SCAN store': (sql) => sql === 'SELECT generation FROM store',
    // All of them are meant, and they wait for a second at most.
    'SCAN late_events': () => true,
    // A visitor's own conversations are a handful, while an index in their order would move with every append.
    'USE TEMP B-TREE FOR ORDER BY': (sql) =>
      /FROM conversations\s+WHERE workspace_id = \? AND visitor_id = \?/.test(sql),
  };

  it('always finds its rows, and their order, by an index', () => {
    migrate(connection);
    const statements: string[] = [];
    const prepare = preparer(connection);
    const noting: Prepare = (sql) => {
      statements.push(sql);
      return prepare(sql);
    };
    createReads(noting);
    createWrites(noting, createLiveConversations(noting));
    expect(statements.length).toBeGreaterThan(40);

    const slow = statements.flatMap((sql) =>
      prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .filter(({ detail }) => /SCAN|TEMP B-TREE/.test(detail) && !EXCEPTIONS[detail]?.(sql))
        .map(({ detail }) => `${detail}: ${sql}`),
    );
    expect(slow).toEqual([]);
  });
});

const AT = '2026-01-01T00:00:00.000Z';

/** One conversation with one message, delivered to one agent. */
const DATA_OF_0_1_0 = `
  INSERT INTO workspaces VALUES ('ws_1', 'wk_1', 'Shop', '{}', '[]', '${AT}');
  INSERT INTO contacts VALUES ('ws_1', 'co_1', NULL, NULL, NULL, NULL, NULL, '${AT}', '${AT}');
  INSERT INTO visitors VALUES ('ws_1', 'vi_1', 'co_1', '${AT}');
  INSERT INTO conversations VALUES (1, 'ws_1', 'cv_1', 'vi_1', 'co_1', 'cl_0', '${AT}', 'open', NULL, '', '${AT}', 1, 1, 1, 1,
    '{"seq":1,"actor":{"kind":"visitor","id":"vi_1"},"text":"hello","at":"${AT}"}', 1, 0, 1, '${AT}', 7);
  INSERT INTO conversation_counts VALUES ('ws_1', 'open', '', 1);
  INSERT INTO events VALUES (1, 1, 'message.created', '${AT}', 'visitor', 'vi_1', 'widget', 'cl_1',
    '{"content":{"kind":"text","text":"hello"}}', 1, 0, 1, 1);
  INSERT INTO cursors VALUES (1, 'agent', 'ag_1', 1, '${AT}', 0, NULL);
`;
