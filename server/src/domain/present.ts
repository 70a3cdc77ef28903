import {
  type Actor,
  type Agent,
  type Audience,
  type Contact,
  type ContactSummary,
  type Content,
  type ConversationEvent,
  type Cursor,
  type InboxRow,
  isVisibleTo,
  type MessagePreview,
  type PresenceStatus,
  sideOf,
  TEAM_ID,
  type VisitorConversation,
  type Workspace,
} from '@alcove/protocol';
import type { AgentRecord, ConversationRecord, WorkspaceRecord } from '../storage/storage.ts';
import type { ForAudiences } from './event-publisher.ts';
import type { AgentsById } from './roster.ts';

/*
 * What goes outwards. Everything is copied field by field, so that a field added to a record stays inside until somebody
 * decides here who may see it.
 */

/** Adds an agent's public name. */
export function presentActor(actor: Actor, agents: AgentsById): Actor {
  const { kind, id } = actor;
  const name = kind === 'agent' ? agents.get(id)?.name : undefined;
  return name === undefined ? { kind, id } : { kind, id, name };
}

/** An event that was read for `audience`, so that its `prev` is already that audience's. */
export function presentEvent(
  audience: Audience,
  event: ConversationEvent,
  agents: AgentsById,
): ConversationEvent {
  const { id, conversationId, seq, prev, at, via, clientEventId } = event;
  const actor = presentActor(event.actor, agents);
  const base = { id, conversationId, seq, prev, at, actor, via, clientEventId };
  switch (event.type) {
    case 'message.created': {
      const { type, content, writtenAt, editedAt, replyTo, assigns } = event;
      return {
        ...base,
        type,
        content: presentContent(content),
        ...(writtenAt === undefined ? {} : { writtenAt }),
        ...(editedAt === undefined ? {} : { editedAt }),
        ...(replyTo === undefined ? {} : { replyTo }),
        // Who is responsible is the team's own business.
        ...(assigns === undefined || audience === 'visitor' ? {} : { assigns }),
      };
    }
    case 'message.edited': {
      const { type, messageSeq, content } = event;
      return { ...base, type, messageSeq, content: presentContent(content) };
    }
    case 'message.deleted':
      return { ...base, type: event.type, messageSeq: event.messageSeq };
    case 'conversation.assigned':
      return { ...base, type: event.type, assignee: event.assignee };
    case 'conversation.status_changed':
      return { ...base, type: event.type, status: event.status };
    default:
      return unknownEvent(base, event);
  }
}

/**
 * A newer node on the same store may have written a type that this one does not know. It keeps its place, without which
 * nobody would get past it; who may see its details only that node can say.
 */
function unknownEvent(
  base: Omit<ConversationEvent, 'type'>,
  { type }: Pick<ConversationEvent, 'type'>,
): ConversationEvent {
  return { ...base, type } as ConversationEvent;
}

/** Of a kind that only a newer node knows, nothing but the kind. */
function presentContent(content: Content): Content {
  return content.kind === 'text'
    ? { kind: content.kind, text: content.text }
    : { kind: content.kind };
}

/** An event that was just appended, for both audiences. */
export function presentAppended(
  event: ConversationEvent,
  visitorPrev: number,
  agents: AgentsById,
): ForAudiences<ConversationEvent> {
  return {
    agents: presentEvent('agents', event, agents),
    visitor: isVisibleTo('visitor', event.type)
      ? { ...presentEvent('visitor', event, agents), prev: visitorPrev }
      : null,
  };
}

/** A visitor gets its own cursor and one for the whole team; agents get all. */
export function presentCursors(
  audience: Audience,
  cursors: readonly Cursor[],
  agents: AgentsById,
): Cursor[] {
  if (audience === 'agents') return cursors.map((cursor) => presentCursor(cursor, agents));
  const own = cursors.filter(({ participant }) => sideOf(participant) === 'visitor');
  const team = mergeTeamCursors(cursors);
  return [...own, ...(team ? [team] : [])].map((cursor) => presentCursor(cursor, new Map()));
}

