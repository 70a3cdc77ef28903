import {
  type Ack,
  type Actor,
  type AgentCommands,
  type AgentHello,
  type Appended,
  type ConversationEvent,
  type ConversationRow,
  type Cursor,
  createId,
  emptyConversation,
  type EventDraft,
  eventIdOf,
  foldConversation,
  type InboxRow,
  isVisibleTo,
  PROTOCOL_VERSION,
  type Refusal,
  sideOf,
  TEAM_ID,
  type VisitorCommands,
  type VisitorHello,
  WIRE_LIMITS,
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

type Commands = VisitorCommands & AgentCommands;
type Handlers = {
  [Name in keyof Commands]?: (
    reader: FakeReader,
    payload: Commands[Name]['payload'],
  ) => Commands[Name]['result'];
};

/** The one agent and workspace of the fake server. */
export const FAKE_AGENT = {
  id: 'ag_test',
  name: 'Agent',
  email: 'agent@shop.example',
  role: 'owner',
  isDisabled: false,
} as const;
const FAKE_WORKSPACE = {
  id: 'ws_test',
  key: 'wk_test',
  name: 'Shop',
  look: { colour: '#0b6b62', side: 'end', theme: 'auto' },
  allowedOrigins: [],
} as const;

/** The logs of a workspace, in memory. */
export interface FakeWorkspace {
  readonly conversations: ReadonlyMap<string, FakeConversation>;
  /** Appends as anybody; what a push would bring is handed to the publisher. */
  append(conversationId: string, draft: EventDraft): ConversationEvent;
  /** A message of the team. */
  say(conversationId: string, text: string): ConversationEvent;
  /** A conversation of this visitor with `count` messages, alternating, that nobody was told of. */
  seed(visitorId: string, count: number): FakeConversation;
  /** The log as this reader may see it. */
  logFor(reader: FakeReader, conversationId: string): ConversationEvent[];
}

/** @param publish told of every appended event. */
export function createFakeWorkspace(
  publish: (event: ConversationEvent, conversation: FakeConversation) => void,
): FakeWorkspace & {
  execute(reader: FakeReader, name: string, payload: unknown): Ack<object>;
  helloFor(reader: FakeReader): VisitorHello | AgentHello;
} {
  const conversations = new Map<string, FakeConversation>();
  /** Ids of changed conversations, in the order of change: the inbox cursor is a place in it. */
  const changes: string[] = [];

  function open(visitorId: string, clientConversationId: string): FakeConversation {
    const id = createId('cv');
    const createdAt = new Date().toISOString();
    const row = emptyConversation({ id, visitorId, contactId: `co_${visitorId}`, createdAt });
    const conversation = { row, clientConversationId, events: [], cursors: [] };
    conversations.set(id, conversation);
    return conversation;
  }

  function find(id: string, reader?: FakeReader): FakeConversation {
    const conversation = conversations.get(id);
    if (!conversation || (reader?.kind === 'visitor' && conversation.row.visitorId !== reader.id)) {
      throw refusal('not_found', 'There is no such conversation.');
    }
    return conversation;
  }

  function append(id: string, draft: EventDraft): ConversationEvent {
    const conversation = find(id);
    const seq = conversation.events.length + 1;
    const place = { id: eventIdOf(id, seq), conversationId: id, seq, prev: seq - 1 };
    const event: ConversationEvent = { ...draft, ...place, at: new Date().toISOString() };
    conversation.events.push(event);
    conversation.row = foldConversation(conversation.row, event);
    changes.push(id);
    publish(event, conversation);
    return event;
  }

  function message(actor: Actor, text: string, clientEventId = createId('cl')): EventDraft {
    const via = actor.kind === 'visitor' ? 'widget' : 'console';
    return { type: 'message.created', actor, via, clientEventId, content: { kind: 'text', text } };
  }

  function logFor(reader: FakeReader, id: string): ConversationEvent[] {
    const { events } = find(id, reader);
    if (reader.kind === 'agent') return events;
    let prev = 0;
    return events.flatMap((event) => {
      if (!isVisibleTo('visitor', event.type)) return [];
      const seen = { ...event, prev };
      prev = event.seq;
      return seen;
    });
  }

  function once(reader: FakeReader, id: string, draft: EventDraft): Appended {
    const before = find(id, reader).events.find(
      (event) => event.clientEventId === draft.clientEventId,
    );
    const { id: eventId, seq, at } = before ?? append(id, draft);
    return { conversationId: id, eventId, seq, at, duplicate: !!before };
  }

  function toInboxRow({ row, cursors }: FakeConversation): InboxRow {
    const read = cursors.find(({ participant }) => participant.id === FAKE_AGENT.id)?.read ?? 0;
    const floor = Math.max(read, row.lastMessageSeq.team);
    const unread = find(row.id).events.filter(
      ({ seq, type, actor }) =>
        seq > floor && type === 'message.created' && actor.kind === 'visitor',
    ).length;
    const contact = { id: row.contactId, name: null, email: null };
    return { ...row, contact, isVisitorOnline: true, unread };
  }

  const views = {
    all: ({ row }: FakeConversation) => row.status === 'open',
    mine: ({ row }: FakeConversation) =>
      row.status === 'open' && row.assignee?.agentId === FAKE_AGENT.id,
    unassigned: ({ row }: FakeConversation) => row.status === 'open' && !row.assignee,
    resolved: ({ row }: FakeConversation) => row.status === 'resolved',
  };
  const counts = () => {
    const all = [...conversations.values()];
    return {
      all: all.filter(views.all).length,
      mine: all.filter(views.mine).length,
      unassigned: all.filter(views.unassigned).length,
      resolved: all.filter(views.resolved).length,
    };
  };
  const headOf = (reader: FakeReader, id: string) => logFor(reader, id).at(-1)?.seq ?? 0;
  const actorOf = (reader: FakeReader): Actor =>
    reader.kind === 'agent' ? { ...reader, name: FAKE_AGENT.name } : reader;

  const handlers: Handlers = {
    'message.send'(reader, { conversationId, clientConversationId, ...rest }) {
      const existing = [...conversations.values()].find(
        (one) =>
          one.row.visitorId === reader.id && one.clientConversationId === clientConversationId,
      );
      const id =
        conversationId ?? existing?.row.id ?? open(reader.id, clientConversationId ?? '').row.id;
      const { content, clientMessageId, assigns } = rest;
      const actor = actorOf(reader);
      const via = reader.kind === 'agent' ? 'console' : 'widget';
      const clientEventId = clientMessageId;
      return once(reader, id, {
        type: 'message.created',
        actor,
        via,
        clientEventId,
        content,
        assigns,
      });
    },
    sync(reader, { conversationId, since, limit = WIRE_LIMITS.pageSize }) {
      const log = logFor(reader, conversationId);
      const head = log.at(-1)?.seq ?? 0;
      const { cursors } = find(conversationId);
      const missed = log.filter(({ seq }) => seq > since);
      if (missed.length > WIRE_LIMITS.resetGap) {
        return { events: log.slice(-limit), head, more: false, reset: true, cursors };
      }
      return { events: missed.slice(0, limit), head, more: missed.length > limit, cursors };
    },
    history(reader, { conversationId, before = Infinity, limit = WIRE_LIMITS.pageSize }) {
      const log = logFor(reader, conversationId);
      const events = log.filter(({ seq }) => seq < before).slice(-limit);
      return { events, head: log.at(-1)?.seq ?? 0, cursors: find(conversationId).cursors };
    },
    heads: (reader, { conversationIds }) => ({
      heads: Object.fromEntries(
        conversationIds.filter((id) => conversations.has(id)).map((id) => [id, headOf(reader, id)]),
      ),
    }),
    'cursor.advance'(reader, { conversationId, delivered = 0, read = 0 }) {
      const conversation = find(conversationId, reader);
      const old = conversation.cursors.find(({ participant }) => participant.id === reader.id);
      const at = new Date().toISOString();
      const cursor: Cursor = {
        participant: actorOf(reader),
        delivered: Math.max(old?.delivered ?? 0, delivered, read),
        deliveredAt: at,
        read: Math.max(old?.read ?? 0, read),
        readAt: read > (old?.read ?? 0) ? at : (old?.readAt ?? null),
      };
      conversation.cursors = [...conversation.cursors.filter((one) => one !== old), cursor];
      return { cursor };
    },
    'typing.set': () => ({}),
    'session.renew': () => ({ expiresAt: new Date(Date.now() + 15 * 60_000).toISOString() }),
    'contact.identify': (_, { name = null, email = null }) => ({ name, email }),
    'page.visit': () => ({}),
    'conversation.assign': (reader, { conversationId, clientEventId, assignee }) =>
      once(reader, conversationId, {
        type: 'conversation.assigned',
        actor: actorOf(reader),
        via: 'console',
        clientEventId,
        assignee,
      }),
    'conversation.resolve': (reader, { conversationId, clientEventId }) =>
      once(reader, conversationId, {
        type: 'conversation.status_changed',
        actor: actorOf(reader),
        via: 'console',
        clientEventId,
        status: 'resolved',
      }),
    'conversation.reopen': (reader, { conversationId, clientEventId }) =>
      once(reader, conversationId, {
        type: 'conversation.status_changed',
        actor: actorOf(reader),
        via: 'console',
        clientEventId,
        status: 'open',
      }),
    'inbox.list'(_, { view, before = '~', limit = WIRE_LIMITS.pageSize }) {
      const rows = [...conversations.values()]
        .filter(views[view])
        .map(toInboxRow)
        .filter((row) => placeOf(row) < before)
        .sort((a, b) => placeOf(b).localeCompare(placeOf(a)));
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = rows.length > limit && last ? placeOf(last) : null;
      return { rows: page, next, cursor: String(changes.length), counts: counts() };
    },
    'inbox.sync'(_, { cursor }) {
      const ids = new Set(changes.slice(Number(cursor)));
      const rows = [...ids].map((id) => toInboxRow(find(id)));
      return { rows, cursor: String(changes.length), more: false, counts: counts() };
    },
    'inbox.get': (_, { conversationIds }) => ({
      rows: conversationIds.flatMap((id) => {
        const conversation = conversations.get(id);
        return conversation ? toInboxRow(conversation) : [];
      }),
    }),
    'contact.get': (_, { contactId }) => ({
      contact: {
        id: contactId,
        name: null,
        email: null,
        page: null,
        userAgent: null,
        locale: null,
        createdAt: new Date().toISOString(),
        lastSeenAt: new Date().toISOString(),
      },
    }),
  };

  return {
    conversations,
    append,
    logFor,
    say: (id, text) => append(id, message(actorOf({ kind: 'agent', id: FAKE_AGENT.id }), text)),
    seed(visitorId, count) {
      const conversation = open(visitorId, createId('cl'));
      const visitor: Actor = { kind: 'visitor', id: visitorId };
      const agent = actorOf({ kind: 'agent', id: FAKE_AGENT.id });
      for (let n = 1; n <= count; n++) {
        append(conversation.row.id, message(n % 2 ? visitor : agent, `message ${n}`));
      }
      return conversation;
    },
    execute(reader, name, payload) {
      const handle = handlers[name as keyof Commands] as
        | ((reader: FakeReader, payload: unknown) => object)
        | undefined;
      try {
        if (!handle) throw refusal('invalid', `There is no command ${name}.`);
        return { ok: true, ...handle(reader, payload) };
      } catch (error) {
        return error instanceof RefusedError
          ? error.refusal
          : refusal('invalid', String(error)).refusal;
      }
    },
    helloFor(reader) {
      const serverTime = new Date().toISOString();
      const common = { protocol: PROTOCOL_VERSION, serverTime };
      if (reader.kind === 'agent') {
        return {
          ...common,
          agent: FAKE_AGENT,
          workspace: { ...FAKE_WORKSPACE, allowedOrigins: [] },
          agents: [FAKE_AGENT],
          onlineAgentIds: [FAKE_AGENT.id],
          actor: actorOf(reader),
        };
      }
      const own = [...conversations.values()].filter(
        ({ row }) => row.visitorId === reader.id && row.appliedSeq > 0,
      );
      const summaries = own.map(({ row, clientConversationId, cursors, events }) => {
        const read = cursors.find(({ participant }) => participant.id === reader.id)?.read ?? 0;
        const floor = Math.max(read, row.lastMessageSeq.visitor);
        return {
          id: row.id,
          clientConversationId,
          status: row.status,
          lastActivityAt: row.lastActivityAt,
          head: headOf(reader, row.id),
          lastMessage: row.lastMessage,
          unread: events.filter(
            ({ seq, type, actor }) =>
              seq > floor && type === 'message.created' && sideOf(actor) === 'team',
          ).length,
          cursors: cursors.map((cursor) =>
            sideOf(cursor.participant) === 'team'
              ? { ...cursor, participant: { kind: 'agent' as const, id: TEAM_ID } }
              : cursor,
          ),
        };
      });
      return { ...common, visitorId: reader.id, conversations: summaries, isTeamOnline: true };
    },
  };
}

function placeOf(row: ConversationRow): string {
  return `${row.lastActivityAt} ${row.id}`;
}

class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refused: Refusal) {
    super(refused.message);
    this.refusal = refused;
  }
}

function refusal(code: Refusal['code'], message: string): RefusedError {
  return new RefusedError({ ok: false, code, message, retryable: false });
}
