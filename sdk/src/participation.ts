import type { ConversationEvent, Cursor, Side, Signal } from '@alcove/protocol';
import { Changes, type ChangesOptions } from './changes.ts';
import type { ConversationState } from './conversation-state.ts';
import { createCursors, type Cursors } from './cursors.ts';
import type { Draft, OutboxEntry } from './outbox-entry.ts';
import { isFinal } from './retry.ts';
import { createTyping, type Typing } from './typing.ts';

export interface ParticipationOptions extends ChangesOptions {
  side: Side;
  /** Id of this client's own cursor and typing. */
  getSelf(): string;
  catchUp(conversationId: string): void;
  outbox: {
    find(clientMessageId: string): OutboxEntry | undefined;
    settle(isSettled: (entry: OutboxEntry) => boolean): void;
    add(draft: Draft): Promise<unknown>;
  };
}

/** How many ids the server takes at once. */
const MAX_IDS = 200;

/** Events in a page of history: a screen or two. */
const PAGE_SIZE = 50;

/**
 * What somebody does in a conversation besides sending and receiving: reads back, marks as read, types, edits. Loaded
 * after a visitor's first message, which needs none of it.
 */
export class Participation {
  readonly cursors: Cursors;
  readonly changes: Changes;
  readonly typing: Typing;
  readonly #options: ParticipationOptions;

  constructor(options: ParticipationOptions) {
    this.#options = options;
    this.cursors = createCursors(options);
    this.changes = new Changes(options);
    this.typing = createTyping(options);
  }

  /** Reads the newest page of a log that the state holds. Waits for the connection. */
  open(id: string): Promise<void> {
    const { retry, getLogs, request, change } = this.#options;
    return retry.untilDone(async () => {
      const log = getLogs()[id];
      if (!log || log.isLoaded) return;
      const page = { conversationId: id, limit: PAGE_SIZE };
      const { events, head, cursors } = await request('history', page);
      change(id, { kind: 'page', events, head, cursors });
    });
  }

  async loadOlder(id: string): Promise<void> {
    const { retry, getLogs, request, change } = this.#options;
    const log = getLogs()[id];
    if (!log?.isLoaded || !log.hasOlder || log.isLoadingOlder) return;
    change(id, { kind: 'older', events: undefined });
    let events: readonly ConversationEvent[] | null = null;
    try {
      const page = { conversationId: id, before: log.events[0]?.seq, limit: PAGE_SIZE };
      events = (await retry.untilDone(() => request('history', page))).events;
    } finally {
      change(id, { kind: 'older', events });
    }
  }

  /** Asks for the newest `seq` of everything followed: nothing else reveals that the last event was lost. */
  async checkHeads(): Promise<void> {
    const { getLogs, request, change, catchUp } = this.#options;
    const conversationIds = Object.keys(getLogs()).slice(-MAX_IDS);
    if (!conversationIds.length) return;
    try {
      const { heads } = await request('heads', { conversationIds });
      for (const id of conversationIds) {
        const head = heads[id];
        if (!head) continue;
        change(id, { kind: 'events', events: [], head });
        // More is held than the server has: it was restored from a backup, and will say so.
        if (head < (getLogs()[id]?.have ?? 0)) catchUp(id);
      }
    } catch {
      // The next round asks again.
    }
  }

  /** The message that was stored under this client id, if it is among the newest of the conversation. */
  async find(
    conversationId: string,
    clientMessageId: string,
  ): Promise<ConversationEvent | undefined> {
    try {
      const { events } = await this.#options.request('history', { conversationId });
      return events.find(({ clientEventId }) => clientEventId === clientMessageId);
    } catch (error) {
      if (isFinal(error)) return undefined;
      throw error;
    }
  }

  /** Sends a failed message as a new act, to where `aim` says. */
  async resend(clientMessageId: string, aim?: () => Partial<Draft>): Promise<void> {
    const { outbox } = this.#options;
    const entry = outbox.find(clientMessageId);
    if (entry?.state !== 'failed') return;
    outbox.settle((other) => other === entry);
    const { content, conversationId, clientConversationId, replyTo, assigns } = entry;
    const draft = { content, conversationId, clientConversationId, replyTo, assigns };
    await outbox.add({ ...draft, ...aim?.() });
  }

  /** Drops a failed or waiting message. */
  async discard(clientMessageId: string): Promise<void> {
    const { outbox } = this.#options;
    const entry = outbox.find(clientMessageId);
    if (entry?.state !== 'sending') outbox.settle((other) => other === entry);
  }

  markRead(id: string, seq: number): void {
    const { side, getSelf, change } = this.#options;
    if (seq <= (this.#ownCursor(id)?.read ?? 0)) return;
    // Shown at once. When it was is the server's to say, and stands in receipts.
    const participant = { kind: side === 'visitor' ? side : 'agent', id: getSelf() } as const;
    const cursor = { participant, delivered: seq, deliveredAt: null, read: seq, readAt: null };
    change(id, { kind: 'cursor', cursor });
    this.cursors.advance({ conversationId: id, read: seq });
  }

  hearSignal(signal: Signal): void {
    if (signal.type !== 'typing' || !signal.actor) return;
    const { conversationId, actor, isTyping } = signal;
    if (actor.id !== this.#options.getSelf()) this.typing.hear(conversationId, actor, isTyping);
  }

  settle(log: ConversationState): void {
    this.changes.settle(log);
  }

  close(): void {
    this.cursors.close();
    this.typing.close();
  }

  #ownCursor(id: string): Cursor | undefined {
    const { getLogs, getSelf } = this.#options;
    return getLogs()[id]?.cursors.find(({ participant }) => participant.id === getSelf());
  }
}
