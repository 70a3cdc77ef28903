import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationEvent, HistoryResult, Side, SyncResult } from '@alcove/protocol';
import type { Final, Record } from './history.ts';
import type { Random } from './random.ts';
import { digestOf, foldInto, toShownItems, type Visible } from './shown-lines.ts';

type Event = ConversationEvent & Visible & { messageSeq?: number };

export interface FollowedLogOptions {
  conversation: string;
  side: Side;
  record: Record;
  random: Random;
  /** Asks until there is an answer. */
  ask(command: string, payload: object): Promise<unknown>;
}

/** A log as docs/protocol.md asks every client to keep it ("Receiving"), written from that page. */
export class FollowedLog {
  have = 0;
  syncs = 0;
  /** Every event as it came, in the order in which it was applied. */
  readonly applied: Event[] = [];
  readonly #options: FollowedLogOptions;
  readonly #buffer = new Map<number, Event>();
  #events: Event[] = [];
  #from = 0;
  #head = 0;
  #isLoaded = false;
  #isWaiting = false;
  #catchingUp: Promise<void> | undefined;

  constructor(options: FollowedLogOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { conversation: conversationId, ask } = this.#options;
    const { events } = (await ask('history', { conversationId })) as HistoryResult;
    this.#isLoaded = true;
    this.#begin(events);
    this.#drain();
    this.hear(this.#head);
  }

  receive(event: Event): void {
    if (event.seq <= this.have) return;
    this.#buffer.set(event.seq, event);
    this.#drain();
    this.hear(event.seq);
  }

  /** The newest `seq` is at least this. */
  hear(head: number): void {
    this.#head = Math.max(this.#head, head);
    if (this.#head > this.have) void this.#closeGap();
  }

  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#read().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  final(): Final {
    const { conversation, side } = this.#options;
    const items = toShownItems(this.#events);
    return { conversation, side, have: this.have, from: this.#from, items };
  }

  /** A late event may close the gap by itself. */
  async #closeGap(): Promise<void> {
    if (!this.#isLoaded || this.#isWaiting) return;
    this.#isWaiting = true;
    await sleep(300 + 400 * this.#options.random.next());
    this.#isWaiting = false;
    if (this.#head > this.have) await this.catchUp();
  }

  async #read(): Promise<void> {
    const { conversation: conversationId, ask, record } = this.#options;
    for (let more = true; more; ) {
      this.syncs++;
      const answer = (await ask('sync', {
        conversationId,
        since: this.have,
        limit: 200,
      })) as SyncResult;
      if (answer.reset) {
        record({ type: 'reset', conversation: conversationId });
        this.#begin(answer.events);
      } else for (const event of answer.events) this.#take(event);
      this.#drain();
      more = answer.more;
    }
  }

  #begin(events: readonly Event[]): void {
    this.#events = [];
    this.#from = this.have = events[0]?.prev ?? 0;
    for (const event of events) this.#apply(event);
  }

  #take(event: Event): void {
    if (event.prev === this.have) this.#apply(event);
    else if (event.seq > this.have) this.#buffer.set(event.seq, event);
  }

  #drain(): void {
    if (!this.#isLoaded) return;
    for (const event of [...this.#buffer.values()].sort((a, b) => a.seq - b.seq)) {
      if (event.prev === this.have) this.#apply(event);
      if (event.seq <= this.have) this.#buffer.delete(event.seq);
    }
  }

  #apply(received: Event): void {
    const event = withDigest(received);
    foldInto(this.#events, event);
    this.applied.push(event);
    this.have = event.seq;
    const { conversation, record } = this.#options;
    record({ type: 'apply', conversation, seq: event.seq, id: event.clientEventId });
  }
}

function withDigest(event: Event): Event {
  const { content }: Visible = event;
  if (content?.text === undefined) return event;
  return { ...event, content: { ...content, text: digestOf(content.text) } } as Event;
}
