import {
  type Actor,
  type AgentHello,
  amendEvent,
  type Appended,
  type ConversationEvent,
  type ConversationRow,
  type Cursor,
  createId,
  emptyConversation,
  type EventDraft,
  eventIdOf,
  foldConversation,
  type InboxCounts,
  type InboxRow,
  type InboxView,
  isChange,
  isVisibleTo,
  PROTOCOL_VERSION,
  type Refusal,
  sideOf,
  TEAM_ID,
  type VisitorConversation,
  type VisitorHello,
} from '@alcove/protocol';

/** Who is connected. */
export interface FakeReader {
  kind: 'visitor' | 'agent';
  id: string;
}

/** A conversation of the fake server. */
export interface FakeConversation {
  row: ConversationRow;
  clientConversationId: string;
  /** As agents see them: `prev` is `seq - 1`. */
  events: ConversationEvent[];
  cursors: Cursor[];
}

/** The one agent of the fake server. */
export const FAKE_AGENT = {
  id: 'ag_test',
  name: 'Agent',
  email: 'agent@shop.example',
  role: 'owner',
  isDisabled: false,
} as const;

const VIEWS: Record<InboxView, (row: ConversationRow) => boolean> = {
  all: (row) => row.status === 'open',
  mine: (row) => row.status === 'open' && row.assignee?.agentId === FAKE_AGENT.id,
  unassigned: (row) => row.status === 'open' && !row.assignee,
  resolved: (row) => row.status === 'resolved',
};

/** Thrown by what a real server would refuse. */
export class FakeRefusal extends Error {
  readonly refusal: Refusal;

  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.refusal = { ok: false, code, message, retryable: false };
  }
}

/** The logs of one workspace, in memory. */
export class FakeWorkspace {
  readonly conversations = new Map<string, FakeConversation>();
  /** Ids of changed conversations in the order of change: an inbox cursor is a place in it. */
  readonly changes: string[] = [];
  readonly #publish: (event: ConversationEvent, conversation: FakeConversation) => void;

  /** @param publish told of every appended event. */
  constructor(publish: (event: ConversationEvent, conversation: FakeConversation) => void) {
    this.#publish = publish;
  }

  /** @throws FakeRefusal `not_found`, also for what belongs to another visitor. */
  find(id: string, reader?: FakeReader): FakeConversation {
    const conversation = this.conversations.get(id);
    const isForeign = reader?.kind === 'visitor' && conversation?.row.visitorId !== reader.id;
    if (!conversation || isForeign) {
      throw new FakeRefusal('not_found', 'There is no such conversation.');
    }
    return conversation;
  }

  open(visitorId: string, clientConversationId: string): FakeConversation {
    const id = createId('cv');
    const createdAt = new Date().toISOString();
    const row = emptyConversation({ id, visitorId, contactId: `co_${visitorId}`, createdAt });
    const conversation = { row, clientConversationId, events: [], cursors: [] };
    this.conversations.set(id, conversation);
    return conversation;
  }

  /** Appends as anybody, and publishes. */
  append(id: string, draft: EventDraft): ConversationEvent {
    const conversation = this.find(id);
    const seq = conversation.events.length + 1;
    const place = { id: eventIdOf(id, seq), conversationId: id, seq, prev: seq - 1 };
    const event: ConversationEvent = { ...draft, ...place, at: new Date().toISOString() };
    conversation.events.push(event);
    if (isChange(event)) {
      conversation.events = conversation.events.map((earlier) => amendEvent(earlier, event));
    }
    conversation.row = foldConversation(conversation.row, event);
    this.changes.push(id);
    this.#publish(event, conversation);
    return event;
  }

  /** Appends what was not appended under this client event id before. */
  appendOnce(id: string, draft: EventDraft): Appended {
    const { events } = this.find(id);
    const before = events.find(({ clientEventId }) => clientEventId === draft.clientEventId);
    const { id: eventId, seq, at } = before ?? this.append(id, draft);
    return { conversationId: id, eventId, seq, at, duplicate: !!before };
  }

  /** Appends what this reader does to their own message. @throws FakeRefusal as a real server would. */
  change(id: string, reader: FakeReader, draft: EventDraft & { messageSeq: number }): Appended {
    const { events } = this.find(id, reader);
    if (!events.some(({ clientEventId }) => clientEventId === draft.clientEventId)) {
      const message = events.find(({ seq }) => seq === draft.messageSeq);
      if (message?.type !== 'message.created') {
        throw new FakeRefusal('invalid', 'There is no such message.');
      }
      if (message.actor.id !== reader.id) {
        throw new FakeRefusal('forbidden', 'Only its author can change a message.');
      }
      if (message.content.kind === 'deleted') {
        throw new FakeRefusal('conflict', 'This message was deleted.');
      }
    }
    return this.appendOnce(id, draft);
  }

