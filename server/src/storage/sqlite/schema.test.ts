import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Prepare } from './connection.ts';
import { preparer } from './connection.ts';
import { migrate } from './schema.ts';
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

describe('a statement', () => {
  /** Reads a whole table in the order of an index, because all of it is asked for. */
  const WHOLE_TABLE = 'SCAN workspaces USING INDEX workspaces_by_age';

  it('always finds its rows, and their order, by an index', () => {
    migrate(connection);
    const statements: string[] = [];
    const prepare = preparer(connection);
    const noting: Prepare = (sql) => {
      statements.push(sql);
      return prepare(sql);
    };
    createReads(noting);
    createWrites(noting);
    expect(statements.length).toBeGreaterThan(40);

    const slow = statements.flatMap((sql) =>
      prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .filter(({ detail }) => /SCAN|TEMP B-TREE/.test(detail) && detail !== WHOLE_TABLE)
        .map(({ detail }) => `${detail}: ${sql}`),
    );
    expect(slow).toEqual([]);
  });
});
