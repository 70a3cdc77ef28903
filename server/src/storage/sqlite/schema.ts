import type { DatabaseSync } from 'node:sqlite';

/**
 * Every change of the schema, in order; `PRAGMA user_version` counts those that a file has. Never edit one that was
 * released: add another.
 *
 * Whatever belongs to a workspace has a key that begins with it. The one short cut: events and cursors name their
 * conversation by its `number`, which is found by workspace and id only. Logs are most of the data, and their keys are so
 * a few bytes instead of sixty: an append costs a quarter less. An event's row lies in its log's order (WITHOUT ROWID), so
 * that a page of history is one stretch of the file.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE workspaces (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    look TEXT NOT NULL, -- JSON
    allowed_origins TEXT NOT NULL, -- JSON
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX workspaces_by_age ON workspaces (created_at, id);

  CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    family_id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    rotated_at TEXT,
    revoked_at TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_family ON sessions (family_id, expires_at);
  CREATE INDEX sessions_by_principal ON sessions (principal_id);
  CREATE INDEX sessions_by_expiry ON sessions (expires_at);
  CREATE INDEX sessions_by_rotation ON sessions (rotated_at) WHERE rotated_at IS NOT NULL;

  CREATE TABLE agents (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    is_disabled INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, account_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX agents_by_age ON agents (workspace_id, created_at, id);
  CREATE INDEX agents_by_account ON agents (account_id, created_at, workspace_id, id);

  CREATE TABLE invitations (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (workspace_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unused_invitations ON invitations (workspace_id, created_at, id) WHERE used_at IS NULL;

  CREATE TABLE contacts (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    name TEXT,
    email TEXT,
    page TEXT, -- JSON
    user_agent TEXT,
    locale TEXT,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE visitors (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    visitor_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    client_conversation_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status TEXT NOT NULL,
    assignee TEXT, -- JSON
    assignee_key TEXT NOT NULL, -- who the assignee is, in one word: see assigneeKey
    last_activity_at TEXT NOT NULL,
    applied_seq INTEGER NOT NULL,
    visitor_seq INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    visitor_message_count INTEGER NOT NULL,
    last_message TEXT, -- JSON
    last_visitor_message_seq INTEGER NOT NULL,
    last_team_message_seq INTEGER NOT NULL,
    unanswered_count INTEGER NOT NULL,
    waiting_since TEXT,
    change INTEGER NOT NULL, -- counts the changes of the workspace's conversations: when this one last changed
    UNIQUE (workspace_id, id),
    UNIQUE (workspace_id, visitor_id, client_conversation_id),
    FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitors (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id)
  ) STRICT;
  -- A conversation without events is in none of these.
  CREATE INDEX conversations_by_visitor
    ON conversations (workspace_id, visitor_id, last_activity_at, id) WHERE applied_seq > 0;
  CREATE INDEX inbox ON conversations (workspace_id, status, last_activity_at, id) WHERE applied_seq > 0;
  CREATE INDEX inbox_by_assignee
    ON conversations (workspace_id, status, assignee_key, last_activity_at, id) WHERE applied_seq > 0;
  CREATE INDEX conversations_by_change ON conversations (workspace_id, change) WHERE applied_seq > 0;

  CREATE TABLE conversation_counts (
    workspace_id TEXT NOT NULL,
    status TEXT NOT NULL,
    assignee_key TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, status, assignee_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    conversation INTEGER NOT NULL REFERENCES conversations (number),
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    via TEXT NOT NULL,
    client_event_id TEXT NOT NULL,
    details TEXT NOT NULL, -- JSON with sorted keys: what this type of event has beside the columns
    is_visible INTEGER NOT NULL, -- to the visitor
    visitor_prev INTEGER NOT NULL,
    message_count INTEGER NOT NULL, -- up to this event: the messages between two events are a subtraction
    visitor_message_count INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq),
    UNIQUE (conversation, actor_kind, actor_id, client_event_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cursors (
    conversation INTEGER NOT NULL REFERENCES conversations (number),
    participant_kind TEXT NOT NULL,
    participant_id TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    delivered_at TEXT,
    read INTEGER NOT NULL,
    read_at TEXT,
    PRIMARY KEY (conversation, participant_kind, participant_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Said once, and changed since: then a fingerprint of the first words stays, by which a repeat is known.
  ALTER TABLE events ADD COLUMN said TEXT;
  -- Of an edit or a deletion: the message that it is about.
  ALTER TABLE events ADD COLUMN message_seq INTEGER;
  CREATE INDEX changes_of_messages ON events (conversation, message_seq) WHERE message_seq IS NOT NULL;

  CREATE TABLE cursor_moves (
    conversation INTEGER NOT NULL REFERENCES conversations (number),
    participant_kind TEXT NOT NULL,
    participant_id TEXT NOT NULL,
    reach TEXT NOT NULL, -- delivered or read
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (conversation, participant_kind, participant_id, reach, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO cursor_moves
    SELECT conversation, participant_kind, participant_id, 'delivered', delivered, delivered_at
    FROM cursors WHERE delivered_at IS NOT NULL
    UNION ALL
    SELECT conversation, participant_kind, participant_id, 'read', read, read_at
    FROM cursors WHERE read_at IS NOT NULL;

  -- Every append moves its conversation's entry in each of these: short keys and one index less are a third of the log's
  -- pages. The row's number, which every entry ends with, parts those of one time.
  DROP INDEX conversations_by_visitor;
  DROP INDEX inbox;
  DROP INDEX inbox_by_assignee;
  CREATE INDEX inbox ON conversations (workspace_id, status, last_activity_at) WHERE applied_seq > 0;
  CREATE INDEX inbox_by_assignee
    ON conversations (workspace_id, status, assignee_key, last_activity_at) WHERE applied_seq > 0;

  -- One row: which life of the data this is. A restored backup begins another, since its numbers were given out before.
  CREATE TABLE store (generation TEXT NOT NULL) STRICT;
  INSERT INTO store VALUES (lower(hex(randomblob(8))));
  `,
  `
  -- Which client ids are taken. A table of its own, since it is written when an event happens, while the event itself may
  -- go to its place a moment later. Client ids begin with the time: what happens at one time lies side by side.
  CREATE TABLE client_events (
    client_event_id TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (client_event_id, conversation, actor_kind, actor_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO client_events SELECT client_event_id, conversation, actor_kind, actor_id, seq FROM events;

  CREATE TABLE placed_events (
    conversation INTEGER NOT NULL REFERENCES conversations (number),
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    via TEXT NOT NULL,
    client_event_id TEXT NOT NULL,
    details TEXT NOT NULL, -- JSON with sorted keys: what this type of event has beside the columns
    is_visible INTEGER NOT NULL, -- to the visitor
    visitor_prev INTEGER NOT NULL,
    message_count INTEGER NOT NULL, -- up to this event: the messages between two events are a subtraction
    visitor_message_count INTEGER NOT NULL,
    said TEXT,
    message_seq INTEGER,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO placed_events SELECT * FROM events;
  DROP TABLE events;
  ALTER TABLE placed_events RENAME TO events;
  CREATE INDEX changes_of_messages ON events (conversation, message_seq) WHERE message_seq IS NOT NULL;

  -- Events of the last second, in the order in which they happened, while so many happen that they cannot go to their places
  -- one by one.
  CREATE TABLE late_events (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (number),
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    via TEXT NOT NULL,
    client_event_id TEXT NOT NULL,
    details TEXT NOT NULL,
    is_visible INTEGER NOT NULL,
    visitor_prev INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    visitor_message_count INTEGER NOT NULL,
    message_seq INTEGER
  ) STRICT;
  CREATE VIEW all_events AS
    SELECT conversation, seq, type, at, actor_kind, actor_id, via, client_event_id, details, is_visible, visitor_prev,
      message_count, visitor_message_count FROM events
    UNION ALL
    SELECT conversation, seq, type, at, actor_kind, actor_id, via, client_event_id, details, is_visible, visitor_prev,
      message_count, visitor_message_count FROM late_events
    -- They stay for a moment when they have come to their places.
    WHERE NOT EXISTS (
      SELECT 1 FROM events WHERE events.conversation = late_events.conversation AND events.seq = late_events.seq
    );
  `,
];

/**
 * Brings a file to the newest schema. Each step is one transaction: killed half-way, it starts again.
 *
 * @throws Error when the file was written by a newer version.
 */
export function migrate(connection: DatabaseSync, migrations = MIGRATIONS): void {
  const version = Number(connection.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length) {
    throw new Error(
      `The data was written by a newer version of Alcove (schema ${version}; this one knows ${migrations.length}). Start that version, or restore a backup made before the upgrade.`,
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    try {
      connection.exec(`BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${index + 1}; COMMIT;`);
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
}
