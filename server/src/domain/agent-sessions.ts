import type { AgentSession, SignIn } from '@alcove/protocol';
import type { AccountRecord, AgentRecord, Storage } from '../storage/storage.ts';
import { toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { Passwords } from './passwords.ts';
import { presentAgent, presentWorkspace } from './present.ts';
import type { AgentPrincipal } from './principal.ts';
import { type IssuedSession, sessionEnded, type Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';
import type { Workspaces } from './workspaces.ts';

/** What the browser gets: `session` in the answer, the refresh token in a cookie that no script can read. */
export interface SignedIn {
  session: AgentSession;
  refreshToken: string;
  /** Milliseconds since 1970. */
  refreshExpiresAt: number;
}

/** Sessions of agents. */
export interface AgentSessions {
  /**
   * @throws DomainError `unauthenticated`, in the same words and after the same work whether the address is unknown or
   * the password wrong; `forbidden` when all of the account's access was switched off.
   */
  signIn(credentials: SignIn): Promise<SignedIn>;
  /**
   * Opens a session for somebody who has just proved by `password` that `account` is theirs.
   *
   * @throws DomainError `unauthenticated` when another password was set meanwhile.
   */
  start(agent: AgentRecord, account: AccountRecord, password: string): Promise<SignedIn>;
  /** @throws DomainError `unauthenticated` */
  renew(refreshToken: string): Promise<SignedIn>;
  /** Ends the session of a cookie. Without one there is nothing to end. */
  signOut(refreshToken: string | undefined): Promise<void>;
  /** Ends this and all other sessions of the account. */
  signOutEverywhere(agent: AgentPrincipal): Promise<void>;
}

interface AgentSessionsOptions {
  storage: Storage;
  workspaces: Workspaces;
  sessions: Sessions;
  tokens: Tokens;
  passwords: Passwords;
}

/** @see AgentSessions */
export function createAgentSessions(options: AgentSessionsOptions): AgentSessions {
  const { storage, sessions } = options;
  const start: AgentSessions['start'] = async (agent, account, password) => {
    const { accountId, workspaceId } = agent;
    const holder = { kind: 'agent', principalId: accountId, workspaceId } as const;
    const signedIn = await present(options, agent, await sessions.start(holder));
    await checkAgain(options, account, password, signedIn);
    return signedIn;
  };
  return {
    start,
    async signIn(credentials) {
      const account = await checkPassword(options, credentials);
      const agents = await storage.directory.accounts.memberships(account.id);
      const agent = agents.find(({ isDisabled }) => !isDisabled);
      if (!agent) throw switchedOff();
      return start(agent, account, credentials.password);
    },
    async renew(refreshToken) {
      const issued = await sessions.renew('agent', refreshToken);
      const agents = await storage.directory.accounts.memberships(issued.principalId);
      const agent = agents.find(({ workspaceId }) => workspaceId === issued.workspaceId);
      if (agent && !agent.isDisabled) return present(options, agent, issued);
      await sessions.end(issued.sessionId);
      throw sessionEnded();
    },
    async signOut(refreshToken) {
      if (refreshToken !== undefined) await sessions.endByToken(refreshToken);
    },
    signOutEverywhere: ({ accountId }) => sessions.revokeAll(accountId),
  };
}

async function checkPassword(
  { storage, passwords }: AgentSessionsOptions,
  { email, password }: SignIn,
): Promise<AccountRecord> {
  const { accounts } = storage.directory;
  const account = await accounts.findByEmail(email);
  const isCorrect = await passwords.isCorrect(password, account?.passwordHash);
  if (!account || !isCorrect) throw noMatch();
  // The one moment at which the password is there to be hashed with today's parameters.
  if (passwords.isOutdated(account.passwordHash)) {
    const passwordHash = await passwords.hash(password);
    await accounts.setPassword(account.id, passwordHash, account.passwordHash);
  }
  return account;
}

/**
 * Checking a password takes a while, in which another one may have been set. That ends all sessions, and this one began
 * after it. (One that is set from now on ends this session too.)
 */
async function checkAgain(
  { storage, passwords, sessions }: AgentSessionsOptions,
  checked: AccountRecord,
  password: string,
  { refreshToken }: SignedIn,
): Promise<void> {
  const account = await storage.directory.accounts.get(checked.id);
  if (account?.passwordHash === checked.passwordHash) return;
  // Another sign-in may only have hashed the same password anew.
  if (await passwords.isCorrect(password, account?.passwordHash)) return;
  await sessions.endByToken(refreshToken);
  throw noMatch();
}

function noMatch(): DomainError {
  return new DomainError('unauthenticated', 'This e-mail address and password do not match.');
}

async function present(
  { workspaces, tokens }: AgentSessionsOptions,
  agent: AgentRecord,
  issued: IssuedSession,
): Promise<SignedIn> {
  const workspace = await workspaces.get(agent.workspaceId);
  const { accessToken, expiresAt } = tokens.signAgent({
    workspaceId: agent.workspaceId,
    agentId: agent.id,
    accountId: agent.accountId,
    sessionId: issued.sessionId,
  });
  return {
    session: {
      accessToken,
      accessExpiresAt: toIso(expiresAt),
      agent: presentAgent(agent),
      workspace: presentWorkspace(workspace),
    },
    refreshToken: issued.refreshToken,
    refreshExpiresAt: issued.refreshExpiresAt,
  };
}

function switchedOff(): DomainError {
  return new DomainError(
    'forbidden',
    'Your access has been switched off. An owner or admin of the workspace can switch it on again.',
  );
}
