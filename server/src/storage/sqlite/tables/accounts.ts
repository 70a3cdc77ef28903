import type { AccountRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';

interface AccountRow {
  id: string;
  email: string;
  password_hash: string;
  created_at: string;
}

const COLUMNS = 'id, email, password_hash, created_at';

/** What is read of accounts. */
export function accountReads(prepare: Prepare) {
  const byId = prepare<AccountRow>(`SELECT ${COLUMNS} FROM accounts WHERE id = ?`);
  const byEmail = prepare<AccountRow>(`SELECT ${COLUMNS} FROM accounts WHERE email = ?`);
  return {
    account: (accountId: string) => toAccount(byId.get(accountId)),
    accountByEmail: (email: string) => toAccount(byEmail.get(email)),
  };
}

/** What is written of accounts. */
export function accountWrites(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO accounts (${COLUMNS}) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const byId = prepare<AccountRow>(`SELECT ${COLUMNS} FROM accounts WHERE id = ?`);
  const setPassword = prepare(
    'UPDATE accounts SET password_hash = ?2 WHERE id = ?1 AND password_hash = coalesce(?3, password_hash)',
  );
  return {
    createAccount(account: AccountRecord): 'created' | 'email_taken' {
      const { id, email, passwordHash, createdAt } = account;
      const { changes } = insert.run(id, email, passwordHash, createdAt);
      // The same call made again finds its own row: that is no conflict.
      return changes === 1 || byId.get(id)?.email === email ? 'created' : 'email_taken';
    },

    setPassword(accountId: string, passwordHash: string, expectedHash: string | null): boolean {
      if (setPassword.run(accountId, passwordHash, expectedHash).changes === 1) return true;
      // The same call made again finds what it stored: that is no conflict.
      return byId.get(accountId)?.password_hash === passwordHash;
    },
  };
}

function toAccount(row: AccountRow | undefined): AccountRecord | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    createdAt: row.created_at,
  };
}
