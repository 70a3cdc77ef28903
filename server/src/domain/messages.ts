import type { Appended, SendMessage } from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import type { Access, ConversationScope } from './access.ts';
import { checkAssignee } from './assignees.ts';
import type { ConversationLog } from './conversation-log.ts';
import { DomainError } from './domain-error.ts';
import { findMessage } from './find-message.ts';
import type { Openings } from './openings.ts';
import type { Caller } from './principal.ts';
import type { Roster } from './roster.ts';

/** Saying something, which for a visitor may open the conversation. */
export interface Messages {
  /**
   * Resolves once the message is durable. Sent again under the same client id, it answers the first result.
   *
   * @throws DomainError `not_found`, `forbidden`, `invalid`, `id_conflict` or `rate_limited`.
   */
  send(caller: Caller, message: SendMessage): Promise<Appended>;
}

interface MessagesOptions {
  storage: Storage;
  access: Access;
  openings: Openings;
  log: ConversationLog;
  roster: Roster;
}

export function createMessages(options: MessagesOptions): Messages {
  const { storage, access, openings, log, roster } = options;
  const inTurn = createTurns();

  async function check(caller: Caller, message: SendMessage): Promise<ConversationScope> {
    const scope = await scopeOf(caller, message, access, openings);
    if (message.assigns) await checkAssigns(caller, message.assigns, roster);
    // One may answer what one can see, and only messages.
    if (message.replyTo !== undefined) {
      await findMessage(storage, caller.principal, scope, message.replyTo, 'replyTo');
    }
    return scope;
  }

  return {
    async send(caller, message) {
      const scope = await inTurn(caller, () => check(caller, message));
      const appended = await log.append(caller, scope, {
        type: 'message.created',
        clientEventId: message.clientMessageId,
        content: message.content,
        replyTo: message.replyTo,
        assigns: message.assigns,
        writtenAt: message.writtenAt,
      });
      if (appended === 'stale') throw new Error('a message without a condition was called stale');
      return appended;
    },
  };
}

/**
 * Checks one sender's messages one by one: the first may need more looking up than the second, and must not be overtaken
 * by it on the way to the log. The writes themselves do not wait for one another.
 */
function createTurns() {
  const lastTurns = new WeakMap<Caller, Promise<unknown>>();
  return <Result>(caller: Caller, act: () => Promise<Result>): Promise<Result> => {
    const before = lastTurns.get(caller) ?? Promise.resolve();
    const turn = before.then(act);
    lastTurns.set(
      caller,
      turn.catch(() => undefined),
    );
    return turn;
  };
}

function scopeOf(
  caller: Caller,
  message: SendMessage,
  access: Access,
  openings: Openings,
): Promise<ConversationScope> {
  const { principal } = caller;
  if (message.conversationId !== undefined) {
    return access.scopeOf(principal, message.conversationId);
  }
  if (principal.kind !== 'visitor') {
    throw new DomainError('forbidden', 'Only visitors open conversations: name a conversationId.');
  }
  return openings.open({ ...caller, principal }, message.clientConversationId);
}

async function checkAssigns(
  { principal }: Caller,
  assignee: NonNullable<SendMessage['assigns']>,
  roster: Roster,
) {
  if (principal.kind !== 'agent') {
    throw new DomainError('forbidden', 'Only agents assign conversations.');
  }
  await checkAssignee(roster, principal.workspaceId, assignee);
}
