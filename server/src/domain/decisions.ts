import type { Appended, ConversationRow } from '@alcove/protocol';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import { type ConversationScope, conversationNotFound } from './access.ts';
import type { Act, ConversationLog } from './conversation-log.ts';
import { DomainError } from './domain-error.ts';
import type { Caller } from './principal.ts';

/**
 * Appends an act that depends on how things stand. A decision rests on the row as it was read; if another event came
 * first, it is read and decided again. `refusalOf` says why there is nothing left to decide, if so.
 *
 * @throws DomainError `not_found`, `conflict` with the refusal, `id_conflict`, or `busy` when others are always faster.
 */
export type Decide = (
  caller: Caller,
  scope: ConversationScope,
  act: Act,
  refusalOf: (row: ConversationRow) => string | undefined | Promise<string | undefined>,
) => Promise<Appended>;

export function createDecide(options: {
  storage: Storage;
  log: ConversationLog;
  limits: Limits;
}): Decide {
  const { storage, log, limits } = options;

  return async (caller, scope, act, refusalOf) => {
    for (let attempt = 0; attempt < limits.staleTries; attempt++) {
      const row = await rowOf(storage, scope);
      const refusal = await refusalOf(row);
      // With nothing left to decide, a `seq` that the log is past makes sure that nothing is written, while an earlier
      // try of this very act still gets its answer.
      const appended = await log.append(caller, scope, act, refusal ? 0 : row.appliedSeq);
      if (appended !== 'stale') return appended;
      if (refusal) throw new DomainError('conflict', refusal);
    }
    throw new DomainError('busy', 'Too much is happening in this conversation. Please try again.', {
      retryAfterMs: 200,
    });
  };
}

async function rowOf(storage: Storage, scope: ConversationScope): Promise<ConversationRow> {
  const row = await storage.forWorkspace(scope.workspaceId).conversations.get(scope.conversationId);
  // Before its first event a conversation is listed nowhere, and there is nothing to decide about.
  if (!row || row.appliedSeq === 0) throw conversationNotFound();
  return row;
}
