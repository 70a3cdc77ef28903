import {
  type AdvanceCursor,
  type ConversationEvent,
  type Cursor,
  type SendableContent,
  type Side,
  type Signal,
  sideOf,
  WIRE_LIMITS,
} from '@alcove/protocol';
import { isEvent, type LogChange } from './apply-event.ts';
import { ChatError, unreachable } from './chat-error.ts';
import type { Request } from './request.ts';
import type { ConversationState, PendingChange, PendingMessage } from './conversation-state.ts';
import { lazily, type Lazy } from './lazily.ts';
import { Outbox } from './outbox.ts';
import type { Draft, OutboxStorage } from './outbox-entry.ts';
import type { Participation } from './participation.ts';
import { createRetry, type Retry } from './retry.ts';
import { CALM_MS, Synchroniser } from './sync.ts';

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
  onChanges(changes: readonly PendingChange[]): void;
}

/** What a client does with the conversations it follows. */
export class Conversations {
  readonly outbox: Outbox;
  readonly retry: Retry = createRetry();
  readonly sync: Synchroniser;
  readonly participation: Lazy<Participation>;
  readonly #options: ConversationsOptions;

  constructor(options: ConversationsOptions) {
    this.#options = options;
    const { retry, change, checkHeads } = this;
    const shared = {
      ...options,
      retry,
      change,
      checkHeads,
      findStored: async (id: string, clientMessageId: string) =>
        (await this.participation.load()).find(id, clientMessageId),
      catchUp: (id: string) => void this.sync.catchUp(id),
    };
    this.outbox = new Outbox(shared);
    this.sync = new Synchroniser(shared);
    this.participation = lazily(async () => {
      const { Participation } = await import('./later.ts');
      if (this.retry.isClosed) throw unreachable();
      return new Participation({ ...shared, outbox: this.outbox });
    });
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
    else this.checkHeads();
  }

  hearSignal(signal: Signal): void {
    if (signal.type === 'cursor') {
      this.change(signal.conversationId, { kind: 'cursor', cursor: signal.cursor });
    } else if (signal.type === 'server.degraded') this.sync.checkSoon();
    else this.participation.use((part) => part.hearSignal(signal));
  }

  /**
   * @param aim chooses the conversation, once the text has been found good.
   * @throws ChatError `invalid` or `too_large`.
   */
  async send(text: string, aim: () => Omit<Draft, 'content'>): Promise<string> {
    const content = contentOf(text);
    const draft = aim();
    if (draft.conversationId) this.participation.part?.typing.set(draft.conversationId, false);
    return this.outbox.add({ ...draft, content });
  }

  /** Does this with the part that may still have to be loaded; waits for the network if need be. */
  async participate(work: (part: Participation) => Promise<void>): Promise<void> {
    return work(await this.retry.untilDone(() => this.participation.load()));
  }

  /** Tells how far this client has received a conversation. */
  advance(move: AdvanceCursor): void {
    this.participation.use(({ cursors }) => cursors.advance(move));
  }

  /** There is a connection: goes on with everything that waited for it. */
  resume(): void {
    this.retry.wake();
    this.outbox.refresh();
    this.sync.catchUpAll();
    this.sync.checkLater(CALM_MS);
  }

  /** The person is back: tries everything now, and looks whether something was missed. */
  wake(): void {
    this.retry.wake();
    this.checkHeads();
  }

  /** Looks for lost last events, which nothing else reveals. */
  readonly checkHeads = (): void => {
    this.sync.checkLater();
    this.#options.onCheck?.();
    this.participation.use((part) => void part.checkHeads());
  };

  close(): void {
    this.retry.close();
    this.outbox.close();
    this.sync.close();
    this.participation.part?.close();
  }

  /** An acknowledged message stays in the outbox until the log shows it; one whose ack was lost leaves it then, too. */
  #settle(log: ConversationState): void {
    let known: Set<string> | undefined;
    this.outbox.settle((entry) => {
      known ??= new Set(log.events.map((event) => event.clientEventId));
      const isPassed = entry.conversationId === log.id && (entry.ackedSeq ?? Infinity) <= log.have;
      return isPassed || known.has(entry.clientMessageId);
    }, log.id);
    this.participation.part?.settle(log);
  }

  #isFromOthers({ type, actor }: ConversationEvent): boolean {
    return type === 'message.created' && sideOf(actor) !== this.#options.side;
  }

  #ownCursor(id: string): Cursor | undefined {
    const { getLogs, getSelf } = this.#options;
    return getLogs()[id]?.cursors.find(({ participant }) => participant.id === getSelf());
  }
}

/** @throws ChatError `invalid` for blank text, `too_large` above 8 KB. */
export function contentOf(text: string): SendableContent {
  if (!text.trim()) throw new ChatError('invalid', 'There is nothing to send.');
  if (new TextEncoder().encode(text).length > WIRE_LIMITS.textBytes) {
    throw new ChatError('too_large', 'This message is too long.');
  }
  return { kind: 'text', text };
}
