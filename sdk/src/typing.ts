import type { Actor } from '@alcove/protocol';
import type { LogChange } from './apply-event.ts';
import type { Request } from './request.ts';

/** While somebody types, others are told this often. */
const REPEAT_MS = 3_000;
/** Without a key press for this long, typing has stopped. */
const IDLE_MS = 5_000;
/** Two repeats were lost, or the stop was. */
const EXPIRE_MS = 6_000;

export interface TypingOptions {
  request: Request;
  change(conversationId: string, change: LogChange): void;
}

export interface Typing {
  /** The person here pressed a key, or stopped. */
  set(conversationId: string, isTyping: boolean): void;
  /** Somebody else did. */
  hear(conversationId: string, actor: Actor, isTyping: boolean): void;
  close(): void;
}

/** Typing, both ways. A hint that may get lost: nothing is repeated and every start ends by itself. */
export function createTyping({ request, change }: TypingOptions): Typing {
  const toldAt = new Map<string, number>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function after(key: string, delayMs: number, work: () => void): void {
    clearTimeout(timers.get(key));
    timers.set(key, setTimeout(work, delayMs));
  }

  function set(conversationId: string, isTyping: boolean): void {
    const lastMs = toldAt.get(conversationId);
    if (isTyping) {
      after(conversationId, IDLE_MS, () => set(conversationId, false));
      if (lastMs && Date.now() - lastMs < REPEAT_MS) return;
      toldAt.set(conversationId, Date.now());
    } else {
      clearTimeout(timers.get(conversationId));
      if (!toldAt.delete(conversationId)) return;
    }
    request('typing.set', { conversationId, isTyping }).catch(() => {});
  }

  return {
    set,
    hear(conversationId, actor, isTyping) {
      const key = `${conversationId} ${actor.id}`;
      clearTimeout(timers.get(key));
      change(conversationId, { kind: 'typing', actor, isTyping });
      if (!isTyping) return;
      after(key, EXPIRE_MS, () =>
        change(conversationId, { kind: 'typing', actor, isTyping: false }),
      );
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
