import { createHash } from 'node:crypto';
import type { Revocations } from '../cluster/cluster.ts';
import type { Authenticator } from '../domain/authenticator.ts';
import type { Clock } from '../domain/clock.ts';
import type { VisitorPrincipal } from '../domain/principal.ts';
import type { Limits } from '../limits.ts';

/** An authenticator with a memory. */
export interface RememberingAuthenticator extends Authenticator {
  close(): void;
}

/**
 * Remembers for up to `limits.verifiedMs` which visitors' tokens were found good, and on which pages: clients who lose
 * their network again and again, or who ask by HTTP every few seconds, then cost the store nothing. What was refused is
 * never remembered, and a session that ends is forgotten at once. Agents are looked up each time: they are few, and may do
 * more.
 */
export function rememberVisitors(options: {
  authenticator: Authenticator;
  revocations: Revocations;
  clock: Clock;
  limits: Pick<Limits, 'verifiedMs' | 'cachedTokens'>;
}): RememberingAuthenticator {
  const { authenticator, revocations, clock, limits } = options;
  const tokens = createGenerations<VisitorPrincipal>(limits.cachedTokens);
  const pages = createGenerations<true>(limits.cachedTokens);
  let ended = 0;

  const stopListening = revocations.onRevoked((sessionId) => {
    ended++;
    tokens.forget((principal) => principal.sessionId === sessionId);
  });
  const ageing = setInterval(() => {
    tokens.age();
    pages.age();
  }, limits.verifiedMs / 2).unref();

  return {
    ...authenticator,
    async visitor(accessToken) {
      // Not by the token itself: a heap that is dumped for a look need not hold ten thousand keys to the door.
      const key = createHash('sha256').update(accessToken).digest('base64url');
      const known = tokens.get(key);
      if (known && known.expiresAt > clock.now()) return known;
      const endedBefore = ended;
      const principal = await authenticator.visitor(accessToken);
      // A session that ended meanwhile may be this one.
      if (ended === endedBefore) tokens.set(key, principal);
      return principal;
    },
    async checkVisitorOrigin(workspaceId, origin) {
      const key = `${workspaceId} ${origin}`;
      if (pages.get(key)) return;
      await authenticator.checkVisitorOrigin(workspaceId, origin);
      pages.set(key, true);
    },
    close() {
      clearInterval(ageing);
      stopListening();
    },
  };
}

/**
 * A memory in two halves: ageing throws the older half away. So nothing stays longer than two ages, idle entries cost no
 * timer of their own, and a full memory only ages early.
 */
function createGenerations<Value>(max: number) {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();

  function age() {
    old = young;
    young = new Map();
  }

  return {
    get: (key: string) => young.get(key) ?? old.get(key),
    set(key: string, value: Value) {
      if (young.size >= max / 2) age();
      young.set(key, value);
    },
    forget(isWanted: (value: Value) => boolean) {
      for (const half of [young, old]) {
        for (const [key, value] of half) if (isWanted(value)) half.delete(key);
      }
    },
    age,
  };
}
