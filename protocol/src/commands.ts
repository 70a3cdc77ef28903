import type {
  Actor,
  Agent,
  Assignee,
  Contact,
  Cursor,
  InboxCounts,
  InboxRow,
  InboxView,
  Page,
  Receipt,
  SendableContent,
  VisitorConversation,
  Workspace,
} from './entities.ts';
import type { ConversationEvent } from './events.ts';

/** Names a conversation: by its id, or by the id under which the visitor's first message opens it. */
export type ConversationReference =
  | { conversationId: string; clientConversationId?: undefined }
  | { clientConversationId: string; conversationId?: undefined };

/** `message.send` */
export type SendMessage = ConversationReference & {
  clientMessageId: string;
  content: SendableContent;
  /** The `seq` of the message that this one answers. */
  replyTo?: number;
  /** The author's clock, ISO 8601. Says nothing about whether two sends are the same. */
  writtenAt?: string;
  /** Agents only: take the conversation in the same act. */
  assigns?: Assignee;
};

/** A positive ack means that the event survives a crash. `duplicate`: it was stored by an earlier try. */
export interface Appended {
  conversationId: string;
  eventId: string;
  seq: number;
  /** The server's time of the event, ISO 8601. */
  at: string;
  duplicate: boolean;
}

/** `message.edit`: other words for one's own message. */
export interface EditMessage {
  conversationId: string;
  clientEventId: string;
  messageSeq: number;
  content: SendableContent;
}

/** `message.delete`: takes one's own message back. */
export interface DeleteMessage {
  conversationId: string;
  clientEventId: string;
  messageSeq: number;
}

/** `sync`: the events above `since`. */
export interface Sync {
  conversationId: string;
  since: number;
  limit?: number;
}

/** With `reset` the gap was too wide: drop the local log and keep these newest events instead. */
export interface SyncResult {
  events: ConversationEvent[];
  /** `seq` of the newest event in the reader's audience. */
  head: number;
  more: boolean;
  reset?: true;
  cursors: Cursor[];
}

/** `history`: the page of events below `before`; without it the newest page. */
export interface History {
  conversationId: string;
  before?: number;
  limit?: number;
}

/** Events in `seq` order. The first one's `prev` is 0 when nothing older exists. */
export interface HistoryResult {
  events: ConversationEvent[];
  head: number;
  cursors: Cursor[];
}

/** `heads`: the newest `seq` of these conversations; those that the reader may not see are left out. */
export interface Heads {
  conversationIds: string[];
}

/** Newest `seq` in the reader's audience, by conversation id. */
export interface HeadsResult {
  heads: Record<string, number>;
}

/** `cursor.advance`: never moves back, and not beyond the newest event. */
export interface AdvanceCursor {
  conversationId: string;
  delivered?: number;
  read?: number;
}

/** One's own cursor as it stands now. */
export interface CursorResult {
  cursor: Cursor;
}

/** `typing.set` */
export interface SetTyping {
  conversationId: string;
  isTyping: boolean;
}

/** `session.renew`: replaces the token of an open connection. */
export interface RenewSession {
  accessToken: string;
}

/** `contact.identify`: what the site says of its visitor, without proof. `null` clears a field. */
export interface IdentifyContact {
  name?: string | null;
  email?: string | null;
}

/** `page.visit`: where the visitor is. */
export type VisitPage = Page;

/** `conversation.assign`: to an agent, or to nobody. */
export interface AssignConversation {
  conversationId: string;
  clientEventId: string;
  assignee: Assignee | null;
}

/** `conversation.resolve` and `conversation.reopen` */
export interface ChangeStatus {
  conversationId: string;
  clientEventId: string;
}

/** `inbox.list`: a page of a view, latest activity first; `before` is the `next` of the page above. */
export interface ListInbox {
  view: InboxView;
  before?: string;
  limit?: number;
}

/** `cursor` was taken before the rows were read: `inbox.sync` from it misses nothing. */
export interface ListInboxResult {
  rows: InboxRow[];
  next: string | null;
  cursor: string;
  counts: InboxCounts;
}

/** `inbox.sync`: rows that changed since the opaque `cursor`; never misses one and may repeat. */
export interface SyncInbox {
  cursor: string;
}

export interface SyncInboxResult {
  rows: InboxRow[];
  cursor: string;
  more: boolean;
  counts: InboxCounts;
}

/** `inbox.get`: these conversations' rows, whatever view they are in; ids that do not exist are left out. */
export interface GetInboxRows {
  conversationIds: string[];
}

/** In no particular order. */
export interface InboxRowsResult {
  rows: InboxRow[];
}

