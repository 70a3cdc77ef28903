import { createHash } from 'node:crypto';
import type { Revocations } from '../cluster/cluster.ts';
import type { Authenticator } from '../domain/authenticator.ts';
import type { Clock } from '../domain/clock.ts';
import type { AgentPrincipal, Principal } from '../domain/principal.ts';
import type { Limits } from '../limits.ts';

/** An authenticator with a memory. */
export interface RememberingAuthenticator extends Authenticator {
  /** The same as `agent`, remembered: for commands. On a connection they are not looked up each time either. */
  knownAgent(accessToken: string): Promise<AgentPrincipal>;
  close(): void;
}

interface RememberingOptions {
  authenticator: Authenticator;
  revocations: Revocations;
  clock: Clock;
  limits: Pick<Limits, 'verifiedMs' | 'cachedTokens'>;
}

/**
 * Remembers for up to `limits.verifiedMs` which tokens were found good, and visitors' on which pages: clients who lose
 * their network again and again, or who ask by HTTP every few seconds, then cost the store nothing. What was refused is
 * never remembered, and a session that ends is forgotten at once. Agents are looked up each time where they come in, and
 * where they do what only some of them may.
 */
export function rememberVerified(options: RememberingOptions): RememberingAuthenticator {
  const { authenticator, limits } = options;
  const visitors = createTokenMemory(options, authenticator.visitor);
  const agents = createTokenMemory(options, authenticator.agent);
  const pages = createGenerations<true>(limits.cachedTokens);
  const ageing = setInterval(() => {
    for (const memory of [visitors, agents, pages]) memory.age();
  }, limits.verifiedMs / 2).unref();

  return {
    ...authenticator,
    visitor: visitors.find,
    knownAgent: agents.find,
    async checkVisitorOrigin(workspaceId, origin) {
      const key = `${workspaceId} ${origin}`;
      if (pages.get(key)) return;
      await authenticator.checkVisitorOrigin(workspaceId, origin);
      pages.set(key, true);
    },
    close() {
      clearInterval(ageing);
      visitors.close();
      agents.close();
    },
  };
}

function createTokenMemory<Who extends Principal>(
  { revocations, clock, limits }: RememberingOptions,
  look: (accessToken: string) => Promise<Who>,
) {
  const known = createGenerations<Who>(limits.cachedTokens);
  let ended = 0;
  const stopListening = revocations.onRevoked((sessionId) => {
    ended++;
    known.forget((principal) => principal.sessionId === sessionId);
  });
  return {
    async find(accessToken: string): Promise<Who> {
      // Not by the token itself: a heap that is dumped for a look need not hold ten thousand keys to the door.
      const key = createHash('sha256').update(accessToken).digest('base64url');
      const found = known.get(key);
      if (found && found.expiresAt > clock.now()) return found;
      const endedBefore = ended;
      const principal = await look(accessToken);
      // A session that ended meanwhile may be this one.
      if (ended === endedBefore) known.set(key, principal);
      return principal;
    },
    age: known.age,
    close: stopListening,
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
