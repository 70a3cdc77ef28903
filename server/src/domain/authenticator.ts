import type { Storage } from '../storage/storage.ts';
import type { Origins } from './origins.ts';
import type { AgentPrincipal, VisitorPrincipal } from './principal.ts';
import { sessionEnded, type Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';
import type { Workspaces } from './workspaces.ts';

/** Turns access tokens into principals, and says on which pages they may be used. */
export interface Authenticator {
  /**
   * @throws DomainError `unauthenticated` when the token is not one of ours for this audience, has ended, or its session
   * was revoked.
   */
  visitor(accessToken: string): Promise<VisitorPrincipal>;
  /** @throws DomainError `unauthenticated`, also when the agent is disabled. */
  agent(accessToken: string): Promise<AgentPrincipal>;
  /** @throws DomainError `origin_not_allowed` with a message for the site's owner. */
  checkVisitorOrigin(workspaceId: string, origin: string | undefined): Promise<void>;
  /** The console is served from the server's own origin only. @throws DomainError `origin_not_allowed` */
  checkAgentOrigin(origin: string | undefined): void;
}

interface AuthenticatorOptions {
  storage: Storage;
  tokens: Tokens;
  sessions: Sessions;
  workspaces: Workspaces;
  origins: Origins;
}

/**
 * Access tokens are checked by their signature first, then against what changed since they were made. That is read anew
 * each time: it costs two look-ups by key, and nobody who was shut out stays for a cache's sake.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { storage, tokens, sessions, workspaces, origins } = options;
  return {
    async visitor(accessToken) {
      const claims = tokens.verifyVisitor(accessToken);
      if (!(await sessions.isActive(claims.sessionId))) throw sessionEnded();
      return { kind: 'visitor', ...claims };
    },
    async agent(accessToken) {
      const claims = tokens.verifyAgent(accessToken);
      const [isActive, agent] = await Promise.all([
        sessions.isActive(claims.sessionId),
        storage.forWorkspace(claims.workspaceId).agents.get(claims.agentId),
      ]);
      if (!isActive || !agent || agent.accountId !== claims.accountId) throw sessionEnded();
      if (agent.isDisabled) throw sessionEnded();
      return { kind: 'agent', ...claims, role: agent.role };
    },
    async checkVisitorOrigin(workspaceId, origin) {
      const { allowedOrigins } = await workspaces.get(workspaceId);
      origins.checkVisitor(allowedOrigins, origin);
    },
    checkAgentOrigin: (origin) => origins.checkAgent(origin),
  };
}
