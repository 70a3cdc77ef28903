import type { AgentRole, Actor, Contact, EventType, Receipt, Via } from '@alcove/protocol';
import type {
  AccountRecord,
  AgentRecord,
  ConversationRecord,
  InvitationRecord,
  SessionRecord,
  VisitorRecord,
  WorkspaceRecord,
} from '../storage.ts';

/** A record under its id. */
type Keyed<Record extends { id: string }> = Omit<Record, 'id'> & { _id: string };

/** What belongs to a workspace names it, and is never looked for without it. */
type Owned<Record extends { id: string }> = Keyed<Record> & { workspaceId: string };

export type WorkspaceDocument = Keyed<WorkspaceRecord>;
export type AccountDocument = Keyed<AccountRecord>;
export type AgentDocument = Keyed<AgentRecord>;
export type InvitationDocument = Keyed<InvitationRecord> & { role: AgentRole };
export type ContactDocument = Owned<Contact>;
export type VisitorDocument = Owned<VisitorRecord>;

/** A session, under its token's hash. */
export type SessionDocument = Omit<SessionRecord, 'tokenHash'> & { _id: string };

/** A conversation's row, with what only the engine needs. */
export interface ConversationDocument extends Owned<ConversationRecord> {
  /** Its status once it has an event; `null` before, when no list shows it. */
  listedAs: ConversationRecord['status'] | null;
  /** Who the assignee is, in one word; empty for nobody. */
  assigneeKey: string;
  visitorMessageCount: number;
  /** The last place for which one process was slower than another; absent before that ever happened. */
  wantedSeq?: number;
  /** When the row last changed, by the database's clock; `null` before its first event. */
  changedAt: Date | null;
}

/** An entry of a log. `_id` is the event's id, so a place in a log is given out once. */
export interface EventDocument {
  _id: string;
  workspaceId: string;
  conversationId: string;
  seq: number;
  type: EventType;
  at: string;
  actor: Pick<Actor, 'kind' | 'id'>;
  via: Via;
  clientEventId: string;
  /** What this type of event has beside the fields here; as it is after later edits. */
  details: Record<string, unknown>;
  /** Fingerprint of what was said at first, by which a repeat is known. */
  said: string;
  isVisible: boolean;
  visitorPrev: number;
  /** Up to this event: the messages between two events are a subtraction. */
  messageCount: number;
  visitorMessageCount: number;
  /** `seq` of the newest edit or deletion that `details` have taken; 0 for none. */
  amendedBy: number;
  /**
   * When it was written, by the database's clock as this process knows it; the epoch for what was moved here. Nothing is
   * ordered by it.
   */
  storedAt: Date;
}

/** How far a participant has come. `_id` is `<conversation>/<kind>/<participant>`. */
export interface CursorDocument {
  _id: string;
  workspaceId: string;
  conversationId: string;
  participant: Receipt['participant'];
  delivered: number;
  deliveredAt: string | null;
  read: number;
  readAt: string | null;
}

/** One move of a cursor. `_id` is `<cursor>/<reach>:<seq, zero-padded>`, so that moves of one cursor sort by `seq`. */
export interface CursorMoveDocument {
  _id: string;
  workspaceId: string;
  at: string;
}

/** What is kept of the store itself. */
export type StoreDocument =
  | { _id: 'schema'; version: number }
  | { _id: 'check'; at: Date }
  | { _id: 'sweep'; sweptUpTo: Date }
  | { _id: 'lonely nodes'; told: number }
  | { _id: 'migration'; source: string; finishedAt: string | null };

/** The collections and what is in them. */
export interface Documents {
  workspaces: WorkspaceDocument;
  accounts: AccountDocument;
  sessions: SessionDocument;
  agents: AgentDocument;
  invitations: InvitationDocument;
  contacts: ContactDocument;
  visitors: VisitorDocument;
  conversations: ConversationDocument;
  events: EventDocument;
  cursors: CursorDocument;
  cursor_moves: CursorMoveDocument;
  store: StoreDocument;
}

export type CollectionName = keyof Documents;

/** The record of a document: its `_id` under the name that records have for it. */
export function toRecord<Document extends { _id: string }>({
  _id,
  ...rest
}: Document): Omit<Document, '_id'> & { id: string } {
  return { id: _id, ...rest };
}

/** The document of a record. */
export function toDocument<Record extends { id: string }>({ id, ...rest }: Record): Keyed<Record> {
  return { _id: id, ...rest };
}

/** A change without the fields that were not given. */
export function given<Fields extends object>(fields: Fields): Partial<Fields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Fields>;
}
