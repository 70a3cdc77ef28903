import { LRUCache } from 'lru-cache';
import type { ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { catchingUp } from './catch-up.ts';
import type { ConversationColumns } from './conversations.ts';
import { CONVERSATION_COLUMNS, toConversation } from './conversations.ts';
import type { EventValues } from './events.ts';
import type { LiveConversation } from './placing.ts';
import { createPlacing } from './placing.ts';

/** Which conversations of a workspace are meant. */
export type WhichConversations =
  | { conversationIds: readonly string[] }
  | { visitorId: string }
  | 'all';

/**
 * Conversations as the writer last left them, and the way of what was said in them into the file.
 *
 * An event's place is in its conversation's stretch of the file, so the events of a busy second lie on as many pages as
 * there are conversations, and so do their rows. Therefore, while much is written, events first go to the end of `late_events`,
 * all of them side by side: there they are durable, and can be acknowledged. A moment later all that a conversation got
 * is put into its place at once, and its row is written once for all of it. What a crash leaves in `late_events` is
 * put into its place by whoever comes next.
 *
 * Exact, because there is one writer. Whoever takes a transaction back, or finds that another program wrote to the file, calls
 * `forget`. All but that and `anyLate` run inside a transaction.
 */
export interface LiveConversations {
  find(workspaceId: string, conversationId: string): LiveConversation | undefined;
  /** Takes an event, and what it has made of its conversation. It is in the file after `settle`. */
  advance(conversation: LiveConversation, step: Step): void;
  /** Ends a transaction of so many writes. */
  settle(writes: number): void;
  /** Puts into its place what is late of a conversation, so that it can be read there. */
  place(conversation: LiveConversation): void;
  placeAll(workspaceId: string, which: WhichConversations): void;
  /** Whether anything is late, as far as is known. */
  anyLate(): boolean;
  forget(): void;
}

/** What one event changes. */
export interface Step {
  event: EventValues;
  /** After it. */
  record: ConversationRecord;
  visitorMessages: number;
}

/** About 2 KB each. */
const CONVERSATIONS = 5000;

/** What a transaction of so few writes says goes into its place at once: readers need not ask for it. */
const FEW_WRITES = 3;

/** How late anything may be while writes go on. */
export const PATIENCE_MS = 2000;

/** Events that a transaction puts into place at its end because their time is over, at least: a ms of work. */
const PLACED_AT_ONCE = 128;

export function createLiveConversations(prepare: Prepare): LiveConversations {
  const load = loading(prepare);
  const placing = createPlacing(prepare);
  const caughtUp = createOnce(catchingUp(prepare, placing));
  const known = new LRUCache<string, LiveConversation>({ max: CONVERSATIONS });
  /** What is late longest comes first. */
  const late = new Map<string, LiveConversation>();
  /** Since the last `settle`. */
  const advanced = new Set<LiveConversation>();
  let lastNumber = 0;

  function place(conversation: LiveConversation): void {
    placing.place(conversation);
    late.delete(keyOf(conversation.workspaceId, conversation.record.id));
  }

  return {
    find(workspaceId, conversationId) {
      caughtUp.ensure();
      const key = keyOf(workspaceId, conversationId);
      const found = known.get(key) ?? late.get(key) ?? load(workspaceId, conversationId);
      if (found !== undefined) known.set(key, found);
      return found;
    },

    advance(conversation, step) {
      lastNumber += 1;
      take(conversation, step, lastNumber);
      late.set(keyOf(conversation.workspaceId, step.record.id), conversation);
      advanced.add(conversation);
    },

    settle(writes) {
      if (writes <= FEW_WRITES) advanced.forEach(place);
      // More than came, or what is late would grow without end.
      overdue(late.values(), Math.max(PLACED_AT_ONCE, 2 * writes)).forEach(place);
      advanced.forEach(placing.keep);
      advanced.clear();
      placing.drop(late.values().next().value);
    },

    place(conversation) {
      place(conversation);
      // Whoever changes it there must not leave the words from before anywhere.
      placing.erase(conversation);
    },

    placeAll(workspaceId, which) {
      caughtUp.ensure();
      select(late, workspaceId, which).forEach(place);
    },

    anyLate: () => !caughtUp.isDone || late.size > 0,

    forget() {
      for (const everything of [known, late, advanced]) everything.clear();
      placing.forget();
      caughtUp.forget();
    },
  };
}

/** Does it when it is asked for first, and again when that is to be forgotten. */
function createOnce(work: () => void) {
  let isDone = false;
  return {
    get isDone() {
      return isDone;
    },
    ensure(): void {
      if (!isDone) work();
      isDone = true;
    },
    forget(): void {
      isDone = false;
    },
  };
}

function take(
  conversation: LiveConversation,
  { event, record, visitorMessages }: Step,
  number: number,
): void {
  const { record: filed } = conversation;
  conversation.late ??= { since: performance.now(), filed, events: [] };
  conversation.late.events.push({ values: event, number, isKept: false });
  conversation.record = record;
  conversation.visitorMessages = visitorMessages;
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

/** Those that have waited long enough, until they come to so many events. */
function overdue(late: Iterable<LiveConversation>, events: number): LiveConversation[] {
  const due = performance.now() - PATIENCE_MS;
  const found: LiveConversation[] = [];
  let left = events;
  for (const conversation of late) {
    if (left <= 0 || conversation.late === undefined || conversation.late.since > due) break;
    left -= conversation.late.events.length;
    found.push(conversation);
  }
  return found;
}

function select(
  late: ReadonlyMap<string, LiveConversation>,
  workspaceId: string,
  which: WhichConversations,
): LiveConversation[] {
  if (which !== 'all' && 'conversationIds' in which) {
    return which.conversationIds.flatMap((id) => late.get(keyOf(workspaceId, id)) ?? []);
  }
  return [...late.values()].filter(
    (conversation) =>
      conversation.workspaceId === workspaceId &&
      (which === 'all' || conversation.record.visitorId === which.visitorId),
  );
}
