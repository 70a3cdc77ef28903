import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { foldConversation, isChange, isVisibleTo, sideOf } from '@alcove/protocol';
import type { AppendRequest, AppendResult, ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import { amendments } from './amendments.ts';
import type { ConversationRows } from './conversation-rows.ts';
import type { StoredEvent } from './events.ts';
import { detailsOf, EVENT_COLUMNS, placeEvent, saidIn, saidOf, toEvent } from './events.ts';
import type { LiveConversation } from './row-writer.ts';

/** `AppendResult` without what the caller knows by itself: the thread that asked puts the event together. */
export type Appending =
  | { outcome: 'appended'; seq: number; at: string; visitorPrev: number }
  | Exclude<AppendResult, { outcome: 'appended' }>;

/** The one write to a log. There is one writer, so what is read here stands until it is written. */
export function appendWrites(prepare: Prepare, rows: ConversationRows) {
  const findEarlier = findingEarlier(prepare);
  const insertEvent = insertingEvent(prepare);
  const amend = amendments(prepare);

  return {
    append(workspaceId: string, request: AppendRequest): Appending {
      const { conversationId, event: draft, at, expectedSeq } = request;
      const conversation = rows.find(workspaceId, conversationId);
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
      if (!insertEvent(conversation.number, event, before, after, visitorMessages)) {
        return findEarlier(conversation, draft) ?? { outcome: 'stale' };
      }
      if (isChange(event)) amend(conversation.number, event);
      rows.advance(conversation, after, visitorMessages);
      return { outcome: 'appended', seq: event.seq, at: event.at, visitorPrev: before.visitorSeq };
    },
  };
}

function isVisitorMessage(event: ConversationEvent): boolean {
  return event.type === 'message.created' && sideOf(event.actor) === 'visitor';
}

/** What the actor did before under the same id. */
function findingEarlier(prepare: Prepare) {
  const find = prepare<StoredEvent>(
    `SELECT ${EVENT_COLUMNS}, said FROM events
     WHERE client_event_id = ? AND conversation = ? AND actor_kind = ? AND actor_id = ?`,
  );
  return ({ number, record }: LiveConversation, draft: EventDraft): Appending | undefined => {
    const { actor, clientEventId, type } = draft;
    const earlier = find.get(clientEventId, number, actor.kind, actor.id);
    if (earlier === undefined) return undefined;
    if (earlier.type !== type || saidIn(earlier) !== saidOf(draft)) {
      return { outcome: 'id_conflict' };
    }
    return { outcome: 'duplicate', event: toEvent(record.id, earlier, earlier.seq - 1) };
  };
}

/** Makes the function that inserts an event, unless its actor's client id is taken: then it answers `false`. */
function insertingEvent(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO events (conversation, ${EVENT_COLUMNS}, message_seq, is_visible, message_count, visitor_message_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (client_event_id, conversation, actor_kind, actor_id) DO NOTHING`,
  );
  return (
    conversation: number,
    event: ConversationEvent,
    before: ConversationRecord,
    after: ConversationRecord,
    visitorMessages: number,
  ): boolean => {
    const { changes } = insert.run(
      conversation,
      event.seq,
      event.type,
      event.at,
      event.actor.kind,
      event.actor.id,
      event.via,
      event.clientEventId,
      detailsOf(event),
      before.visitorSeq,
      isChange(event) ? event.messageSeq : null,
      Number(isVisibleTo('visitor', event.type)),
      after.messageCount,
      visitorMessages,
    );
    return changes === 1;
  };
}