/** `receipt.get`: how a message travelled. */
export interface GetReceipt {
  conversationId: string;
  messageSeq: number;
}

/** The story of one message. */
export interface MessageReceipt {
  seq: number;
  actor: Actor;
  /** The author's clock, ISO 8601; `null` when the client did not say. */
  writtenAt: string | null;
  /** When it became durable, ISO 8601. */
  storedAt: string;
  /** Everybody but the author who ever received something of this conversation, the message perhaps not yet. */
  receipts: Receipt[];
}

export interface ReceiptResult {
  receipt: MessageReceipt;
}

/** `contact.get` */
export interface GetContact {
  contactId: string;
}

/** The contact as it is now. */
export interface ContactResult {
  contact: Contact;
}

/** What a visitor may ask: command name, then its payload and its answer. */
export interface VisitorCommands {
  'hello.get': { payload: Record<never, never>; result: VisitorHello };
  'message.send': { payload: SendMessage; result: Appended };
  'message.edit': { payload: EditMessage; result: Appended };
  'message.delete': { payload: DeleteMessage; result: Appended };
  sync: { payload: Sync; result: SyncResult };
  history: { payload: History; result: HistoryResult };
  heads: { payload: Heads; result: HeadsResult };
  'cursor.advance': { payload: AdvanceCursor; result: CursorResult };
  'typing.set': { payload: SetTyping; result: Record<never, never> };
  'session.renew': { payload: RenewSession; result: SessionRenewed };
  'contact.identify': { payload: IdentifyContact; result: ContactIdentified };
  'page.visit': { payload: VisitPage; result: Record<never, never> };
}

/** What an agent may ask. */
export interface AgentCommands {
  'hello.get': { payload: Record<never, never>; result: AgentHello };
  'message.send': { payload: SendMessage; result: Appended };
  'message.edit': { payload: EditMessage; result: Appended };
  'message.delete': { payload: DeleteMessage; result: Appended };
  sync: { payload: Sync; result: SyncResult };
  history: { payload: History; result: HistoryResult };
  heads: { payload: Heads; result: HeadsResult };
  'cursor.advance': { payload: AdvanceCursor; result: CursorResult };
  'typing.set': { payload: SetTyping; result: Record<never, never> };
  'session.renew': { payload: RenewSession; result: SessionRenewed };
  'conversation.assign': { payload: AssignConversation; result: Appended };
  'conversation.resolve': { payload: ChangeStatus; result: Appended };
  'conversation.reopen': { payload: ChangeStatus; result: Appended };
  'inbox.list': { payload: ListInbox; result: ListInboxResult };
  'inbox.sync': { payload: SyncInbox; result: SyncInboxResult };
  'inbox.get': { payload: GetInboxRows; result: InboxRowsResult };
  'contact.get': { payload: GetContact; result: ContactResult };
  'receipt.get': { payload: GetReceipt; result: ReceiptResult };
}

/** When the new token ends. */
export interface SessionRenewed {
  /** ISO 8601. */
  expiresAt: string;
}

/** What the workspace now knows of the visitor. */
export interface ContactIdentified {
  name: string | null;
  email: string | null;
}

/** `auth` of the Socket.IO handshake, for both namespaces. */
export interface Handshake {
  protocol: number;
  accessToken: string;
  /** Visitors only: the page they are on. */
  page?: Page;
}

/** The server's first frame to a visitor, sent after its rooms were joined; and the answer to `hello.get`. */
export interface VisitorHello {
  protocol: number;
  /** ISO 8601. */
  serverTime: string;
  visitorId: string;
  conversations: VisitorConversation[];
  isTeamOnline: boolean;
}

/** The server's first frame to an agent, and the answer to `hello.get`. */
export interface AgentHello {
  protocol: number;
  /** ISO 8601. */
  serverTime: string;
  agent: Agent;
  workspace: Workspace;
  /** Colleagues, this agent included. */
  agents: Agent[];
  /** Ids of the agents who are online. */
  onlineAgentIds: string[];
  /** Of these nobody can tell, since nodes do not hear one another; left out when there are none. All others are offline. */
  unknownAgentIds?: string[];
  /** Actor of this agent as others see it. */
  actor: Actor;
}

/** The Socket.IO namespaces. */
export const NAMESPACES = { visitor: '/visitor', agent: '/agent' } as const;

/**
 * Names of the frames that the server sends by itself. Commands travel under their own names. `refused` carries the
 * `Refusal` of what could not be answered by an ack: a command sent without a callback, a `hello` that failed.
 */
export const SERVER_FRAMES = {
  hello: 'hello',
  event: 'event',
  signal: 'signal',
  refused: 'refused',
} as const;
