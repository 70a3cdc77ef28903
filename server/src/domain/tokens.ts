import { randomBytes } from 'node:crypto';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import type { Clock } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { Key, KeyRing, Keys } from './keys.ts';

/** Who holds an access token. */
export interface AgentClaims {
  workspaceId: string;
  agentId: string;
  accountId: string;
  sessionId: string;
}

export interface VisitorClaims {
  workspaceId: string;
  visitorId: string;
  contactId: string;
  sessionId: string;
}

export interface SignedToken {
  accessToken: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Makes and checks access tokens. `verify…` throws DomainError `unauthenticated`. */
export interface Tokens {
  signAgent(claims: AgentClaims): SignedToken;
  verifyAgent(token: string): AgentClaims & { expiresAt: number };
  signVisitor(claims: VisitorClaims): SignedToken;
  verifyVisitor(token: string): VisitorClaims & { expiresAt: number };
}

/** Everything about one kind of token that a token itself has no say in. */
interface Policy {
  readonly algorithm: 'HS256';
  readonly issuer: 'alcove';
  readonly audience: string;
  /** The kind of token, a claim of its own: a second lock beside the audience and the key. */
  readonly typ: string;
  /** The claim beside `sub` that names who holds the token. */
  readonly subjectOf: 'acc' | 'con';
}

const AGENT_ACCESS: Policy = Object.freeze({
  algorithm: 'HS256',
  issuer: 'alcove',
  audience: 'alcove/agent',
  typ: 'agent-access',
  subjectOf: 'acc',
});

const VISITOR_ACCESS: Policy = Object.freeze({
  algorithm: 'HS256',
  issuer: 'alcove',
  audience: 'alcove/visitor',
  typ: 'visitor-access',
  subjectOf: 'con',
});

/** Long enough to be renewed at leisure, short enough to be worth little when stolen. */
const LIFETIME_S = 15 * 60;

/** Nodes of one installation may differ by this much. */
const CLOCK_TOLERANCE_S = 30;

/** Ours have about 500 characters. Nothing longer is worth decoding. */
const LONGEST_TOKEN = 2048;

const KID = /^[A-Za-z0-9_-]{1,32}$/;

/** @see Tokens */
export function createTokens({ keys, clock }: { keys: Keys; clock: Clock }): Tokens {
  const agents = createKind(AGENT_ACCESS, keys['agent-access'], clock);
  const visitors = createKind(VISITOR_ACCESS, keys['visitor-access'], clock);
  return {
    signAgent: ({ agentId, accountId, ...session }) => agents.sign(agentId, accountId, session),
    verifyAgent(token) {
      const { sub, related, ...session } = agents.verify(token);
      return { agentId: sub, accountId: related, ...session };
    },
    signVisitor: ({ visitorId, contactId, ...session }) =>
      visitors.sign(visitorId, contactId, session),
    verifyVisitor(token) {
      const { sub, related, ...session } = visitors.verify(token);
      return { visitorId: sub, contactId: related, ...session };
    },
  };
}

/** Tokens of one kind, with a key ring of their own. */
function createKind(policy: Policy, ring: KeyRing, clock: Clock) {
  const now = () => Math.floor(clock.now() / 1000);
  return {
    sign(sub: string, related: string, session: { workspaceId: string; sessionId: string }) {
      const { workspaceId: tid, sessionId: sid } = session;
      return signToken(policy, ring.current, { sub, related, tid, sid }, now());
    },
    verify(token: string) {
      const { sub, related, tid, sid, exp } = verifyToken(policy, ring, token, now());
      return { sub, related, workspaceId: tid, sessionId: sid, expiresAt: exp * 1000 };
    },
  };
}

interface Claims {
  sub: string;
  /** Travels under the policy's own name. */
  related: string;
  tid: string;
  sid: string;
}

function signToken(policy: Policy, key: Key, claims: Claims, now: number): SignedToken {
  const exp = now + LIFETIME_S;
  const payload = {
    iss: policy.issuer,
    aud: policy.audience,
    typ: policy.typ,
    sub: claims.sub,
    [policy.subjectOf]: claims.related,
    tid: claims.tid,
    sid: claims.sid,
    jti: randomBytes(12).toString('base64url'),
    iat: now,
    exp,
  };
  const accessToken = jwt.sign(payload, key.secret, {
    algorithm: policy.algorithm,
    keyid: key.kid,
  });
  return { accessToken, expiresAt: exp * 1000 };
}

function verifyToken(
  policy: Policy,
  ring: KeyRing,
  token: string,
  now: number,
): Claims & { exp: number } {
  const key = token.length <= LONGEST_TOKEN ? ring.all.get(kidOf(token) ?? '') : undefined;
  if (!key) throw refused();
  let payload: string | JwtPayload;
  try {
    payload = jwt.verify(token, key.secret, {
      algorithms: [policy.algorithm],
      issuer: policy.issuer,
      audience: policy.audience,
      clockTimestamp: now,
      clockTolerance: CLOCK_TOLERANCE_S,
      maxAge: LIFETIME_S,
    });
  } catch (cause) {
    throw refused(cause);
  }
  return checkClaims(policy, payload, now);
}

/** The one thing that is read before the signature is checked: which of our own keys to check it with. */
function kidOf(token: string): string | undefined {
  try {
    const kid: unknown = jwt.decode(token, { complete: true })?.header.kid;
    return typeof kid === 'string' && KID.test(kid) ? kid : undefined;
  } catch {
    return undefined;
  }
}

/** jsonwebtoken takes a token without `exp` for eternal and checks only what it is asked to: every claim is needed here. */
function checkClaims(policy: Policy, payload: string | JwtPayload, now: number) {
  if (typeof payload === 'string') throw refused();
  const { iss, aud, typ, sub, tid, sid, jti, iat, exp } = payload;
  const related: unknown = payload[policy.subjectOf];
  const isComplete =
    iss === policy.issuer && aud === policy.audience && typ === policy.typ && isId(jti);
  const isTimed =
    Number.isSafeInteger(iat) && Number.isSafeInteger(exp) && (iat ?? 0) <= now + CLOCK_TOLERANCE_S;
  if (!isComplete || !isTimed || exp === undefined) throw refused();
  if (!isId(sub) || !isId(related) || !isId(tid) || !isId(sid)) throw refused();
  return { sub, related, tid, sid, exp };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
}

/** The same words for every fault: whoever forges tokens learns nothing. */
function refused(cause?: unknown): DomainError {
  return new DomainError('unauthenticated', 'The session has ended. Renew it, or sign in again.', {
    cause,
  });
}
