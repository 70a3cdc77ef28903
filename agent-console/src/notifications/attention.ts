export interface AttentionOptions {
  /** Tells this agent's tabs from those of others. */
  agentId: string;
  /** Seen by all tabs; missing on plain http, where each tab knows of itself alone. */
  locks?: LockManager;
}

/** What the agent has before their eyes, over all tabs. */
export interface Attention {
  /** What this tab shows: a conversation, `''` for none, `null` while the tab is hidden. */
  turnTo(shown: string | null): void;
  of(conversationId: string): Promise<{ isPresent: boolean; isReading: boolean }>;
  close(): void;
}

/**
 * Builds it on the names of shared locks: a tab holds one for what it shows, the browser lets go of them when the tab dies,
 * and any tab can read the list. So there is no message that could be lost and no state that could go stale.
 */
export function createAttention({ agentId, locks }: AttentionOptions): Attention {
  const nameOf = (shown: string) => `alcove:console:${agentId}:shows:${shown}`;
  let own: string | null = null;
  let release = () => {};

  async function shownNames(): Promise<readonly string[]> {
    const ours = own === null ? [] : [nameOf(own)];
    if (!locks) return ours;
    const { held = [] } = await locks.query();
    return [...ours, ...held.flatMap(({ name }) => name ?? [])];
  }

  return {
    turnTo(shown) {
      if (shown === own) return;
      own = shown;
      release();
      if (shown === null) return;
      // Released before it is granted, it is given back the moment it is.
      const until = new Promise<void>((resolve) => {
        release = resolve;
      });
      locks?.request(nameOf(shown), { mode: 'shared' }, () => until).catch(() => {});
    },
    async of(conversationId) {
      const names = await shownNames();
      return {
        isPresent: names.some((name) => name.startsWith(nameOf(''))),
        isReading: names.includes(nameOf(conversationId)),
      };
    },
    close() {
      own = null;
      release();
    },
  };
}
