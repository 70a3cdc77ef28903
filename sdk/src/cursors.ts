import type { AdvanceCursor } from '@alcove/protocol';
import type { LogChange } from './apply-event.ts';
import type { Request } from './connection.ts';
import { isFinal } from './retry.ts';

const DEBOUNCE_MS = 300;

export interface CursorsOptions {
  request: Request;
  change(conversationId: string, change: LogChange): void;
}

export interface Cursors {
  /** Tells the server soon; many moves become one. Never moves back. */
  advance(move: AdvanceCursor, delayMs?: number): void;
  /** Tries again what could not be told. */
  flush(): void;
  close(): void;
}

/** Sends how far this client has received and read each conversation. */
export function createCursors({ request, change }: CursorsOptions): Cursors {
  const moves = new Map<string, { delivered: number; read: number }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const [conversationId, move] of moves) void tell(conversationId, move);
  }

  async function tell(
    conversationId: string,
    move: { delivered: number; read: number },
  ): Promise<void> {
    try {
      const { cursor } = await request('cursor.advance', {
        conversationId,
        ...move,
      });
      if (moves.get(conversationId) === move) moves.delete(conversationId);
      change(conversationId, { kind: 'cursor', cursor });
    } catch (error) {
      // What only could not be told now is told with the next move, connection or return of the person.
      if (isFinal(error)) moves.delete(conversationId);
    }
  }

  return {
    advance({ conversationId, delivered = 0, read = 0 }, delayMs = DEBOUNCE_MS) {
      const before = moves.get(conversationId);
      moves.set(conversationId, {
        delivered: Math.max(before?.delivered ?? 0, delivered),
        read: Math.max(before?.read ?? 0, read),
      });
      timer ??= setTimeout(flush, delayMs);
    },
    flush,
    close() {
      clearTimeout(timer);
    },
  };
}
