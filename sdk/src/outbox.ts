import {
  type Appended,
  type ConversationEvent,
  createId,
  type SendMessage,
} from '@alcove/protocol';
import type { LogChange } from './apply-event.ts';
import { ChatError } from './chat-error.ts';
import type { Request } from './request.ts';
import type { ConversationState, PendingMessage } from './conversation-state.ts';
import { exclusively } from './exclusively.ts';
import type { Draft, OutboxEntry, OutboxStorage } from './outbox-entry.ts';
import { openOutboxStorage } from './outbox-storage.ts';
import { isFault, isFinal, MAX_FAULTS, type Retry } from './retry.ts';

/** After this long a person is asked whether the message still makes sense. */
const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1000;
/** Digits of the milliseconds in a key, so that keys sort as text. */
const KEY_DIGITS = 14;

export interface OutboxOptions {
  request: Request;
  retry: Retry;
  isOnline(): boolean;
  /** Followed conversations. */
  getLogs(): Readonly<Record<string, ConversationState>>;
  change(conversationId: string, change: LogChange): void;
  /** The event of this client message id. Rejects when that cannot be known yet. */
  findStored(
    conversationId: string,
    clientMessageId: string,
  ): Promise<ConversationEvent | undefined>;
  /** A message has found its conversation; called before the message itself says so. */
  onNamed?(message: PendingMessage, conversationId: string): void;
  onPending(pending: readonly PendingMessage[], storage: OutboxStorage['kind']): void;
}

