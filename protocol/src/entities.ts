/** Who can take part in a conversation. `system` acts for the workspace itself. */
export type ActorKind = 'visitor' | 'agent' | 'bot' | 'system';

/** The two sides of a conversation: the visitor, and everybody who answers. */
export type Side = 'visitor' | 'team';

/** Who did something. The server adds the public `name` of agents and bots when it sends an actor out. */
export interface Actor {
  kind: ActorKind;
  id: string;
  name?: string;
}

/** The side that an actor speaks for. */
export function sideOf(actor: Pick<Actor, 'kind'>): Side {
  return actor.kind === 'visitor' ? 'visitor' : 'team';
}

/** What a participant can say. */
export type SendableContent = { kind: 'text'; text: string };

/**
 * What a message says; `deleted` is all that is left of one that its author took back. More kinds will follow; readers
 * show an unknown kind as unsupported.
 */
export type Content = SendableContent | { kind: 'deleted' };

/** The door that an event came in by. */
export type Via = 'widget' | 'console' | 'api' | 'email';

/** Where a conversation stands. */
export type ConversationStatus = 'open' | 'snoozed' | 'resolved';

/** Who is responsible for a conversation. */
export interface Assignee {
  agentId?: string;
  teamId?: string;
}

/** The newest message of a conversation, shortened for lists. */
export interface MessagePreview {
  seq: number;
  actor: Actor;
  /** Empty when the message was deleted. */
  text: string;
  /** ISO 8601. */
  at: string;
  isDeleted?: true;
}

/** What a conversation's log adds up to: the fold of its events, see `foldConversation`. */
export interface ConversationRow {
  id: string;
  visitorId: string;
  contactId: string;
  status: ConversationStatus;
  assignee: Assignee | null;
  /** ISO 8601. */
  createdAt: string;
  /** Time of the newest event, ISO 8601. Orders the inbox. */
  lastActivityAt: string;
  /** `seq` of the newest event folded in; 0 before the first. */
  appliedSeq: number;
  /** `seq` of the newest event that the visitor may see; the `prev` of the visitor's next one. */
  visitorSeq: number;
  messageCount: number;
  lastMessage: MessagePreview | null;
  /** `seq` of each side's newest message; 0 for none. */
  lastMessageSeq: Record<Side, number>;
  /** The visitor's messages since the team last wrote. */
  unansweredCount: number;
  /** Since when the visitor has been waiting for an answer, ISO 8601. */
  waitingSince: string | null;
}

/** The person whom a workspace remembers, as far as lists need it. */
export interface ContactSummary {
  id: string;
  name: string | null;
  email: string | null;
}

/** Everything that the contact panel shows. */
export interface Contact extends ContactSummary {
  /** The page the visitor is on, or was on last. */
  page: Page | null;
  /** The browser's `User-Agent`, cut to 300 characters. */
  userAgent: string | null;
  /** BCP 47 language tag of the browser. */
  locale: string | null;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601. */
  lastSeenAt: string;
}

/** A page of the host site. */
export interface Page {
  url: string;
  title: string;
}

/** A conversation in an agent's inbox. */
export interface InboxRow extends ConversationRow {
  contact: ContactSummary;
  isVisitorOnline: boolean;
  /** Nobody can tell whether the visitor is online: the server's nodes do not hear one another. */
  isPresenceUnknown?: true;
  /** Messages of the visitor above this agent's read cursor and the team's last message, at most `WIRE_LIMITS.unreadCount`. */
  unread: number;
}

/** A conversation as its visitor sees it. */
export interface VisitorConversation {
  id: string;
  /** The id under which the visitor's browser opened it. */
  clientConversationId: string;
  status: ConversationStatus;
  /** ISO 8601. */
  lastActivityAt: string;
  /** `seq` of the newest event that the visitor may see. */
  head: number;
  lastMessage: MessagePreview | null;
  unread: number;
  cursors: Cursor[];
}

/**
 * How far a participant has received and read a conversation. Both only move forward; `read <= delivered`, which is at
 * most the newest event that both sides see.
 */
export interface Cursor {
  /** A visitor sees the whole team as one participant with the id `team`. */
  participant: Actor;
  delivered: number;
  /** When `delivered` last moved, ISO 8601. */
  deliveredAt: string | null;
  read: number;
  /** When `read` last moved, ISO 8601. */
  readAt: string | null;
}

/** When a participant first had a message; the times come from the moves of its cursor. */
export interface Receipt {
  participant: Actor;
  /** ISO 8601. */
  deliveredAt: string | null;
  /** ISO 8601. */
  readAt: string | null;
}

/** The id under which visitors see the team in cursors and presence. */
export const TEAM_ID = 'team';

/** What an agent may do. `owner` and `admin` manage agents and settings. */
export type AgentRole = 'owner' | 'admin' | 'agent';

/** An account's membership in one workspace. */
export interface Agent {
  id: string;
  name: string;
  email: string;
  role: AgentRole;
  isDisabled: boolean;
}

/** An agent who was invited and has not come yet. The link itself is shown once, when the invitation is made. */
export interface Invitation {
  id: string;
  role: AgentRole;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** Which edge of the page the launcher keeps to, in the page's writing direction. */
export type WidgetSide = 'start' | 'end';

/** `auto` follows the visitor's system. */
export type WidgetTheme = 'light' | 'dark' | 'auto';

/** How a workspace's widget looks. */
export interface WidgetLook {
  /** The brand colour, `#rrggbb`. */
  colour: string;
  side: WidgetSide;
  theme: WidgetTheme;
}

/** A tenant, as its agents see it. */
export interface Workspace {
  id: string;
  /** The public key that stands in the tag, `wk_…`. */
  key: string;
  name: string;
  look: WidgetLook;
  /**
   * Origins on which the widget may run, exact (`https://shop.example`) or with a leading label wildcard
   * (`https://*.shop.example`). Empty: the server's own origin and localhost.
   */
  allowedOrigins: string[];
}

/** The inbox's views. `all`, `mine` and `unassigned` hold open conversations. */
export type InboxView = 'all' | 'mine' | 'unassigned' | 'resolved';

/** How many conversations each view holds. */
export type InboxCounts = Record<InboxView, number>;

/** Whether somebody is there. `unknown` while the server itself cannot tell. */
export type PresenceStatus = 'online' | 'offline' | 'unknown';
