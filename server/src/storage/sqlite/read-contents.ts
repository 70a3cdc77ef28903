import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { ActorKind, ConversationEvent } from '@alcove/protocol';
import type {
  ConversationContents,
  CursorMove,
  PlainKind,
  PlainRecords,
  StoreCounts,
  StoreSource,
} from '../store-contents.ts';
import { PLAIN_KINDS } from '../store-contents.ts';
import type { Prepare } from './connection.ts';
import { openForReading, preparer } from './connection.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';
import { lockProcess } from './process-lock.ts';
import type { StoredEvent } from './tables/events.ts';
import { EVENT_COLUMNS, saidIn, toEvent } from './tables/events.ts';

/** Records, or events, that are read at a time. */
const BATCH = 500;

/**
 * Opens a file to read all of it. No server may be using it.
 *
 * @throws Error in words for the operator.
 */
export async function readSqliteContents(file: string): Promise<StoreSource> {
  if (!existsSync(file)) throw new Error(`There is no database at ${file}.`);
  await settle(file);
  const lock = lockProcess(file);
  const connection = openForReading(file);
  const prepare = preparer(connection);
  refuseLateEvents(prepare);
  const generation = prepare<{ generation: string }>('SELECT generation FROM store').get();
  return {
    id: generation?.generation ?? '',
    counts: () => countAll(prepare),
    *plain(kind) {
      yield* inBatches(connection, kind);
    },
    conversations: () => readConversations(prepare),
    close() {
      connection.close();
      lock.release();
    },
  };
}

/** Brings data of an older version up to date, and puts into its place what a killed server left under way. */
async function settle(file: string): Promise<void> {
  // Refuses while a server runs.
  const storage = await openSqliteStorage({ file });
  try {
    // Any look at a row makes the writer catch up: then every event is in its place.
    await storage.forWorkspace('').conversations.get('');
  } finally {
    await storage.close();
  }
}

function refuseLateEvents(prepare: Prepare): void {
  if (prepare('SELECT 1 FROM late_events LIMIT 1').get() === undefined) return;
  throw new Error(
    'Not every event is in its place. Start the server once, stop it, and try again.',
  );
}

function countAll(prepare: Prepare): StoreCounts {
  const kinds = [...PLAIN_KINDS, 'conversations', 'events'] as const;
  const counts = kinds.map((kind) => {
    const row = prepare<{ count: number }>(`SELECT count(*) AS count FROM ${kind}`).get();
    return [kind, row?.count ?? 0];
  });
  return Object.fromEntries(counts) as StoreCounts;
}

/** How a record of each kind is read, and which columns tell it apart. */
const TABLES: { readonly [Kind in PlainKind]: { columns: string; key: string } } = {
  workspaces: {
    columns: 'id, key, name, look, allowed_origins AS allowedOrigins, created_at AS createdAt',
    key: 'id',
  },
  accounts: {
    columns: 'id, email, password_hash AS passwordHash, created_at AS createdAt',
    key: 'id',
  },
  agents: {
    columns: `id, workspace_id AS workspaceId, account_id AS accountId, name, email, role,
      is_disabled AS isDisabled, created_at AS createdAt`,
    key: 'workspace_id, id',
  },
  invitations: {
    columns: `id, workspace_id AS workspaceId, token_hash AS tokenHash, role, created_at AS createdAt,
      expires_at AS expiresAt, used_at AS usedAt`,
    key: 'workspace_id, id',
  },
  sessions: {
    columns: `token_hash AS tokenHash, family_id AS familyId, principal_id AS principalId, kind,
      workspace_id AS workspaceId, created_at AS createdAt, expires_at AS expiresAt,
      rotated_at AS rotatedAt, revoked_at AS revokedAt`,
    key: 'token_hash',
  },
  contacts: {
    columns: `id, workspace_id AS workspaceId, name, email, page, user_agent AS userAgent, locale,
      created_at AS createdAt, last_seen_at AS lastSeenAt`,
    key: 'workspace_id, id',
  },
  visitors: {
    columns: `id, workspace_id AS workspaceId, contact_id AS contactId, created_at AS createdAt`,
    key: 'workspace_id, id',
  },
};

