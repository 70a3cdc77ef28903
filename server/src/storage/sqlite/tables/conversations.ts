import type { Assignee, ConversationStatus } from '@alcove/protocol';
import type { ConversationRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';

/** A row of `conversations`. */
export interface ConversationColumns extends FoldedColumns {
  number: number;
  id: string;
  visitor_id: string;
  contact_id: string;
  client_conversation_id: string;
  created_at: string;
}

/** What an event changes in a row. */
interface FoldedColumns {
  status: ConversationStatus;
  assignee: string | null;
  assignee_key: string;
  last_activity_at: string;
  applied_seq: number;
  visitor_seq: number;
  message_count: number;
  visitor_message_count: number;
  last_message: string | null;
  last_visitor_message_seq: number;
  last_team_message_seq: number;
  unanswered_count: number;
  waiting_since: string | null;
  change: number;
}

/** The columns that opening sets, beside the workspace's. */
export const OPENED_COLUMNS = [
  'id',
  'visitor_id',
  'contact_id',
  'client_conversation_id',
  'created_at',
];

/** The columns that an event changes, in the order of `foldedValues`. */
export const FOLDED_COLUMNS = [
  'status',
  'assignee',
  'assignee_key',
  'last_activity_at',
  'applied_seq',
  'visitor_seq',
  'message_count',
  'visitor_message_count',
  'last_message',
  'last_visitor_message_seq',
  'last_team_message_seq',
  'unanswered_count',
  'waiting_since',
  'change',
] as const satisfies (keyof FoldedColumns)[];

/** The columns that `toConversation` reads. */
export const CONVERSATION_COLUMNS = ['number', ...OPENED_COLUMNS, ...FOLDED_COLUMNS].join(', ');

/** SQL for the number of the conversation whose workspace and id come next among the parameters. */
export const CONVERSATION_NUMBER =
  '(SELECT number FROM conversations WHERE workspace_id = ? AND id = ?)';

/** `assigneeKey` of a conversation that nobody is responsible for. */
export const NOBODY = '';

const SELECT_CONVERSATION = `SELECT ${CONVERSATION_COLUMNS} FROM conversations WHERE workspace_id = ? AND id = ?`;

/** What is read of conversations; views over many of them are in `inbox.ts`. */
export function conversationReads(prepare: Prepare) {
  const byId = prepare<ConversationColumns>(SELECT_CONVERSATION);
  const ofVisitor = prepare<ConversationColumns>(
    `SELECT ${CONVERSATION_COLUMNS} FROM conversations
     WHERE workspace_id = ? AND visitor_id = ? AND applied_seq > 0
     ORDER BY last_activity_at DESC, id DESC LIMIT ?`,
  );
  const conversation = (workspaceId: string, conversationId: string): ConversationRecord | null => {
    const row = byId.get(workspaceId, conversationId);
    return row === undefined ? null : toConversation(row);
  };
  return {
    conversation,
    conversations: (workspaceId: string, conversationIds: readonly string[]) =>
      conversationIds.flatMap((id) => conversation(workspaceId, id) ?? []),
    conversationsOfVisitor: (workspaceId: string, visitorId: string, limit: number) =>
      ofVisitor.all(workspaceId, visitorId, limit).map(toConversation),
  };
}

/** The record of a row. */
export function toConversation(row: ConversationColumns): ConversationRecord {
  return {
    id: row.id,
    visitorId: row.visitor_id,
    contactId: row.contact_id,
    clientConversationId: row.client_conversation_id,
    createdAt: row.created_at,
    status: row.status,
    assignee: row.assignee === null ? null : JSON.parse(row.assignee),
    lastActivityAt: row.last_activity_at,
    appliedSeq: row.applied_seq,
    visitorSeq: row.visitor_seq,
    messageCount: row.message_count,
    lastMessage: row.last_message === null ? null : JSON.parse(row.last_message),
    lastMessageSeq: { visitor: row.last_visitor_message_seq, team: row.last_team_message_seq },
    unansweredCount: row.unanswered_count,
    waitingSince: row.waiting_since,
  };
}

/** What an event changes in a row, with what a row keeps for the engine alone. */
export function foldedColumns(
  conversation: ConversationRecord,
  { visitorMessages, change }: { visitorMessages: number; change: number },
): FoldedColumns {
  return {
    status: conversation.status,
    assignee: toJson(conversation.assignee),
    assignee_key: assigneeKey(conversation.assignee),
    last_activity_at: conversation.lastActivityAt,
    applied_seq: conversation.appliedSeq,
    visitor_seq: conversation.visitorSeq,
    message_count: conversation.messageCount,
    visitor_message_count: visitorMessages,
    last_message: toJson(conversation.lastMessage),
    last_visitor_message_seq: conversation.lastMessageSeq.visitor,
    last_team_message_seq: conversation.lastMessageSeq.team,
    unanswered_count: conversation.unansweredCount,
    waiting_since: conversation.waitingSince,
    change,
  };
}

/** The parameters for `FOLDED_COLUMNS`. */
export function foldedValues(columns: FoldedColumns): (string | number | null)[] {
  return FOLDED_COLUMNS.map((column) => columns[column]);
}

/** Who is responsible, as one indexable word. Ids carry their kind in their prefix, so an agent is never taken for a team. */
export function assigneeKey(assignee: Assignee | null): string {
  return assignee?.agentId ?? assignee?.teamId ?? NOBODY;
}

function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
