import type { AgentSession } from '@alcove/protocol';
import { ChatError } from '@alcove/sdk/agent';

export interface TokenKeeperOptions {
  /** Makes a new session from the cookie. */
  refresh(): Promise<AgentSession>;
  /** Keeps two tabs from renewing at the same moment; missing on plain http. */
  locks?: LockManager;
  /** The session that was held is over. */
  onEnded(): void;
  /** The cookie now belongs to somebody else, who signed in in another tab. */
  onOther(session: AgentSession): void;
}

/** Holds the session with its access token, in memory only, and renews it in time. */
export interface TokenKeeper {
  hold(session: AgentSession | null): void;
  /**
   * A session whose token outlives the next request. `isRefused`: another one than is held, whose token the server does
   * not take, whatever the clock of this machine says. @throws as `refresh`
   */
  fresh(isRefused?: boolean): Promise<AgentSession>;
}

/** A token that ends sooner than this is renewed before it is used. */
const RENEW_BEFORE_MS = 60_000;

/** Builds the keeper. However many ask at once, one renewal is under way. */
export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  let held: AgentSession | null = null;
  let renewal: Promise<AgentSession> | null = null;

  async function renew(): Promise<AgentSession> {
    const before = held;
    try {
      const next = await inTurn(options.refresh, options.locks);
      // Somebody has signed in or out meanwhile: this is of an earlier session.
      if (held !== before) return held ?? next;
      held = next;
      if (before && before.agent.id !== next.agent.id) options.onOther(next);
      return next;
    } catch (error) {
      if (before && held === before && isSignedOut(error)) options.onEnded();
      throw error;
    }
  }

  return {
    hold(session) {
      held = session;
    },
    async fresh(isRefused = false) {
      const leftMs = held ? Date.parse(held.accessExpiresAt) - Date.now() : 0;
      if (held && !isRefused && leftMs > RENEW_BEFORE_MS) return held;
      renewal ??= renew().finally(() => {
        renewal = null;
      });
      return renewal;
    },
  };
}

/** Whether a failure means that nobody is signed in, as opposed to a server that did not answer. */
export function isSignedOut(error: unknown): boolean {
  return (
    error instanceof ChatError && (error.code === 'unauthenticated' || error.code === 'forbidden')
  );
}

/** Tabs renew one after the other: the second then sends the cookie that the first was given. */
async function inTurn<Result>(
  work: () => Promise<Result>,
  locks: LockManager | undefined,
): Promise<Result> {
  return locks ? locks.request('alcove:console:renew', work) : work();
}
