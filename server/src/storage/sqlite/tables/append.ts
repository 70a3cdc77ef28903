import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { foldConversation, isVisibleTo, sideOf } from '@alcove/protocol';
import type { AppendRequest, AppendResult, ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import type { ConversationColumns } from './conversations.ts';
import {
  CONVERSATION_COLUMNS,
  FOLDED_COLUMNS,
  foldedColumns,
  foldedValues,
  toConversation,
} from './conversations.ts';
import type { EventColumns } from './events.ts';
import { detailsOf, EVENT_COLUMNS, toEvent } from './events.ts';

/** The one write to a log. There is one writer, so what is read here stands until it is written. */
export function appendWrites(prepare: Prepare) {
  const findConversation = prepare<ConversationColumns>(
    `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE workspace_id = ? AND id = ?`,
  );
  const findEarlier = prepare<EventColumns>(
    `SELECT ${EVENT_COLUMNS} FROM events
     WHERE conversation = ? AND actor_kind = ? AND actor_id = ? AND client_event_id = ?`,
  );
  const insertEvent = insertingEvent(prepare);
  const updateConversation = updatingConversation(prepare);

  return {
    append(workspaceId: string, request: AppendRequest): AppendResult {
      const { conversationId, event: draft, at, expectedSeq } = request;
      const row = findConversation.get(workspaceId, conversationId);
      if (row === undefined) return { outcome: 'not_found' };

      const { actor, clientEventId } = draft;
      const details = detailsOf(draft);
      const earlier = findEarlier.get(row.number, actor.kind, actor.id, clientEventId);
      if (earlier !== undefined) {
        return earlier.type === draft.type && earlier.details === details
          ? { outcome: 'duplicate', event: toEvent(conversationId, earlier, earlier.seq - 1) }
          : { outcome: 'id_conflict' };
      }
      if (expectedSeq !== undefined && row.applied_seq > expectedSeq) return { outcome: 'stale' };

      const before = toConversation(row);
      const columns = eventColumns(draft, details, before, at);
      const event = toEvent(conversationId, columns, before.appliedSeq);
      const conversation: ConversationRecord = {
        ...foldConversation(before, event),
        clientConversationId: before.clientConversationId,
      };
      const visitorMessages = row.visitor_message_count + Number(isVisitorMessage(event));
      insertEvent(row.number, columns, conversation.messageCount, visitorMessages);
      updateConversation(workspaceId, row, conversation, visitorMessages);
      return { outcome: 'appended', event, visitorPrev: before.visitorSeq, conversation };
    },
  };
}

function eventColumns(
  draft: EventDraft,
  details: string,
  before: ConversationRecord,
  at: string,
): EventColumns {
  return {
    seq: before.appliedSeq + 1,
    type: draft.type,
    // The clock may have been set back.
    at: at > before.lastActivityAt ? at : before.lastActivityAt,
    actor_kind: draft.actor.kind,
    actor_id: draft.actor.id,
    via: draft.via,
    client_event_id: draft.clientEventId,
    details,
    visitor_prev: before.visitorSeq,
  };
}

function isVisitorMessage(event: ConversationEvent): boolean {
  return event.type === 'message.created' && sideOf(event.actor) === 'visitor';
}

function insertingEvent(prepare: Prepare) {
  const insert = prepare(
    `INSERT INTO events (conversation, ${EVENT_COLUMNS}, is_visible, message_count, visitor_message_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (
    conversation: number,
    event: EventColumns,
    messages: number,
    visitorMessages: number,
  ): void => {
    insert.run(
      conversation,
      event.seq,
      event.type,
      event.at,
      event.actor_kind,
      event.actor_id,
      event.via,
      event.client_event_id,
      event.details,
      event.visitor_prev,
      Number(isVisibleTo('visitor', event.type)),
      messages,
      visitorMessages,
    );
  };
}

function updatingConversation(prepare: Prepare) {
  const latestChange = prepare<{ change: number | null }>(
    'SELECT max(change) AS change FROM conversations WHERE workspace_id = ? AND applied_seq > 0',
  );
  const update = prepare(
    `UPDATE conversations SET ${FOLDED_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE number = ?`,
  );
  const count = prepare(
    `INSERT INTO conversation_counts (workspace_id, status, assignee_key, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace_id, status, assignee_key) DO UPDATE SET count = count + excluded.count`,
  );
  return (
    workspaceId: string,
    before: ConversationColumns,
    conversation: ConversationRecord,
    visitorMessages: number,
  ): void => {
    // Deleting the newest row would give its number out again: whoever builds that must keep the numbers rising.
    const change = (latestChange.get(workspaceId)?.change ?? 0) + 1;
    const after = foldedColumns(conversation, { visitorMessages, change });
    update.run(...foldedValues(after), before.number);

    const wasListed = before.applied_seq > 0;
    const isInPlace = before.status === after.status && before.assignee_key === after.assignee_key;
    if (wasListed && isInPlace) return;
    if (wasListed) count.run(workspaceId, before.status, before.assignee_key, -1);
    count.run(workspaceId, after.status, after.assignee_key, 1);
  };
}
