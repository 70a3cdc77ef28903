import { createHash } from 'node:crypto';
import { HTTP_PATHS } from '@alcove/protocol';
import { signInSchema } from '@alcove/protocol/schemas';
import { type Request, type Response, Router } from 'express';
import type { AgentSessions, SignedIn } from '../../../domain/agent-sessions.ts';
import type { Authenticator } from '../../../domain/authenticator.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import type { Limits } from '../../../limits.ts';
import type { AuthenticateAgent } from '../authenticate.ts';
import type { RateLimit } from '../rate-limit.ts';
import { jsonBody, parseBody } from '../requests.ts';
import { type Channel, channelOf } from '../secure-context.ts';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../session-cookie.ts';

interface SessionRoutesOptions {
  agentSessions: AgentSessions;
  authenticator: Authenticator;
  authenticateAgent: AuthenticateAgent;
  rateLimit: RateLimit;
  limits: Limits;
  publicUrl: () => URL;
}

/** Agents' sessions: sign in, renew, sign out here, sign out everywhere. */
export function sessionRoutes(options: SessionRoutesOptions): Router {
  const { agentSessions, authenticateAgent, authenticator, rateLimit, limits, publicUrl } = options;
  const router = Router();

  router.post(HTTP_PATHS.session, jsonBody, async (request, response) => {
    const channel = requireCookieDoor(request, authenticator, publicUrl());
    await rateLimit.byAddress('sign-in', request, limits.signInPerAddress);
    const credentials = parseBody(signInSchema, request);
    await rateLimit.byKey('sign-in', accountKey(credentials.email), limits.signInPerAccount);
    sendSignedIn(response, channel, await agentSessions.signIn(credentials));
  });

  router.post(HTTP_PATHS.sessionRefresh, async (request, response) => {
    const channel = requireCookieDoor(request, authenticator, publicUrl());
    const refreshToken = readSessionCookie(request, channel);
    if (refreshToken === undefined) {
      throw new DomainError('unauthenticated', 'You are not signed in.');
    }
    try {
      sendSignedIn(response, channel, await agentSessions.renew(refreshToken));
    } catch (error) {
      // A cookie that will never work again only costs requests.
      const isOver = error instanceof DomainError && error.code === 'unauthenticated';
      if (isOver) clearSessionCookie(response, channel);
      throw error;
    }
  });

  router.delete(HTTP_PATHS.session, async (request, response) => {
    const channel = requireCookieDoor(request, authenticator, publicUrl());
    await agentSessions.signOut(readSessionCookie(request, channel));
    clearSessionCookie(response, channel);
    response.status(204).end();
  });

  router.delete(HTTP_PATHS.sessions, async (request, response) => {
    await agentSessions.signOutEverywhere(await authenticateAgent(request));
    clearSessionCookie(response, channelOf(request, publicUrl()));
    response.status(204).end();
  });
  return router;
}

/**
 * What is borne by the cookie is asked for by the console only, and never over a network in the clear.
 *
 * @throws DomainError `origin_not_allowed`; `forbidden`
 */
export function requireCookieDoor(
  request: Request,
  authenticator: Authenticator,
  publicUrl: URL,
): Channel {
  const channel = channelOf(request, publicUrl);
  if (channel === 'plain') {
    throw new DomainError(
      'forbidden',
      'Signing in needs a secure connection: open the console over https, or through a tunnel at http://localhost.',
    );
  }
  authenticator.checkAgentOrigin(request.get('origin'));
  return channel;
}

/** Sends the session in the body and its refresh token in the cookie. */
export function sendSignedIn(response: Response, channel: Channel, signedIn: SignedIn): void {
  setSessionCookie(response, channel, signedIn.refreshToken, signedIn.refreshExpiresAt);
  response.set('Cache-Control', 'no-store').json(signedIn.session);
}

/** Limits count by a hash: addresses of people have no place in a list of counters. */
export function accountKey(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}