/** One participant's cursor. */
export function presentCursor(cursor: Cursor, agents: AgentsById): Cursor {
  const { delivered, deliveredAt, read, readAt } = cursor;
  const participant = presentActor(cursor.participant, agents);
  return { participant, delivered, deliveredAt, read, readAt };
}

/** What one of the team has read, the team has read. `null` when none of them has a cursor. */
export function mergeTeamCursors(cursors: readonly Cursor[]): Cursor | null {
  const team = cursors.filter(({ participant }) => sideOf(participant) === 'team');
  if (team.length === 0) return null;
  const [delivered] = team.toSorted((a, b) => b.delivered - a.delivered);
  const [read] = team.toSorted((a, b) => b.read - a.read);
  return {
    participant: { kind: 'agent', id: TEAM_ID },
    delivered: delivered?.delivered ?? 0,
    deliveredAt: delivered?.deliveredAt ?? null,
    read: read?.read ?? 0,
    readAt: read?.readAt ?? null,
  };
}

/** A conversation in an agent's inbox. */
export function presentInboxRow(
  row: ConversationRecord,
  extras: { contact: ContactSummary; presence: PresenceStatus; unread: number },
  agents: AgentsById,
): InboxRow {
  return {
    id: row.id,
    visitorId: row.visitorId,
    contactId: row.contactId,
    status: row.status,
    assignee: row.assignee,
    createdAt: row.createdAt,
    lastActivityAt: row.lastActivityAt,
    appliedSeq: row.appliedSeq,
    visitorSeq: row.visitorSeq,
    messageCount: row.messageCount,
    lastMessage: presentPreview(row.lastMessage, agents),
    lastMessageSeq: row.lastMessageSeq,
    unansweredCount: row.unansweredCount,
    waitingSince: row.waitingSince,
    contact: { id: extras.contact.id, name: extras.contact.name, email: extras.contact.email },
    isVisitorOnline: extras.presence === 'online',
    ...(extras.presence === 'unknown' && { isPresenceUnknown: true }),
    unread: extras.unread,
  };
}

/** A conversation as its visitor sees it. */
export function presentVisitorConversation(
  row: ConversationRecord,
  extras: { cursors: readonly Cursor[]; unread: number },
  agents: AgentsById,
): VisitorConversation {
  return {
    id: row.id,
    clientConversationId: row.clientConversationId,
    status: row.status,
    // Not the row's own: that one tells when the team did something internal.
    lastActivityAt: row.lastMessage?.at ?? row.createdAt,
    head: row.visitorSeq,
    lastMessage: presentPreview(row.lastMessage, agents),
    unread: extras.unread,
    cursors: presentCursors('visitor', extras.cursors, agents),
  };
}

/** A contact, for agents. */
export function presentContact(contact: Contact): Contact {
  const { id, name, email, page, userAgent, locale, createdAt, lastSeenAt } = contact;
  return { id, name, email, page, userAgent, locale, createdAt, lastSeenAt };
}

/** An agent, for colleagues: the address is in it. */
export function presentAgent(agent: AgentRecord): Agent {
  const { id, name, email, role, isDisabled } = agent;
  return { id, name, email, role, isDisabled };
}

/** A workspace, for its agents. */
export function presentWorkspace(workspace: WorkspaceRecord): Workspace {
  const { id, key, name, look, allowedOrigins } = workspace;
  return { id, key, name, look, allowedOrigins };
}

function presentPreview(preview: MessagePreview | null, agents: AgentsById): MessagePreview | null {
  if (!preview) return null;
  const { seq, actor, text, at, isDeleted } = preview;
  const presented = { seq, actor: presentActor(actor, agents), text, at };
  return isDeleted ? { ...presented, isDeleted } : presented;
}