  /** A message of the team. */
  say(id: string, text: string): ConversationEvent {
    return this.append(id, messageBy(actorOf({ kind: 'agent', id: FAKE_AGENT.id }), text));
  }

  /** A message of the visitor whose conversation it is. */
  hear(id: string, text: string): ConversationEvent {
    const { visitorId } = this.find(id).row;
    return this.append(id, messageBy({ kind: 'visitor', id: visitorId }, text));
  }

  /** The log as this reader may see it. */
  logFor(reader: FakeReader, id: string): ConversationEvent[] {
    const { events } = this.find(id, reader);
    if (reader.kind === 'agent') return events;
    let prev = 0;
    return events.flatMap((event) => {
      if (!isVisibleTo('visitor', event.type)) return [];
      const seen = { ...event, prev };
      prev = event.seq;
      return seen;
    });
  }

  /** Rows of a view, latest activity first. */
  inbox(view: InboxView): InboxRow[] {
    return [...this.conversations.values()]
      .filter(({ row }) => row.appliedSeq > 0 && VIEWS[view](row))
      .map((conversation) => this.inboxRow(conversation))
      .sort((a, b) => placeOf(b).localeCompare(placeOf(a)));
  }

  counts(): InboxCounts {
    const count = (view: InboxView) => this.inbox(view).length;
    return {
      all: count('all'),
      mine: count('mine'),
      unassigned: count('unassigned'),
      resolved: count('resolved'),
    };
  }

  inboxRow(conversation: FakeConversation): InboxRow {
    const { row } = conversation;
    const contact = { id: row.contactId, name: null, email: null };
    const unread = countUnread(conversation, { kind: 'agent', id: FAKE_AGENT.id });
    return { ...row, contact, isVisitorOnline: true, unread };
  }

  helloFor(reader: FakeReader): VisitorHello | AgentHello {
    const common = { protocol: PROTOCOL_VERSION, serverTime: new Date().toISOString() };
    if (reader.kind === 'visitor') {
      const own = [...this.conversations.values()].filter(
        ({ row }) => row.visitorId === reader.id && row.appliedSeq > 0,
      );
      const conversations = own.map((conversation) => this.#summary(reader, conversation));
      return { ...common, visitorId: reader.id, conversations, isTeamOnline: true };
    }
    const look = { colour: '#0b6b62', side: 'end', theme: 'auto' } as const;
    return {
      ...common,
      agent: FAKE_AGENT,
      workspace: { id: 'ws_test', key: 'wk_test', name: 'Shop', look, allowedOrigins: [] },
      agents: [FAKE_AGENT],
      onlineAgentIds: [FAKE_AGENT.id],
      actor: actorOf(reader),
    };
  }

  #summary(reader: FakeReader, conversation: FakeConversation): VisitorConversation {
    const { row, clientConversationId, cursors } = conversation;
    return {
      id: row.id,
      clientConversationId,
      status: row.status,
      lastActivityAt: row.lastActivityAt,
      head: this.logFor(reader, row.id).at(-1)?.seq ?? 0,
      lastMessage: row.lastMessage,
      unread: countUnread(conversation, reader),
      cursors: cursors.map((cursor) =>
        sideOf(cursor.participant) === 'team'
          ? { ...cursor, participant: { kind: 'agent', id: TEAM_ID } }
          : cursor,
      ),
    };
  }
}

/** A reader as others see it. */
export function actorOf(reader: FakeReader): Actor {
  return reader.kind === 'agent' ? { ...reader, name: FAKE_AGENT.name } : reader;
}

/** Where a row stands in the inbox; later places sort higher. */
export function placeOf(row: ConversationRow): string {
  return `${row.lastActivityAt} ${row.id}`;
}

function messageBy(actor: Actor, text: string): EventDraft {
  const via = actor.kind === 'visitor' ? 'widget' : 'console';
  const clientEventId = createId('cl');
  return { type: 'message.created', actor, via, clientEventId, content: { kind: 'text', text } };
}

function countUnread({ row, events, cursors }: FakeConversation, reader: FakeReader): number {
  const side = sideOf(reader);
  const read = cursors.find(({ participant }) => participant.id === reader.id)?.read ?? 0;
  const floor = Math.max(read, row.lastMessageSeq[side]);
  return events.filter(
    ({ seq, type, actor }) => seq > floor && type === 'message.created' && sideOf(actor) !== side,
  ).length;
}
