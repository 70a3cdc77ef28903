import { type Appended, type Content, createId } from '@alcove/protocol';
import type { LogChange } from './apply-event.ts';
import type { Request } from './request.ts';
import type { ConversationState, PendingChange } from './conversation-state.ts';
import { MAX_FAULTS, type Retry } from './retry.ts';

export interface ChangesOptions {
  request: Request;
  retry: Retry;
  /** Followed conversations. */
  getLogs(): Readonly<Record<string, ConversationState>>;
  change(conversationId: string, change: LogChange): void;
  onChanges(changes: readonly PendingChange[]): void;
}

/**
 * Edits and deletions of one's own messages: shown at once, told one after the other, repeated under one id while there
 * is no connection, and taken back when they are refused. Kept in memory: a page that goes away forgets them.
 */
export class Changes {
  readonly #options: ChangesOptions;
  #changes: readonly PendingChange[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  /** Resolves once it is stored. @throws ChatError when it is refused for good. */
  async make(conversationId: string, messageSeq: number, content: Content): Promise<void> {
    const change = { clientEventId: createId('cl'), conversationId, messageSeq, content };
    this.#set([...this.#changes, change]);
    const told = this.#last.then(() => this.#tell(change));
    this.#last = told.catch(() => {});
    try {
      const { seq: ackedSeq } = await told;
      const isFollowed = conversationId in this.#options.getLogs();
      this.#replace(change, isFollowed ? { ...change, ackedSeq } : undefined);
      this.#options.change(conversationId, { kind: 'events', events: [], head: ackedSeq });
    } catch (error) {
      this.#replace(change);
      throw error;
    }
  }

  /** Lets go of what this log shows by itself now. */
  settle({ id, have }: ConversationState): void {
    const isShown = (change: PendingChange) =>
      change.conversationId === id && (change.ackedSeq ?? Infinity) <= have;
    if (this.#changes.some(isShown)) this.#set(this.#changes.filter((one) => !isShown(one)));
  }

  #tell({ content, ...change }: PendingChange): Promise<Appended> {
    const { request, retry } = this.#options;
    return retry.untilDone(
      () =>
        content.kind === 'deleted'
          ? request('message.delete', change)
          : request('message.edit', { ...change, content }),
      MAX_FAULTS,
    );
  }

  #replace(change: PendingChange, next?: PendingChange): void {
    this.#set(this.#changes.flatMap((one) => (one === change ? (next ?? []) : one)));
  }

  #set(changes: readonly PendingChange[]): void {
    this.#changes = changes;
    this.#options.onChanges(changes);
  }
}
