import type { CreateVisitorSession, VisitorSession } from '@alcove/protocol';
import type { Storage, VisitorRecord } from '../storage/storage.ts';
import { type Clock, toIso } from './clock.ts';
import type { Contacts } from './contacts.ts';
import { DomainError } from './domain-error.ts';
import type { Origins } from './origins.ts';
import { type IssuedSession, sessionEnded, type Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';
import type { Workspaces } from './workspaces.ts';

/** What a browser says beside the body of its request. */
export interface VisitorRequest {
  origin: string | undefined;
  userAgent: string | undefined;
}

/** Sessions of visitors. A visitor exists from the moment of acting, never before. */
export interface VisitorSessions {
  /**
   * Makes a visitor with a session, or renews a session.
   *
   * @throws DomainError `not_found` for an unknown workspace key; `origin_not_allowed`; `unauthenticated` when the
   * refresh token has ended.
   */
  open(request: CreateVisitorSession, from: VisitorRequest): Promise<VisitorSession>;
}

interface VisitorSessionsOptions {
  storage: Storage;
  workspaces: Workspaces;
  contacts: Pick<Contacts, 'createVisitor'>;
  sessions: Sessions;
  tokens: Tokens;
  origins: Origins;
  clock: Clock;
}

/** @see VisitorSessions */
export function createVisitorSessions(options: VisitorSessionsOptions): VisitorSessions {
  const { storage, workspaces, contacts, sessions, tokens, origins, clock } = options;

  const present = (visitor: VisitorRecord, session: IssuedSession): VisitorSession => {
    const { accessToken, expiresAt } = tokens.signVisitor({
      workspaceId: session.workspaceId,
      visitorId: visitor.id,
      contactId: visitor.contactId,
      sessionId: session.sessionId,
    });
    return {
      visitorId: visitor.id,
      accessToken,
      accessExpiresAt: toIso(expiresAt),
      refreshToken: session.refreshToken,
      serverTime: toIso(clock.now()),
    };
  };

  const renew = async (workspaceId: string, refreshToken: string) => {
    const session = await sessions.renew('visitor', refreshToken, workspaceId);
    const visitor = await storage.forWorkspace(workspaceId).visitors.get(session.principalId);
    if (!visitor) throw sessionEnded();
    return present(visitor, session);
  };

  return {
    async open({ workspaceKey, refreshToken, ...visitor }, { origin, userAgent }) {
      const workspace = await workspaces.findByKey(workspaceKey);
      if (!workspace) throw unknownKey();
      origins.checkVisitor(workspace.allowedOrigins, origin);
      if (refreshToken !== undefined) return renew(workspace.id, refreshToken);

      const created = await contacts.createVisitor(workspace.id, { ...visitor, userAgent });
      const session = await sessions.start({
        kind: 'visitor',
        principalId: created.id,
        workspaceId: workspace.id,
      });
      return present(created, session);
    },
  };
}

function unknownKey(): DomainError {
  return new DomainError(
    'not_found',
    "No workspace has the key in this page's script tag. Copy the tag again from the console, under Settings.",
  );
}
