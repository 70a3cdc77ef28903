import type { SessionRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';

interface SessionRow {
  token_hash: string;
  family_id: string;
  principal_id: string;
  kind: SessionRecord['kind'];
  workspace_id: string;
  created_at: string;
  expires_at: string;
  rotated_at: string | null;
  revoked_at: string | null;
}

const COLUMNS = `token_hash, family_id, principal_id, kind, workspace_id, created_at, expires_at,
  rotated_at, revoked_at`;

/** What is read of sessions. */
export function sessionReads(prepare: Prepare) {
  const byToken = prepare<SessionRow>(`SELECT ${COLUMNS} FROM sessions WHERE token_hash = ?`);
  const active = prepare(
    'SELECT 1 FROM sessions WHERE family_id = ? AND expires_at > ? AND revoked_at IS NULL LIMIT 1',
  );
  return {
    session(tokenHash: string): SessionRecord | null {
      const row = byToken.get(tokenHash);
      return row === undefined ? null : toSession(row);
    },
    isSessionActive: (familyId: string, now: string) => active.get(familyId, now) !== undefined,
  };
}

/** What is written of sessions. */
export function sessionWrites(prepare: Prepare) {
  const createSession = insertingSession(prepare);
  const markRotated = prepare(
    `UPDATE sessions SET rotated_at = coalesce(rotated_at, ?) WHERE token_hash = ? AND revoked_at IS NULL`,
  );
  const revokeFamily = prepare(
    'UPDATE sessions SET revoked_at = ? WHERE family_id = ? AND revoked_at IS NULL',
  );
  const revokeAll = prepare<Pick<SessionRow, 'family_id' | 'expires_at'>>(
    `UPDATE sessions SET revoked_at = ?
     WHERE principal_id = ? AND workspace_id = coalesce(?, workspace_id) AND revoked_at IS NULL
     RETURNING family_id, expires_at`,
  );
  const pruneExpired = prepare('DELETE FROM sessions WHERE expires_at < ?');
  const pruneRotated = prepare('DELETE FROM sessions WHERE rotated_at < ?');

  return {
    createSession,

    rotateSession(tokenHash: string, rotatedAt: string, successor: SessionRecord): boolean {
      // A sign-out may have come between the caller's look and this: its family stays revoked.
      if (markRotated.run(rotatedAt, tokenHash).changes === 0) return false;
      createSession(successor);
      return true;
    },

    revokeFamily(familyId: string, revokedAt: string): void {
      revokeFamily.run(revokedAt, familyId);
    },

    revokeAllSessions(
      principalId: string,
      revokedAt: string,
      workspaceId: string | null,
    ): string[] {
      const active = revokeAll
        .all(revokedAt, principalId, workspaceId)
        .filter((row) => row.expires_at > revokedAt);
      return [...new Set(active.map((row) => row.family_id))];
    },

    pruneSessions(before: string): void {
      pruneExpired.run(before);
      pruneRotated.run(before);
    },
  };
}

function insertingSession(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO sessions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  return (session: SessionRecord): void => {
    insert.run(
      session.tokenHash,
      session.familyId,
      session.principalId,
      session.kind,
      session.workspaceId,
      session.createdAt,
      session.expiresAt,
      session.rotatedAt,
      session.revokedAt,
    );
  };
}

function toSession(row: SessionRow): SessionRecord {
  return {
    tokenHash: row.token_hash,
    familyId: row.family_id,
    principalId: row.principal_id,
    kind: row.kind,
    workspaceId: row.workspace_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    rotatedAt: row.rotated_at,
    revokedAt: row.revoked_at,
  };
}
