import type { ConversationRow, InboxView } from '@alcove/protocol';
import type { AgentState, AgentStep } from './agent-state.ts';
import type { LogChange } from './apply-event.ts';
import type { Request } from './request.ts';
import { isFinal } from './retry.ts';

export interface InboxOptions {
  /** Asks until there is an answer. */
  persist: Request;
  getState(): AgentState;
  dispatch(step: AgentStep): void;
  /** A visitor's message arrived. */
  onMessage(message: { conversationId: string; row: ConversationRow }): void;
}

const PAGE_SIZE = 50;

/** An agent's rows: loaded by page, kept current by events, mended by `inbox.sync`. */
export class Inbox {
  readonly #options: InboxOptions;
  /** From where the inbox is caught up; there once a view was loaded. */
  #cursor: string | undefined;
  #isSyncing = false;
  /** Something changed after the running sync has asked. */
  #isStale = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Loads the first page of a view, or its next one. */
  async load(view: InboxView): Promise<void> {
    const { persist, getState, dispatch } = this.#options;
    const { next, isLoading } = getState().views[view];
    if (isLoading || next === null) return;
    dispatch({ type: 'alcove/view', view, change: { isLoading: true } });
    try {
      const page = await persist('inbox.list', { view, before: next, limit: PAGE_SIZE });
      // The first page's cursor: what changed while it was read comes with the first sync.
      this.#cursor ??= page.cursor;
      this.#dispatch({ type: 'alcove/page', view, page }, this.#known(page.rows));
    } catch (error) {
      dispatch({ type: 'alcove/view', view, change: { isLoading: false } });
      throw error;
    }
  }

  /** Brings these rows, whatever view they are in. */
  async loadRows(conversationIds: string[]): Promise<void> {
    const { rows } = await this.#options.persist('inbox.get', { conversationIds });
    this.#dispatch({ type: 'alcove/rows', rows }, this.#known(rows));
  }

  /** An event of this `seq` exists: a row that did not follow it is brought soon. */
  hear(conversationId: string, seq: number): void {
    const row = this.#options.getState().rows[conversationId];
    if (row && row.appliedSeq >= seq) return;
    const look = () => {
      this.#timer = undefined;
      void this.sync();
    };
    this.#timer ??= setTimeout(look, 300 + Math.random() * 400);
  }

  /** Brings every row that changed. One at a time; what is heard of meanwhile is looked for right afterwards. */
  async sync(): Promise<void> {
    this.#isStale = true;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    try {
      while (this.#isStale && this.#cursor) {
        this.#isStale = false;
        await this.#readOn(this.#cursor);
      }
    } catch (error) {
      // The cursor is of no use (a restored database): begin again with the first pages.
      if (isFinal(error)) this.#reload();
    }
    this.#isSyncing = false;
  }

  /** Puts a change of a log into the state, and tells of the message that a row may have come to by it. */
  write(conversationId: string, change: LogChange): void {
    this.#dispatch({ type: 'alcove/log', conversationId, change }, [conversationId]);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#cursor = undefined;
  }

  async #readOn(from: string): Promise<void> {
    let since = from;
    for (let more = true; more; ) {
      const changed = await this.#options.persist('inbox.sync', { cursor: since });
      const { rows, counts } = changed;
      ({ cursor: since, more } = changed);
      const ids = rows.map(({ id }) => id);
      this.#dispatch({ type: 'alcove/rows', rows, counts }, ids);
      this.#cursor = since;
    }
  }

  #reload(): void {
    this.#cursor = undefined;
    const { getState, dispatch } = this.#options;
    for (const view of ['all', 'mine', 'unassigned', 'resolved'] as const) {
      if (getState().views[view].next === undefined) continue;
      const change = { conversationIds: [], next: undefined };
      dispatch({ type: 'alcove/view', view, change });
      this.load(view).catch(() => {});
    }
  }

  /** Of rows that were asked for, those that can tell of a new message: one that nobody knew is history. */
  #known(rows: readonly ConversationRow[]): string[] {
    const held = this.#options.getState().rows;
    return rows.flatMap(({ id }) => (held[id] ? id : []));
  }

  #dispatch(step: AgentStep, ids: readonly string[]): void {
    const { getState, dispatch, onMessage } = this.#options;
    const before = getState().rows;
    dispatch(step);
    const { rows } = getState();
    for (const conversationId of ids) {
      const row = rows[conversationId];
      const old = before[conversationId];
      if (!row?.lastMessage || row === old || row.lastMessage.actor.kind !== 'visitor') continue;
      const { seq } = row.lastMessage;
      // A row that nobody knew may have changed by something else than its last message.
      const isNew = old ? seq > old.lastMessageSeq.visitor : seq === row.appliedSeq;
      if (isNew) onMessage({ conversationId, row });
    }
  }
}
