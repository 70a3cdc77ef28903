import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Models } from './collections.ts';
import type { ConversationDocument, EventDocument } from './documents.ts';
import type { Rows } from './rows.ts';
import { LONGEST_PAUSE_MS } from './tries.ts';

/** Rows that are kept, about 2 KB each. */
const KEPT_ROWS = 5000;

/** Appends one after the other before a process looks whether another one waits. */
const LONGEST_RUN = 8;

/** Whoever lost a place pauses, looks and writes, which takes as long as an append. Twice that, since it may just have begun. */
const GIVE_WAY_APPENDS = 3;
const LONGEST_GIVE_WAY_MS = 200;

/** A process' run of appends to one conversation. */
export interface Turn {
  row: ConversationDocument;
  /** Appends, with the one that is being made. */
  length: number;
  /** Of the one that is being made. */
  startedAt: number;
  /** What those before took. */
  spentMs: number;
}

/**
 * Lets processes that append to one conversation take turns.
 *
 * The row as the last append left it saves a process the look at it: should it be old, its next place is taken, and nothing
 * is lost but that try. But whoever has to look first would hardly ever be faster than whoever need not. So it leaves its wish
 * in the row, and the other one, who looks after a few appends, then waits a moment.
 */
export function createTurns({ models, rows }: { models: Models; rows: Rows }) {
  const kept = new LRUCache<string, Turn>({ max: KEPT_ROWS });

  async function look(workspaceId: string, conversationId: string): Promise<Turn | null> {
    const row = await rows.read(workspaceId, conversationId);
    return row && { row, length: 1, startedAt: performance.now(), spentMs: 0 };
  }

  return {
    /** Begins an append. `null` when there is no such conversation. */
    async take(workspaceId: string, conversationId: string): Promise<Turn | null> {
      const id = keyOf(workspaceId, conversationId);
      const last = kept.get(id);
      kept.delete(id);
      if (last && last.length < LONGEST_RUN) {
        return { ...last, length: last.length + 1, startedAt: performance.now() };
      }
      const next = await look(workspaceId, conversationId);
      if (!last || !next || !isWanted(next.row)) return next;
      const givenMs = LONGEST_PAUSE_MS + (GIVE_WAY_APPENDS * last.spentMs) / last.length;
      await wait(Math.min(givenMs, LONGEST_GIVE_WAY_MS));
      return await look(workspaceId, conversationId);
    },
    /** Ends an append that was made, with what it made of the row. */
    keep(turn: Turn, row: ConversationDocument): void {
      const spentMs = turn.spentMs + performance.now() - turn.startedAt;
      kept.set(keyOf(row.workspaceId, row._id), { ...turn, row, spentMs });
    },
    /** Says that this place was taken by somebody else. */
    async want({ workspaceId, conversationId, seq }: EventDocument): Promise<void> {
      const place = { _id: conversationId, workspaceId };
      await models.conversations.updateOne(place, { $max: { wantedSeq: seq } });
    },
  };
}

/** Whether somebody lost a place in the run that has just ended. */
function isWanted({ wantedSeq = 0, appliedSeq }: ConversationDocument): boolean {
  return wantedSeq > appliedSeq - LONGEST_RUN;
}

function keyOf(workspaceId: string, conversationId: string): string {
  return `${workspaceId}/${conversationId}`;
}
