import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { foldConversation, isVisibleTo, sideOf } from '@alcove/protocol';
import type { AppendRequest, AppendResult, ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';
import type { ConversationColumns } from './conversations.ts';
import {
  assigneeKey,
  CONVERSATION_COLUMNS,
  foldedColumns,
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
     WHERE workspace_id = ? AND conversation_id = ? AND actor_kind = ? AND actor_id = ? AND client_event_id = ?`,
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
      const earlier = findEarlier.get(
        workspaceId,
        conversationId,
        actor.kind,
        actor.id,
        clientEventId,
      );
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
      insertEvent(workspaceId, columns, conversation, visitorMessages);
      updateConversation(workspaceId, before, conversation, visitorMessages);
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
    `INSERT INTO events (workspace_id, conversation_id, ${EVENT_COLUMNS}, is_visible, message_count, visitor_message_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (
    workspaceId: string,
    event: EventColumns,
    conversation: ConversationRecord,
    visitorMessages: number,
  ): void => {
    insert.run(
      workspaceId,
      conversation.id,
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
      conversation.messageCount,
      visitorMessages,
    );
  };
}

function updatingConversation(prepare: Prepare) {
  const nextChange = prepare<{ latest_change: number }>(
    'UPDATE workspaces SET latest_change = latest_change + 1 WHERE id = ? RETURNING latest_change',
  );
  const update = prepare(
    `UPDATE conversations SET status = :status, assignee = :assignee, assignee_key = :assignee_key,
       last_activity_at = :last_activity_at, applied_seq = :applied_seq, visitor_seq = :visitor_seq,
       message_count = :message_count, visitor_message_count = :visitor_message_count, last_message = :last_message,
       last_visitor_message_seq = :last_visitor_message_seq, last_team_message_seq = :last_team_message_seq,
       unanswered_count = :unanswered_count, waiting_since = :waiting_since, change = :change
     WHERE workspace_id = :workspace_id AND id = :id`,
  );
  const count = prepare(
    `INSERT INTO conversation_counts (workspace_id, status, assignee_key, count) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace_id, status, assignee_key) DO UPDATE SET count = count + excluded.count`,
  );
  return (
    workspaceId: string,
    before: ConversationRecord,
    after: ConversationRecord,
    visitorMessages: number,
  ): void => {
    const change = nextChange.get(workspaceId)?.latest_change ?? 0;
    update.run({
      workspace_id: workspaceId,
      id: after.id,
      ...foldedColumns(after, { visitorMessages, change }),
    });

    const from = [before.status, assigneeKey(before.assignee)] as const;
    const to = [after.status, assigneeKey(after.assignee)] as const;
    const wasListed = before.appliedSeq > 0;
    if (wasListed && from[0] === to[0] && from[1] === to[1]) return;
    if (wasListed) count.run(workspaceId, ...from, -1);
    count.run(workspaceId, ...to, 1);
  };
}
