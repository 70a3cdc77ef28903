import type { AgentRole } from '@alcove/protocol';
import type { InvitationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';

interface InvitationRow {
  workspace_id: string;
  id: string;
  token_hash: string;
  role: AgentRole;
  created_at: string;
  expires_at: string;
  used_at: string | null;
}

const COLUMNS = 'workspace_id, id, token_hash, role, created_at, expires_at, used_at';

/** What is read of invitations. */
export function invitationReads(prepare: Prepare) {
  const byToken = prepare<InvitationRow>(`SELECT ${COLUMNS} FROM invitations WHERE token_hash = ?`);
  const unused = prepare<InvitationRow>(
    `SELECT ${COLUMNS} FROM invitations WHERE workspace_id = ? AND used_at IS NULL AND expires_at > ?
     ORDER BY created_at DESC, id DESC`,
  );
  return {
    invitationByToken(tokenHash: string): InvitationRecord | null {
      const row = byToken.get(tokenHash);
      return row === undefined ? null : toInvitation(row);
    },
    invitations: (workspaceId: string, now: string) =>
      unused.all(workspaceId, now).map(toInvitation),
  };
}

/** What is written of invitations. */
export function invitationWrites(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO invitations (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const use = prepare(
    'UPDATE invitations SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?',
  );
  const remove = prepare('DELETE FROM invitations WHERE workspace_id = ? AND id = ?');
  return {
    createInvitation(invitation: InvitationRecord): void {
      insert.run(
        invitation.workspaceId,
        invitation.id,
        invitation.tokenHash,
        invitation.role,
        invitation.createdAt,
        invitation.expiresAt,
        invitation.usedAt,
      );
    },

    consumeInvitation: (tokenHash: string, now: string) =>
      use.run(now, tokenHash, now).changes === 1,

    deleteInvitation(workspaceId: string, invitationId: string): void {
      remove.run(workspaceId, invitationId);
    },
  };
}

function toInvitation(row: InvitationRow): InvitationRecord {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    tokenHash: row.token_hash,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
  };
}
