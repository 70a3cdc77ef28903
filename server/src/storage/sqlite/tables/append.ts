import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { foldConversation, isChange, isVisibleTo, sideOf } from '@alcove/protocol';
import { detailsOf, placeEvent, saidOf } from '../../event-details.ts';
import type { AppendRequest, AppendResult } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { amendments } from './amendments.ts';
import type { EventValues, StoredEvent } from './events.ts';
import { EVENT_COLUMNS, saidIn, toEvent } from './events.ts';
import type { LiveConversations } from './live-conversations.ts';
import type { LiveConversation } from './placing.ts';

/** `AppendResult` without what the caller knows by itself: the thread that asked puts the event together. */
export type Appending =
  | { outcome: 'appended'; seq: number; at: string; visitorPrev: number }
  | Exclude<AppendResult, { outcome: 'appended' }>;

/** The one write to a log. There is one writer, so what is read here stands until it is written. */
export function appendWrites(prepare: Prepare, live: LiveConversations) {
  const findEarlier = findingEarlier(prepare, live);
  const takeClientId = takingClientIds(prepare);
  const amend = amendments(prepare);

  return {
    append(workspaceId: string, request: AppendRequest): Appending {
      const { conversationId, event: draft, at, expectedSeq } = request;
      const conversation = live.find(workspaceId, conversationId);
      if (conversation === undefined) return { outcome: 'not_found' };

      const before = conversation.record;
      if (expectedSeq !== undefined && before.appliedSeq > expectedSeq) {
        return findEarlier(conversation, draft) ?? { outcome: 'stale' };
      }
      const event = placeEvent(request, {
        seq: before.appliedSeq + 1,
        // The clock may have been set back.
        at: at > before.lastActivityAt ? at : before.lastActivityAt,
      });
      const { clientConversationId } = before;
      const after = { ...foldConversation(before, event), clientConversationId };
      const visitorMessages = conversation.visitorMessages + Number(isVisitorMessage(event));
      if (!takeClientId(conversation, event)) {
        return findEarlier(conversation, draft) ?? { outcome: 'stale' };
      }
      if (isChange(event)) {
        live.place(conversation);
        amend(conversation.number, event);
      }
      const values = valuesOf(conversation, event, after.messageCount, visitorMessages);
      live.advance(conversation, { event: values, record: after, visitorMessages });
      return { outcome: 'appended', seq: event.seq, at: event.at, visitorPrev: before.visitorSeq };
    },
  };
}

function isVisitorMessage(event: ConversationEvent): boolean {
  return event.type === 'message.created' && sideOf(event.actor) === 'visitor';
}

/** What the actor did before under the same id. */
function findingEarlier(prepare: Prepare, live: LiveConversations) {
  const find = prepare<StoredEvent>(
    `SELECT ${EVENT_COLUMNS}, said FROM events WHERE conversation = ?1 AND seq = (
       SELECT seq FROM client_events
       WHERE client_event_id = ?2 AND conversation = ?1 AND actor_kind = ?3 AND actor_id = ?4)`,
  );
  return (conversation: LiveConversation, draft: EventDraft): Appending | undefined => {
    const { actor, clientEventId, type } = draft;
    live.place(conversation);
    const earlier = find.get(conversation.number, clientEventId, actor.kind, actor.id);
    if (earlier === undefined) return undefined;
    if (earlier.type !== type || saidIn(earlier) !== saidOf(clientEventId, detailsOf(draft))) {
      return { outcome: 'id_conflict' };
    }
    return {
      outcome: 'duplicate',
      event: toEvent(conversation.record.id, earlier, earlier.seq - 1),
    };
  };
}

/** Makes the function that lets an event have its actor's client id. `false` when it is taken. */
function takingClientIds(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO client_events (client_event_id, conversation, actor_kind, actor_id, seq) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (client_event_id, conversation, actor_kind, actor_id) DO NOTHING`,
  );
  return ({ number }: LiveConversation, event: ConversationEvent): boolean => {
    const { clientEventId, actor, seq } = event;
    return insert.run(clientEventId, number, actor.kind, actor.id, seq).changes === 1;
  };
}

function valuesOf(
  { number, record }: LiveConversation,
  event: ConversationEvent,
  messages: number,
  visitorMessages: number,
): EventValues {
  return [
    number,
    event.seq,
    event.type,
    event.at,
    event.actor.kind,
    event.actor.id,
    event.via,
    event.clientEventId,
    JSON.stringify(detailsOf(event)),
    record.visitorSeq,
    isChange(event) ? event.messageSeq : null,
    Number(isVisibleTo('visitor', event.type)),
    messages,
    visitorMessages,
  ];
}
