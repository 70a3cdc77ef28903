import type { Request } from 'express';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { AgentPrincipal } from '../../domain/principal.ts';
import { bearerToken } from './requests.ts';

/** Finds out which agent asks. `throw`s DomainError `unauthenticated`. */
export type AuthenticateAgent = (request: Request) => Promise<AgentPrincipal>;

/** The token stands in the Authorization header, which no other site's page can set: no Origin is needed. */
export function createAuthenticateAgent(authenticator: Authenticator): AuthenticateAgent {
  return async (request) => authenticator.agent(bearerToken(request));
}
