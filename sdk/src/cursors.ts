import type { AdvanceCursor } from '@alcove/protocol';
import type { LogChange } from './apply-event.ts';
import type { Request } from './request.ts';
import { isFinal, type Retry } from './retry.ts';

const DEBOUNCE_MS = 300;

export interface CursorsOptions {
  request: Request;
  retry: Retry;
  change(conversationId: string, change: LogChange): void;
}

export interface Cursors {
  /** Tells the server soon, and until it has heard; many moves become one. Never moves back. */
  advance(move: AdvanceCursor): void;
  close(): void;
}

interface Move {
  delivered: number;
  read: number;
}

/** Sends how far this client has received and read each conversation. */
export function createCursors({ request, retry, change }: CursorsOptions): Cursors {
  const moves = new Map<string, Move>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    timer = undefined;
    for (const [conversationId, move] of moves) void tell(conversationId, move);
  }

  async function tell(conversationId: string, move: Move): Promise<void> {
    // What a closed client still hears may move a cursor; nobody is there to be told, and no wait would hold up the next try.
    for (let attempt = 0; !retry.isClosed && moves.get(conversationId) === move; attempt++) {
      try {
        const { cursor } = await request('cursor.advance', { conversationId, ...move });
        if (moves.get(conversationId) === move) moves.delete(conversationId);
        change(conversationId, { kind: 'cursor', cursor });
      } catch (error) {
        if (isFinal(error)) moves.delete(conversationId);
        else await retry.wait(attempt, error);
      }
    }
  }

  return {
    advance({ conversationId, delivered = 0, read = 0 }) {
      const before = moves.get(conversationId);
      moves.set(conversationId, {
        delivered: Math.max(before?.delivered ?? 0, delivered),
        read: Math.max(before?.read ?? 0, read),
      });
      timer ??= setTimeout(flush, DEBOUNCE_MS);
    },
    close() {
      clearTimeout(timer);
      moves.clear();
    },
  };
}
