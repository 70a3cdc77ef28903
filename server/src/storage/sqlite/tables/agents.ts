import type { AgentRole } from '@alcove/protocol';
import type { AgentRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';

interface AgentRow {
  workspace_id: string;
  id: string;
  account_id: string;
  name: string;
  email: string;
  role: AgentRole;
  is_disabled: number;
  created_at: string;
}

const COLUMNS = 'workspace_id, id, account_id, name, email, role, is_disabled, created_at';

/** What is read of agents. */
export function agentReads(prepare: Prepare) {
  const byId = prepare<AgentRow>(`SELECT ${COLUMNS} FROM agents WHERE workspace_id = ? AND id = ?`);
  const ofWorkspace = prepare<AgentRow>(
    `SELECT ${COLUMNS} FROM agents WHERE workspace_id = ? ORDER BY created_at, id`,
  );
  const ofAccount = prepare<AgentRow>(
    `SELECT ${COLUMNS} FROM agents WHERE account_id = ? ORDER BY created_at, workspace_id, id`,
  );
  return {
    agent(workspaceId: string, agentId: string): AgentRecord | null {
      const row = byId.get(workspaceId, agentId);
      return row === undefined ? null : toAgent(row);
    },
    agents: (workspaceId: string) => ofWorkspace.all(workspaceId).map(toAgent),
    memberships: (accountId: string) => ofAccount.all(accountId).map(toAgent),
  };
}

/** What is written of agents. */
export function agentWrites(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO agents (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const byId = prepare<AgentRow>(`SELECT ${COLUMNS} FROM agents WHERE workspace_id = ? AND id = ?`);
  const change = prepare(
    'UPDATE agents SET name = ?, role = ?, is_disabled = ? WHERE workspace_id = ? AND id = ?',
  );
  return {
    createAgent(agent: AgentRecord): 'created' | 'already_member' {
      const { changes } = insert.run(
        agent.workspaceId,
        agent.id,
        agent.accountId,
        agent.name,
        agent.email,
        agent.role,
        Number(agent.isDisabled),
        agent.createdAt,
      );
      // The same call made again finds its own row: that is no conflict.
      return changes === 1 || byId.get(agent.workspaceId, agent.id)?.account_id === agent.accountId
        ? 'created'
        : 'already_member';
    },

    updateAgent(
      workspaceId: string,
      agentId: string,
      given: Partial<Pick<AgentRecord, 'name' | 'role' | 'isDisabled'>>,
    ): void {
      const row = byId.get(workspaceId, agentId);
      if (row === undefined) return;
      const { name, role, isDisabled } = { ...toAgent(row), ...given };
      change.run(name, role, Number(isDisabled), workspaceId, agentId);
    },
  };
}

function toAgent(row: AgentRow): AgentRecord {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    accountId: row.account_id,
    name: row.name,
    email: row.email,
    role: row.role,
    isDisabled: row.is_disabled === 1,
    createdAt: row.created_at,
  };
}
