import type { AgentPrincipal, VisitorPrincipal } from './principal.ts';

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
