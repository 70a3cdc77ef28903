import { isBehind, type LogChange } from './apply-event.ts';
import { unreachable } from './chat-error.ts';
import type { Request } from './request.ts';
import type { ConversationState } from './conversation-state.ts';
import type { Retry } from './retry.ts';

export interface SyncOptions {
  request: Request;
  retry: Retry;
  /** Followed conversations. */
  getLogs(): Readonly<Record<string, ConversationState>>;
  change(conversationId: string, change: LogChange): void;
  /** Time to look whether a last event was lost; calls `checkLater`. */
  checkHeads(): void;
}

/** As long as pushes are only lost by accident. */
export const CALM_MS = 20_000;
/** While the server says that it may not hear of everything. */
const DEGRADED_MS = 3_000;
/** It notices up to 2 s late: what it missed is there within 6 s all the same, and not everybody asks at once. */
const SOONEST_MS = 300;
const LATEST_MS = 2_500;

/** Closes gaps in logs: one catch-up per conversation at a time, repeated until it succeeds. */
export class Synchroniser {
  readonly #options: SyncOptions;
  readonly #catching = new Set<string>();
  readonly #gaps = new Map<string, ReturnType<typeof setTimeout>>();
  #headsTimer: ReturnType<typeof setTimeout> | undefined;
  #everyMs = CALM_MS;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /** Catches up soon if this conversation is behind. An event on its way may close the gap first. */
  hear(id: string): void {
    if (this.#gaps.has(id) || this.#catching.has(id) || !this.#isBehind(id)) return;
    const look = () => {
      this.#gaps.delete(id);
      if (this.#isBehind(id)) void this.catchUp(id);
    };
    this.#gaps.set(id, setTimeout(look, 300 + Math.random() * 400));
  }

  /** Catches up now. */
  async catchUp(id: string): Promise<void> {
    if (this.#catching.has(id)) return;
    this.#catching.add(id);
    try {
      await this.#options.retry.untilDone(() => this.#readOn(id));
    } catch {
      // Not ours any more, or closed.
    }
    this.#catching.delete(id);
  }

  /** The heads are known for now. @param everyMs From now on they are asked for this often, or half as often again. */
  checkLater(everyMs = this.#everyMs): void {
    this.#everyMs = everyMs;
    // Jittered, so that clients that were cut off together do not ask together for ever.
    this.#checkIn(everyMs * (1 + Math.random() / 2));
  }

  /** The server may have missed something a moment ago, and may go on to: asks soon, and often from then on. */
  checkSoon(): void {
    this.#everyMs = DEGRADED_MS;
    this.#checkIn(SOONEST_MS + Math.random() * (LATEST_MS - SOONEST_MS));
  }

  /** Catches up everywhere that is behind. */
  catchUpAll(): void {
    for (const id of Object.keys(this.#options.getLogs())) {
      if (this.#isBehind(id)) void this.catchUp(id);
    }
  }

  close(): void {
    clearTimeout(this.#headsTimer);
    for (const timer of this.#gaps.values()) clearTimeout(timer);
  }

  #checkIn(ms: number): void {
    clearTimeout(this.#headsTimer);
    this.#headsTimer = setTimeout(() => this.#options.checkHeads(), ms);
  }

  async #readOn(id: string): Promise<void> {
    const { getLogs, request, change } = this.#options;
    for (let log = getLogs()[id]; log; log = getLogs()[id]) {
      const since = log.have;
      const { events, head, reset, cursors } = await request('sync', { conversationId: id, since });
      change(id, { kind: 'events', events, head, reset, cursors });
      if (!this.#isBehind(id)) return;
      // Still behind, and no step further: later, instead of at once and for ever.
      if (getLogs()[id]?.have === since) throw unreachable();
    }
  }

  #isBehind(id: string): boolean {
    return isBehind(this.#options.getLogs()[id]);
  }
}