/**
 * Keeps what a person wrote until the server has it: stored first, then sent, one at a time in each conversation and in
 * the order of writing. After silence the same client message id goes out again, which the server recognises.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #entries: readonly OutboxEntry[] = [];
  #scope: string | undefined;
  /** There once a scope was loaded; resolves when what was found there stands before what is written now. */
  #opening: Promise<OutboxStorage | undefined> | undefined;
  #kind: OutboxStorage['kind'] = 'indexeddb';
  #isClosed = false;
  /** Keys of what is or was stored, and whether another tab or an earlier page wrote it: then another tab may be sending it too. */
  readonly #kept = new Map<string, boolean>();
  readonly #busyLanes = new Set<string>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Opens the storage of this scope; later, looks again for what other tabs left there. */
  async load(scope: string): Promise<void> {
    const isFirst = !this.#opening;
    this.#scope = scope;
    this.#opening = (this.#opening ?? openOutboxStorage(scope).catch(ignore)).then(
      async (storage) => {
        const stored = (await storage?.all().catch(ignore)) ?? [];
        // Forgotten meanwhile: what was found belongs to an identity that is gone.
        if (scope !== this.#scope) return storage;
        // Neither what is here, nor what left while the storage was being read.
        const found = stored.filter(({ key }) => !this.#find(key) && !this.#kept.has(key));
        for (const { key } of found) this.#kept.set(key, true);
        if (isFirst) this.#kind = storage?.kind ?? 'memory';
        this.#set(
          isFirst
            ? // Written before anybody knew what is stored: comes after it, whatever the clock said.
              this.#entries.reduce(placed, found)
            : [...found, ...this.#entries].sort((a, b) => (a.key < b.key ? -1 : 1)),
        );
        return storage;
      },
    );
    await this.#opening;
    this.refresh();
  }

  /**
   * Shows the message at once; resolves with its client message id when it is kept.
   *
   * @throws ChatError `busy` when as much waits already as may be kept.
   */
  async add(draft: Draft): Promise<string> {
    const clientMessageId = createId('cl');
    const writtenAt = new Date().toISOString();
    // What stands behind others waits for its turn, connection or not.
    const isNext = !this.#entries.some(
      (other) => isUnsent(other) && laneOf(other) === laneOf(draft),
    );
    const state = isNext && this.#options.isOnline() ? 'sending' : 'waiting';
    this.#set(
      placed(this.#entries, { ...draft, clientMessageId, writtenAt, state, failure: undefined }),
    );
    await this.#opening;
    // As it is now; nothing, when it was discarded meanwhile.
    const { key = '' } = this.find(clientMessageId) ?? {};
    try {
      await this.#keep(key);
    } catch (error) {
      this.#set(this.#entries.filter((other) => other.key !== key));
      throw error;
    }
    this.#kept.set(key, false);
    // Every lane: meanwhile it may have been given another one.
    this.refresh();
    return clientMessageId;
  }

  find(clientMessageId: string): OutboxEntry | undefined {
    return this.#entries.find((entry) => entry.clientMessageId === clientMessageId);
  }

  /** Drops what is found to be settled: given up, or shown by the log of this conversation. */
  settle(isSettled: (entry: OutboxEntry) => boolean, conversationId?: string): void {
    const settled = this.#entries.filter(isSettled);
    if (!settled.length) return;
    if (conversationId) for (const entry of settled) this.#name(entry, conversationId);
    this.#set(this.#entries.filter((entry) => !settled.some(({ key }) => key === entry.key)));
    for (const { key } of settled) this.#delete(key);
  }

  /** Gives what is unsent another conversation; it keeps its order. */
  retarget(patch: Partial<Draft>): void {
    const unsent = this.#entries.filter((entry) => entry.ackedSeq === undefined);
    this.#set(unsent.map((entry) => ({ ...entry, ...patch })));
    for (const { key } of this.#entries) void this.#keep(key);
  }

  /**
   * What goes out next, one of each conversation: what follows it would be sent beside it, and might arrive before.
   */
  next(): SendMessage[] {
    const lanes = new Set<string>();
    return this.#entries
      .filter((entry) => isUnsent(entry) && lanes.size < lanes.add(laneOf(entry)).size)
      .map(toCommand);
  }

  /** The connection came or went: shows it, and goes on sending. */
  refresh(): void {
    // Without a connection everything waits; with one, each entry until its own turn.
    const isWaiting = (entry: OutboxEntry) =>
      !this.#options.isOnline() && isUnsent(entry) && entry.state !== 'waiting';
    if (this.#entries.some(isWaiting)) {
      this.#set(
        this.#entries.map((entry) => (isWaiting(entry) ? { ...entry, state: 'waiting' } : entry)),
      );
    }
    for (const lane of new Set(this.#entries.map(laneOf))) void this.#drain(lane);
  }

  /** Forgets everything at once; `load` begins anew. Resolves when it is gone from the storage, too. */
  clear(): Promise<void> | undefined {
    const opening = this.#opening;
    this.#opening = this.#scope = undefined;
    this.#set([]);
    return opening?.then((storage) => storage?.destroy());
  }

  close(): void {
    this.#isClosed = true;
    void this.#opening?.then((storage) => storage?.close());
  }

  async #drain(lane: string): Promise<void> {
    if (this.#busyLanes.has(lane)) return;
    this.#busyLanes.add(lane);
    const { retry, isOnline } = this.#options;
    for (let attempt = 0; isOnline() && !this.#isClosed; ) {
      const next = this.#entries.find((entry) => laneOf(entry) === lane && isUnsent(entry));
      // What is not stored yet comes with a call of its own.
      if (!next || !this.#kept.has(next.key)) break;
      const error = await exclusively(`alcove ${lane}`, () => this.#trySending(next.key));
      if (!error) attempt = 0;
      else if (isOnline()) await retry.wait(attempt++, error);
    }
    this.#busyLanes.delete(lane);
  }

  /** Answers the error after which it is worth trying again. */
  async #trySending(key: string): Promise<unknown> {
    if (this.#kept.get(key)) await this.#lookAgain(key);
    const entry = this.#find(key);
    if (!entry || !isUnsent(entry)) return undefined;
    if (entry.state === 'waiting') this.#replace({ ...entry, state: 'sending' });
    try {
      if (Date.now() - Date.parse(entry.writtenAt) > GIVE_UP_AFTER_MS) {
        this.#fail(entry, 'This could not be sent for a day.');
      } else
        this.#acknowledge(entry, await this.#options.request('message.send', toCommand(entry)));
    } catch (error) {
      if (isFinal(error)) return this.#refuse(entry, error.message);
      if (!isFault(error)) return error;
      const faults = (entry.faults ?? 0) + 1;
      // One that the server always fails at must not hold up what was written after it.
      if (faults >= MAX_FAULTS) return this.#refuse(entry, 'The chat could not take this message.');
      if (this.#find(key)) this.#replace({ ...entry, faults });
      return error;
    }
    return undefined;
  }

  /** Refused for good, unless an earlier try was stored and only its answer was lost: the log knows. */
  async #refuse(entry: OutboxEntry, reason: string): Promise<unknown> {
    const { conversationId, clientMessageId } = entry;
    try {
      const stored =
        conversationId && (await this.#options.findStored(conversationId, clientMessageId));
      if (stored) this.#acknowledge(entry, stored);
      else if (this.#find(entry.key)) this.#fail(entry, reason);
    } catch (error) {
      return error;
    }
    return undefined;
  }

  /** Another tab may have sent it, or was told that it cannot be sent. */
  async #lookAgain(key: string): Promise<void> {
    const storage = await this.#opening;
    // One that cannot be read may be unsent: sent twice it counts once.
    const stored = await storage?.get(key).catch(() => this.#find(key));
    if (!stored) this.#set(this.#entries.filter((entry) => entry.key !== key));
    else if (stored.state === 'failed') this.#replace(stored);
  }

  #acknowledge(
    entry: OutboxEntry,
    { conversationId, seq }: Pick<Appended, 'conversationId' | 'seq'>,
  ): void {
    this.#name(entry, conversationId);
    // Stays until the log shows it, so that it never leaves the screen; the log may have been faster than the ack.
    const isFollowed = conversationId in this.#options.getLogs();
    this.#set(
      this.#entries.flatMap((other) => {
        if (other.key !== entry.key) return other;
        return isFollowed ? { ...other, ackedSeq: seq } : [];
      }),
    );
    this.#delete(entry.key);
    // The push comes with the ack. If it does not, the gap that this reveals is closed like any other.
    this.#options.change(conversationId, { kind: 'events', events: [], head: seq });
  }

  /** What was written after the message that opened the conversation goes there, too. */
  #name(entry: OutboxEntry, conversationId: string): void {
    this.#options.onNamed?.(entry, conversationId);
    const lane = laneOf(entry);
    if (this.#entries.some((other) => laneOf(other) === lane && !other.conversationId)) {
      const named = { conversationId };
      this.#set(this.#entries.map((one) => (laneOf(one) === lane ? { ...one, ...named } : one)));
    }
  }

  #fail(entry: OutboxEntry, failure: string): void {
    const failed: OutboxEntry = { ...entry, state: 'failed', failure };
    this.#replace(failed);
    void this.#keep(entry.key);
  }

  #replace(entry: OutboxEntry): void {
    this.#set(this.#entries.map((other) => (other.key === entry.key ? entry : other)));
  }

  /** What storage does not take (full, taken away by the browser) is in memory only, and the state says so. */
  async #keep(key: string): Promise<void> {
    const storage = await this.#opening;
    const entry = this.#find(key);
    try {
      if (entry) await storage?.set(entry);
    } catch (error) {
      if (error instanceof ChatError) throw error;
      this.#kind = 'memory';
      this.#set(this.#entries);
    }
  }

  #delete(key: string): void {
    void this.#opening?.then((storage) => storage?.delete(key)).catch(ignore);
  }

  #find(key: string): OutboxEntry | undefined {
    return this.#entries.find((entry) => entry.key === key);
  }

  #set(entries: readonly OutboxEntry[]): void {
    this.#entries = entries;
    if (!this.#isClosed) this.#options.onPending(entries, this.#kind);
  }
}

/** Puts an entry last. Its key is never below the one before it, even when the clock was set back between two pages. */
function placed(entries: readonly OutboxEntry[], entry: Omit<OutboxEntry, 'key'>): OutboxEntry[] {
  const last = Number(entries.at(-1)?.key.slice(0, KEY_DIGITS) ?? 0);
  const place = String(Math.max(Date.now(), last + 1)).padStart(KEY_DIGITS, '0');
  return [...entries, { ...entry, key: place + entry.clientMessageId }];
}

function toCommand(message: PendingMessage): SendMessage {
  const { conversationId, clientConversationId = '', ...rest } = message;
  const { clientMessageId, content, replyTo, assigns, writtenAt } = rest;
  const reference = conversationId ? { conversationId } : { clientConversationId };
  return { ...reference, clientMessageId, content, replyTo, assigns, writtenAt };
}

function laneOf(entry: Draft): string {
  return (entry.clientConversationId || entry.conversationId) ?? '';
}

function isUnsent(entry: OutboxEntry): boolean {
  return entry.state !== 'failed' && entry.ackedSeq === undefined;
}

function ignore(): undefined {}
