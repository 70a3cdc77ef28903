import type { WorkspaceRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';

interface WorkspaceRow {
  id: string;
  key: string;
  name: string;
  look: string;
  allowed_origins: string;
  created_at: string;
}

const COLUMNS = 'id, key, name, look, allowed_origins, created_at';

/** What is read of workspaces. */
export function workspaceReads(prepare: Prepare) {
  const byId = prepare<WorkspaceRow>(`SELECT ${COLUMNS} FROM workspaces WHERE id = ?`);
  const byKey = prepare<WorkspaceRow>(`SELECT ${COLUMNS} FROM workspaces WHERE key = ?`);
  const all = prepare<WorkspaceRow>(`SELECT ${COLUMNS} FROM workspaces ORDER BY created_at, id`);
  return {
    workspace: (workspaceId: string) => toWorkspace(byId.get(workspaceId)),
    workspaceByKey: (key: string) => toWorkspace(byKey.get(key)),
    workspaces: () => all.all().flatMap((row) => toWorkspace(row) ?? []),
  };
}

/** What is written of workspaces. */
export function workspaceWrites(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO workspaces (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const byId = prepare<WorkspaceRow>(`SELECT ${COLUMNS} FROM workspaces WHERE id = ?`);
  const change = prepare(
    'UPDATE workspaces SET name = ?, look = ?, allowed_origins = ? WHERE id = ?',
  );
  return {
    createWorkspace(workspace: WorkspaceRecord): 'created' | 'key_taken' {
      const { changes } = insert.run(
        workspace.id,
        workspace.key,
        workspace.name,
        JSON.stringify(workspace.look),
        JSON.stringify(workspace.allowedOrigins),
        workspace.createdAt,
      );
      // The same call made again finds its own row: that is no conflict.
      return changes === 1 || byId.get(workspace.id)?.key === workspace.key
        ? 'created'
        : 'key_taken';
    },

    updateWorkspace(
      workspaceId: string,
      given: Partial<Pick<WorkspaceRecord, 'name' | 'look' | 'allowedOrigins'>>,
    ): void {
      const stored = toWorkspace(byId.get(workspaceId));
      if (stored === null) return;
      const { name, look, allowedOrigins } = { ...stored, ...given };
      change.run(name, JSON.stringify(look), JSON.stringify(allowedOrigins), workspaceId);
    },
  };
}

function toWorkspace(row: WorkspaceRow | undefined): WorkspaceRecord | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    look: JSON.parse(row.look),
    allowedOrigins: JSON.parse(row.allowed_origins),
    createdAt: row.created_at,
  };
}
