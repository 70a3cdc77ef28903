import type { Appended, EventDraft } from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import { type ConversationScope, conversationNotFound } from './access.ts';
import { type Clock, toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { EventPublisher } from './event-publisher.ts';
import { presentAppended } from './present.ts';
import { actorOf, type Caller } from './principal.ts';
import type { AgentsById, Roster } from './roster.ts';

/** What happened, as far as only the caller can say; actor and door are added here. */
export type Act = EventDraft extends infer Draft
  ? Draft extends EventDraft
    ? Omit<Draft, 'actor' | 'via'>
    : never
  : never;

/** The one way by which the domain writes: append, then tell everybody. */
export interface ConversationLog {
  /**
   * Resolves once the event is durable, or was so before. `stale` when something came after `expectedSeq`.
   *
   * @throws DomainError `id_conflict`, or `not_found` when the conversation is gone.
   */
  append(
    caller: Caller,
    scope: ConversationScope,
    act: Act,
    expectedSeq?: number,
  ): Promise<Appended | 'stale'>;
}

const NOBODY: AgentsById = new Map();

export function createConversationLog(options: {
  storage: Storage;
  publisher: EventPublisher;
  roster: Roster;
  clock: Clock;
}): ConversationLog {
  const { storage, publisher, roster, clock } = options;

  return {
    async append(caller, scope, act, expectedSeq) {
      const { principal, via } = caller;
      // Before the write, since nothing may be awaited between the commit and the push: that would mix up their order.
      const agents =
        principal.kind === 'agent'
          ? await roster.agents(principal.workspaceId, principal.agentId)
          : NOBODY;
      const result = await storage.forWorkspace(scope.workspaceId).conversations.append({
        conversationId: scope.conversationId,
        event: { ...act, actor: actorOf(principal), via },
        at: toIso(clock.now()),
        expectedSeq,
      });
      switch (result.outcome) {
        case 'appended':
          publisher.event(scope, presentAppended(result.event, result.visitorPrev, agents));
          return toAppended(scope, result.event, false);
        case 'duplicate':
          return toAppended(scope, result.event, true);
        case 'stale':
          return 'stale';
        case 'id_conflict':
          throw new DomainError(
            'id_conflict',
            'This client id already stands for something else. Make a new id for each act.',
          );
        case 'not_found':
          throw conversationNotFound();
      }
    },
  };
}

function toAppended(
  scope: ConversationScope,
  event: { id: string; seq: number; at: string },
  duplicate: boolean,
): Appended {
  const { id: eventId, seq, at } = event;
  return { conversationId: scope.conversationId, eventId, seq, at, duplicate };
}
