import type { Storage } from '../storage/storage.ts';
import type { Authenticator } from './authenticator.ts';
import { DomainError } from './domain-error.ts';
import type { Origins } from './origins.ts';
import type { Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';
import type { Workspaces } from './workspaces.ts';

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
      if (!(await sessions.isActive(claims.sessionId))) throw ended();
      return { kind: 'visitor', ...claims };
    },
    async agent(accessToken) {
      const claims = tokens.verifyAgent(accessToken);
      const [isActive, agent] = await Promise.all([
        sessions.isActive(claims.sessionId),
        storage.forWorkspace(claims.workspaceId).agents.get(claims.agentId),
      ]);
      if (!isActive || !agent || agent.accountId !== claims.accountId) throw ended();
      if (agent.isDisabled) throw ended();
      return { kind: 'agent', ...claims, role: agent.role };
    },
    async checkVisitorOrigin(workspaceId, origin) {
      const { allowedOrigins } = await workspaces.get(workspaceId);
      origins.checkVisitor(allowedOrigins, origin);
    },
    checkAgentOrigin: (origin) => origins.checkAgent(origin),
  };
}

function ended(): DomainError {
  return new DomainError('unauthenticated', 'The session has ended. Sign in again.');
}
