import { LRUCache } from 'lru-cache';
import type { ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { catchingUp } from './catch-up.ts';
import type { ConversationColumns } from './conversations.ts';
import { CONVERSATION_COLUMNS, toConversation } from './conversations.ts';
import type { LiveConversation } from './row-writer.ts';
import { createRowWriter } from './row-writer.ts';

/** Which rows of a workspace are meant. */
export type WhichRows = { conversationIds: readonly string[] } | { visitorId: string } | 'all';

/**
 * Conversations as the writer last left them, and the way of their rows into the file.
 *
 * A row is a fold of its log: the events alone have to be durable when they are acknowledged. So while much is written rows
 * wait for a moment, and are then written once for several events and next to each other; one by one they are most of
 * what an append changes in the file. `rows_behind` says in the file which ones wait: after a crash they catch up.
 *
 * Exact, because there is one writer. Whoever takes a transaction back, or finds that another program wrote to the file, calls
 * `forget`. All but that and `areBehind` run inside a transaction.
 */
export interface ConversationRows {
  find(workspaceId: string, conversationId: string): LiveConversation | undefined;
  /** Takes what an event has made of a conversation. */
  advance(
    conversation: LiveConversation,
    record: ConversationRecord,
    visitorMessages: number,
  ): void;
  /** Ends a transaction of so many writes: rows that changed are written, or noted as behind. */
  settle(writes: number): void;
  /** Writes those of a workspace that wait. */
  write(workspaceId: string, which: WhichRows): void;
  /** Whether any wait, as far as is known. */
  areBehind(): boolean;
  forget(): void;
}

/** About 2 KB each. */
const CONVERSATIONS = 5000;

/** A transaction of so few writes writes its rows itself: readers need not ask for them. */
const FEW_WRITES = 8;

/** How long a row waits while other writes go on. */
export const ROW_PATIENCE_MS = 1000;

/** Rows that one transaction writes at its end because their time is over: about 3 ms of work. */
const ROWS_AT_ONCE = 256;

export function createConversationRows(prepare: Prepare): ConversationRows {
  const load = loading(prepare);
  const writer = createRowWriter(prepare);
  const catchUp = catchingUp(prepare, writer);
  const known = new LRUCache<string, LiveConversation>({ max: CONVERSATIONS });
  /** Who waits longest comes first. */
  const waiting = new Map<string, LiveConversation>();
  /** Since the last `settle`. */
  const advanced = new Set<LiveConversation>();
  let isCaughtUp = false;

  function ensureCaughtUp(): void {
    if (!isCaughtUp) catchUp();
    isCaughtUp = true;
  }

  function write(conversation: LiveConversation): void {
    writer.write(conversation);
    waiting.delete(keyOf(conversation.workspaceId, conversation.record.id));
  }

  return {
    find(workspaceId, conversationId) {
      ensureCaughtUp();
      const key = keyOf(workspaceId, conversationId);
      const found = known.get(key) ?? waiting.get(key) ?? load(workspaceId, conversationId);
      if (found !== undefined) known.set(key, found);
      return found;
    },

    advance(conversation, record, visitorMessages) {
      const { record: filed } = conversation;
      conversation.behind ??= { filed, since: performance.now(), isNoted: false };
      conversation.record = record;
      conversation.visitorMessages = visitorMessages;
      waiting.set(keyOf(conversation.workspaceId, record.id), conversation);
      advanced.add(conversation);
    },

    settle(writes) {
      if (writes <= FEW_WRITES) advanced.forEach(write);
      overdue(waiting.values()).forEach(write);
      advanced.forEach(writer.note);
      advanced.clear();
    },

    write(workspaceId, which) {
      ensureCaughtUp();
      select(waiting, workspaceId, which).forEach(write);
    },

    areBehind: () => !isCaughtUp || waiting.size > 0,

    forget() {
      for (const everything of [known, waiting, advanced]) everything.clear();
      writer.forget();
      isCaughtUp = false;
    },
  };
}

function keyOf(workspaceId: string, conversationId: string): string {
  return `${workspaceId}/${conversationId}`;
}

function loading(prepare: Prepare) {
  const select = prepare<ConversationColumns>(
    `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE workspace_id = ? AND id = ?`,
  );
  return (workspaceId: string, conversationId: string): LiveConversation | undefined => {
    const row = select.get(workspaceId, conversationId);
    if (row === undefined) return undefined;
    const { number, visitor_message_count: visitorMessages } = row;
    return { workspaceId, number, visitorMessages, record: toConversation(row) };
  };
}

function overdue(waiting: Iterable<LiveConversation>): LiveConversation[] {
  const due = performance.now() - ROW_PATIENCE_MS;
  const found: LiveConversation[] = [];
  for (const conversation of waiting) {
    if (found.length === ROWS_AT_ONCE || (conversation.behind?.since ?? due) > due) break;
    found.push(conversation);
  }
  return found;
}

function select(
  waiting: ReadonlyMap<string, LiveConversation>,
  workspaceId: string,
  which: WhichRows,
): LiveConversation[] {
  if (which !== 'all' && 'conversationIds' in which) {
    return which.conversationIds.flatMap((id) => waiting.get(keyOf(workspaceId, id)) ?? []);
  }
  return [...waiting.values()].filter(
    (conversation) =>
      conversation.workspaceId === workspaceId &&
      (which === 'all' || conversation.record.visitorId === which.visitorId),
  );
}
