import {
  type AdvanceCursor,
  type ConversationEvent,
  type Cursor,
  type Side,
  type Signal,
  sideOf,
} from '@alcove/protocol';
import { isEvent, type LogChange } from './apply-event.ts';
import { ChatError } from './chat-error.ts';
import type { Request } from './connection.ts';
import type { ConversationState, PendingMessage } from './conversation-state.ts';
import { createCursors, type Cursors } from './cursors.ts';
import { type Draft, Outbox } from './outbox.ts';
import type { OutboxStorage } from './outbox-storage.ts';
import { createRetry, type Retry } from './retry.ts';
import { Synchroniser } from './sync.ts';
import { createTyping, type Typing } from './typing.ts';

export interface ConversationsOptions {
  side: Side;
  request: Request;
  isOnline(): boolean;
  /** Id of this client's own cursor and typing. */
  getSelf(): string;
  getLogs(): Readonly<Record<string, ConversationState>>;
  /** Puts a change into the state, by `changeLog`. */
  write(conversationId: string, change: LogChange): void;
  /** Events took their place, live or caught up; never history. */
  onApplied?(conversationId: string, events: readonly ConversationEvent[]): void;
  /** A message has found its conversation; called before the message itself says so. */
  onNamed?(message: PendingMessage, conversationId: string): void;
  /** Time to look for what no other sign reveals; called along with each check of the heads. */
  onCheck?(): void;
  onPending(pending: readonly PendingMessage[], storage: OutboxStorage['kind']): void;
}

/** Events in a page of history: a screen or two. */
const PAGE_SIZE = 50;
const MAX_TEXT_BYTES = 8 * 1024;

/** What a client does with the conversations it follows: sends, receives, catches up, reads, types. */
export class Conversations {
  readonly outbox: Outbox;
  readonly retry: Retry = createRetry();
  readonly sync: Synchroniser;
  readonly #options: ConversationsOptions;
  readonly #cursors: Cursors;
  readonly #typing: Typing;

  constructor(options: ConversationsOptions) {
    this.#options = options;
    const shared = { ...options, retry: this.retry, change: this.change };
    this.outbox = new Outbox(shared);
    this.sync = new Synchroniser(shared);
    this.#cursors = createCursors(shared);
    this.#typing = createTyping(shared);
  }

  /** Changes a log and does what follows from it. */
  readonly change = (id: string, change: LogChange): void => {
    const { getLogs, write, onApplied } = this.#options;
    const before = getLogs()[id];
    write(id, change);
    const log = getLogs()[id];
    if (!log) return;
    this.#settle(log);
    if (log === before || change.kind === 'typing' || change.kind === 'cursor') return;
    this.sync.hear(id);
    const newest = log.events.findLast((event) => this.#isFromOthers(event));
    if (newest && newest.seq > (this.#ownCursor(id)?.delivered ?? 0)) {
      this.advance({ conversationId: id, delivered: newest.seq });
    }
    const fresh = log.events.filter((event) => event.seq > (before?.have ?? 0));
    if (fresh.length && change.kind === 'events') onApplied?.(id, fresh);
  };

  /** A pushed frame, whatever is in it. */
  hearEvent(event: unknown): void {
    if (isEvent(event)) this.change(event.conversationId, { kind: 'events', events: [event] });
    // Nobody can say what it was; what is missing shows in the heads.
    else void this.sync.checkHeads();
  }

  hearSignal(signal: Signal): void {
    if (signal.type === 'cursor') {
      this.change(signal.conversationId, { kind: 'cursor', cursor: signal.cursor });
    } else if (signal.type === 'typing' && signal.actor) {
      const { conversationId, actor, isTyping } = signal;
      if (actor.id !== this.#options.getSelf()) this.#typing.hear(conversationId, actor, isTyping);
    }
  }

  /** Reads the newest page of a log that the state holds. Waits for the connection. */
  open(id: string): Promise<void> {
    return this.retry.untilDone(async () => {
      const log = this.#options.getLogs()[id];
      if (!log || log.isLoaded) return;
      const page = { conversationId: id, limit: PAGE_SIZE };
      const { events, head, cursors } = await this.#options.request('history', page);
      this.change(id, { kind: 'page', events, head, cursors });
    });
  }

  async loadOlder(id: string): Promise<void> {
    const log = this.#options.getLogs()[id];
    if (!log?.isLoaded || !log.hasOlder || log.isLoadingOlder) return;
    this.change(id, { kind: 'older', events: undefined });
    let events: readonly ConversationEvent[] | null = null;
    try {
      const page = { conversationId: id, before: log.events[0]?.seq, limit: PAGE_SIZE };
      const read = () => this.#options.request('history', page);
      events = (await this.retry.untilDone(read)).events;
    } finally {
      this.change(id, { kind: 'older', events });
    }
  }

  /**
   * @param aim chooses the conversation, once the text has been found good.
   * @throws ChatError `invalid` or `too_large`.
   */
  async send(text: string, aim: () => Omit<Draft, 'content'>): Promise<string> {
    if (!text.trim()) throw new ChatError('invalid', 'There is nothing to send.');
    if (new TextEncoder().encode(text).length > MAX_TEXT_BYTES) {
      throw new ChatError('too_large', 'This message is too long.');
    }
    const draft = aim();
    if (draft.conversationId) this.setTyping(draft.conversationId, false);
    return this.outbox.add({ ...draft, content: { kind: 'text', text } });
  }

  advance(move: AdvanceCursor, delayMs?: number): void {
    this.#cursors.advance(move, delayMs);
  }

  markRead(id: string, seq: number): void {
    if (seq <= (this.#ownCursor(id)?.read ?? 0)) return;
    // Shown at once; the server's answer brings the times.
    const { side, getSelf } = this.#options;
    const participant = { kind: side === 'visitor' ? side : 'agent', id: getSelf() } as const;
    const cursor = { participant, delivered: seq, deliveredAt: null, read: seq, readAt: null };
    this.change(id, { kind: 'cursor', cursor });
    this.advance({ conversationId: id, read: seq });
  }

  setTyping(id: string, isTyping: boolean): void {
    this.#typing.set(id, isTyping);
  }

  /** There is a connection: goes on with everything that waited for it. */
  resume(): void {
    this.retry.wake();
    this.outbox.refresh();
    this.#cursors.flush();
    this.sync.catchUpAll();
    this.sync.checkLater();
  }

  /** The person is back: tries everything now, and looks whether something was missed. */
  wake(): void {
    this.retry.wake();
    this.#cursors.flush();
    void this.sync.checkHeads();
  }

  close(): void {
    this.retry.close();
    this.outbox.close();
    this.sync.close();
    this.#cursors.close();
    this.#typing.close();
  }

  /** An acknowledged message stays in the outbox until the log shows it; one whose ack was lost leaves it then, too. */
  #settle(log: ConversationState): void {
    let known: Set<string> | undefined;
    this.outbox.settle((entry) => {
      known ??= new Set(log.events.map((event) => event.clientEventId));
      const isPassed = entry.conversationId === log.id && (entry.ackedSeq ?? Infinity) <= log.have;
      return isPassed || known.has(entry.clientMessageId);
    }, log.id);
  }

  #isFromOthers({ type, actor }: ConversationEvent): boolean {
    return type === 'message.created' && sideOf(actor) !== this.#options.side;
  }

  #ownCursor(id: string): Cursor | undefined {
    const { getLogs, getSelf } = this.#options;
    return getLogs()[id]?.cursors.find(({ participant }) => participant.id === getSelf());
  }
}
