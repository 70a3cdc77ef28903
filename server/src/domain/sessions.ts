import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createId } from '@alcove/protocol';
import type { Revocations } from '../cluster/cluster.ts';
import type { SessionRecord, Storage } from '../storage/storage.ts';
import { type Clock, toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { Key, KeyRing } from './keys.ts';

/** Whose session it is. */
export interface SessionHolder {
  kind: SessionRecord['kind'];
  /** Account id of an agent, visitor id of a visitor. */
  principalId: string;
  workspaceId: string;
}

/** A session and the token that continues it. */
export interface IssuedSession extends SessionHolder {
  sessionId: string;
  refreshToken: string;
  /** When the refresh token ends, milliseconds since 1970. */
  refreshExpiresAt: number;
}

/** Sessions that outlive their access tokens by refresh tokens, each of which works once. */
export interface Sessions {
  start(holder: SessionHolder): Promise<IssuedSession>;
  /**
   * Exchanges a refresh token for its successor. Two tabs that present the same token within ten seconds get the same
   * successor; later than that somebody has a copy, and the whole session ends.
   *
   * A visitor's token is good for as long as its successor was not used: a page that is left while its request is under
   * way never hears the answer, and must not lose the conversation for it. A copy still shows, when both have gone on.
   *
   * @param workspaceId The only workspace whose session it may be; any, when left out.
   * @throws DomainError `unauthenticated`
   */
  renew(
    kind: SessionRecord['kind'],
    refreshToken: string,
    workspaceId?: string,
  ): Promise<IssuedSession>;
  isActive(sessionId: string): Promise<boolean>;
  /** Ends a session. Unknown ones are no error. */
  end(sessionId: string): Promise<void>;
  /** Ends the session that a refresh token belongs to, if any. */
  endByToken(refreshToken: string): Promise<void>;
  /** Ends all sessions of an account or visitor; with a `workspaceId` only those in that workspace. */
  revokeAll(principalId: string, workspaceId?: string): Promise<void>;
  /** Forgets what ended long ago. */
  prune(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long somebody may stay away without signing in again, or without becoming a new visitor. */
const LIFETIME_MS = { agent: 30 * DAY_MS, visitor: 365 * DAY_MS };

/** Tabs that wake up together present the same token within this time. */
const GRACE_MS = 10_000;

/** A replaced token is remembered this long, so that its reuse is noticed. */
const REMEMBERED_MS = 30 * DAY_MS;

/** More renewals than this do not happen within the grace time. */
const LONGEST_CHAIN = 32;

const TOKEN_BYTES = 32;

interface SessionsOptions {
  storage: Storage;
  /** Successors are computed with it, so that only hashes need to be stored. */
  keys: KeyRing;
  clock: Clock;
  revocations: Revocations;
}

/** @see Sessions */
export function createSessions(options: SessionsOptions): Sessions {
  const { storage, clock, revocations } = options;
  const store = storage.directory.sessions;
  const end = async (sessionId: string) => {
    await store.revokeFamily(sessionId, toIso(clock.now()));
    revocations.revoke(sessionId);
  };
  return {
    async start(holder) {
      const refreshToken = randomBytes(TOKEN_BYTES).toString('base64url');
      const session = toRecord(holder, createId('se'), refreshToken, clock.now());
      await store.create(session);
      return toIssued(session, refreshToken);
    },
    async renew(kind, refreshToken, workspaceId) {
      const session = await store.find(hashOf(refreshToken));
      const now = clock.now();
      if (workspaceId !== undefined && session?.workspaceId !== workspaceId) throw sessionEnded();
      if (!session || session.kind !== kind || session.revokedAt !== null) throw sessionEnded();
      if (Date.parse(session.expiresAt) <= now) throw sessionEnded();
      if (session.rotatedAt === null) return rotate(options, session, refreshToken);

      const isInGrace = now - Date.parse(session.rotatedAt) <= GRACE_MS;
      if (isInGrace) return newestSuccessor(options, session, refreshToken);
      const unheard = kind === 'visitor' ? await findSuccessor(options, refreshToken) : undefined;
      if (unheard?.session.rotatedAt === null) return toIssued(unheard.session, unheard.token);
      await end(session.familyId);
      throw sessionEnded();
    },
    isActive: (sessionId) => store.isActive(sessionId, toIso(clock.now())),
    end,
    async endByToken(refreshToken) {
      const session = await store.find(hashOf(refreshToken));
      if (session) await end(session.familyId);
    },
    async revokeAll(principalId, workspaceId) {
      const families = await store.revokeAll(principalId, toIso(clock.now()), workspaceId);
      for (const family of families) revocations.revoke(family);
    },
    prune: () => store.prune(toIso(clock.now() - REMEMBERED_MS)),
  };
}

async function rotate(
  { storage, keys, clock }: SessionsOptions,
  session: SessionRecord,
  refreshToken: string,
): Promise<IssuedSession> {
  const now = clock.now();
  const token = successorOf(keys.current, refreshToken);
  const successor = toRecord(session, session.familyId, token, now);
  const { sessions } = storage.directory;
  // Somebody may have signed out since the session was looked up.
  if (!(await sessions.rotate(session.tokenHash, toIso(now), successor))) throw sessionEnded();
  return toIssued(successor, token);
}

/** The successor that the first of several tabs got, or that one's successor, if it was used already. */
async function newestSuccessor(
  options: SessionsOptions,
  presented: SessionRecord,
  presentedToken: string,
): Promise<IssuedSession> {
  let [session, token] = [presented, presentedToken];
  for (let step = 0; step < LONGEST_CHAIN && session.rotatedAt !== null; step++) {
    const next = await findSuccessor(options, token);
    if (!next) throw sessionEnded();
    [session, token] = [next.session, next.token];
  }
  return toIssued(session, token);
}

/** The key may have been replaced since: the successor is the one that is stored. */
async function findSuccessor({ storage, keys }: SessionsOptions, token: string) {
  for (const key of keys.all.values()) {
    const candidate = successorOf(key, token);
    const session = await storage.directory.sessions.find(hashOf(candidate));
    if (session) return { session, token: candidate };
  }
  return undefined;
}

/** How a random token is kept and looked up. It has 256 random bits: a slow hash would add nothing. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function successorOf(key: Key, token: string): string {
  return createHmac('sha256', key.secret).update(token).digest('base64url');
}

function toRecord(
  { kind, principalId, workspaceId }: SessionHolder,
  familyId: string,
  refreshToken: string,
  now: number,
): SessionRecord {
  return {
    tokenHash: hashOf(refreshToken),
    familyId,
    principalId,
    kind,
    workspaceId,
    createdAt: toIso(now),
    expiresAt: toIso(now + LIFETIME_MS[kind]),
    rotatedAt: null,
    revokedAt: null,
  };
}

function toIssued(session: SessionRecord, refreshToken: string): IssuedSession {
  const { kind, principalId, workspaceId, familyId, expiresAt } = session;
  return {
    kind,
    principalId,
    workspaceId,
    sessionId: familyId,
    refreshToken,
    refreshExpiresAt: Date.parse(expiresAt),
  };
}

/** The one answer for every session that cannot go on. */
export function sessionEnded(): DomainError {
  return new DomainError('unauthenticated', 'The session has ended. Sign in again.');
}