/** Columns that hold JSON. */
const JSON_COLUMNS = ['look', 'allowedOrigins', 'page'];

function* inBatches<Kind extends PlainKind>(
  connection: DatabaseSync,
  kind: Kind,
): Generator<PlainRecords[Kind][]> {
  const { columns, key } = TABLES[kind];
  let batch: PlainRecords[Kind][] = [];
  for (const row of connection
    .prepare(`SELECT ${columns} FROM ${kind} ORDER BY ${key}`)
    .iterate()) {
    // The columns are those of the record.
    batch.push(toRecord(row) as unknown as PlainRecords[Kind]);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function toRecord(row: object): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => {
    if (name === 'isDisabled') return [name, value === 1];
    const isJson = JSON_COLUMNS.includes(name) && typeof value === 'string';
    return [name, isJson ? JSON.parse(value) : value];
  });
  return Object.fromEntries(entries);
}

interface OpenedRow {
  number: number;
  workspaceId: string;
  id: string;
  visitorId: string;
  contactId: string;
  clientConversationId: string;
  createdAt: string;
  appliedSeq: number;
}

interface CursorRow {
  kind: ActorKind;
  id: string;
  delivered: number;
  deliveredAt: string | null;
  read: number;
  readAt: string | null;
}

/** Conversations until they hold about `BATCH` events. Their rows are left out, which may be late: the log is the truth. */
function* readConversations(prepare: Prepare): Generator<ConversationContents[]> {
  const next = prepare<OpenedRow>(
    `SELECT number, workspace_id AS workspaceId, id, visitor_id AS visitorId, contact_id AS contactId,
       client_conversation_id AS clientConversationId, created_at AS createdAt, applied_seq AS appliedSeq
     FROM conversations WHERE number > ? ORDER BY number LIMIT ?`,
  );
  const contentsOf = readingContents(prepare);
  let batch: ConversationContents[] = [];
  let events = 0;
  for (let after = 0; ; ) {
    const rows = next.all(after, BATCH);
    for (const row of rows) {
      const contents = contentsOf(row);
      batch.push(contents);
      events += contents.events.length;
      if (events < BATCH && batch.length < BATCH) continue;
      yield batch;
      [batch, events] = [[], 0];
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.number;
  }
  if (batch.length > 0) yield batch;
}

function readingContents(prepare: Prepare) {
  const logOf = prepare<StoredEvent>(
    `SELECT ${EVENT_COLUMNS}, said FROM events WHERE conversation = ? ORDER BY seq`,
  );
  const cursorsOf = prepare<CursorRow>(
    `SELECT participant_kind AS kind, participant_id AS id, delivered, delivered_at AS deliveredAt, read, read_at AS readAt
     FROM cursors WHERE conversation = ?`,
  );
  const movesOf = prepare<{ kind: ActorKind; id: string } & Omit<CursorMove, 'participant'>>(
    `SELECT participant_kind AS kind, participant_id AS id, reach, seq, at
     FROM cursor_moves WHERE conversation = ?`,
  );
  return ({ number, workspaceId, appliedSeq, ...opened }: OpenedRow): ConversationContents => {
    const log = logOf.all(number);
    if (log.length < appliedSeq) {
      throw new Error(
        `The conversation ${opened.id} lacks events: its row stands at ${appliedSeq}, its log at ${log.length}. Restore a backup.`,
      );
    }
    return {
      workspaceId,
      opened: { ...opened },
      events: log.map((row): { event: ConversationEvent; said: string } => ({
        event: toEvent(opened.id, row, row.seq - 1),
        said: saidIn(row),
      })),
      cursors: cursorsOf.all(number).map(({ kind, id, ...reach }) => ({
        participant: { kind, id },
        ...reach,
      })),
      moves: movesOf.all(number).map(({ kind, id, ...move }) => ({
        participant: { kind, id },
        ...move,
      })),
    };
  };
}
