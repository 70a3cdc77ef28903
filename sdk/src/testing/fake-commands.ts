import {
  type Ack,
  type AgentCommands,
  type Assignee,
  type ConversationStatus,
  type Cursor,
  type EventDraft,
  type VisitorCommands,
  WIRE_LIMITS,
} from '@alcove/protocol';
import {
  actorOf,
  FakeRefusal,
  type FakeReader,
  type FakeWorkspace,
  placeOf,
} from './fake-workspace.ts';

type Commands = VisitorCommands & AgentCommands;
type Handlers = {
  [Name in keyof Commands]: (
    payload: Commands[Name]['payload'],
    reader: FakeReader,
    workspace: FakeWorkspace,
  ) => Commands[Name]['result'];
};

/** Runs a command as a real server would, well-formed ones only. */
export function execute(
  workspace: FakeWorkspace,
  reader: FakeReader,
  name: string,
  payload: unknown,
): Ack<object> {
  try {
    const handle = handlers[name as keyof Commands] as
      | ((...args: [unknown, FakeReader, FakeWorkspace]) => object)
      | undefined;
    if (!handle) throw new FakeRefusal('invalid', `There is no command ${name}.`);
    return { ok: true, ...handle(payload, reader, workspace) };
  } catch (error) {
    if (error instanceof FakeRefusal) return error.refusal;
    throw error;
  }
}

const handlers: Handlers = {
  'hello.get': (_, reader, workspace) =>
    workspace.helloFor(reader) as Commands['hello.get']['result'],
  'message.edit'({ conversationId, clientEventId, messageSeq, content }, reader, workspace) {
    const said = { ...by(reader), clientEventId };
    const edit: EventDraft = { type: 'message.edited', ...said, messageSeq, content };
    return workspace.change(conversationId, reader, edit);
  },
  'message.delete'({ conversationId, clientEventId, messageSeq }, reader, workspace) {
    const said = { ...by(reader), clientEventId };
    const deletion: EventDraft = { type: 'message.deleted', ...said, messageSeq };
    return workspace.change(conversationId, reader, deletion);
  },
  'message.send'(payload, reader, workspace) {
    const { conversationId, clientConversationId, clientMessageId, ...said } = payload;
    const id = conversationId ?? openOnce(workspace, reader.id, clientConversationId ?? '').row.id;
    workspace.find(id, reader);
    return workspace.appendOnce(id, {
      type: 'message.created',
      ...by(reader),
      clientEventId: clientMessageId,
      ...said,
    });
  },
  sync({ conversationId, since, limit = WIRE_LIMITS.pageSize }, reader, workspace) {
    const log = workspace.logFor(reader, conversationId);
    const { cursors } = workspace.find(conversationId);
    const head = log.at(-1)?.seq ?? 0;
    const missed = log.filter(({ seq }) => seq > since);
    return since > head || missed.length > WIRE_LIMITS.resetGap
      ? { events: log.slice(-limit), head, more: false, reset: true, cursors }
      : { events: missed.slice(0, limit), head, more: missed.length > limit, cursors };
  },
  history({ conversationId, before = Infinity, limit = WIRE_LIMITS.pageSize }, reader, workspace) {
    const log = workspace.logFor(reader, conversationId);
    const { cursors } = workspace.find(conversationId);
    const events = log.filter(({ seq }) => seq < before).slice(-limit);
    return { events, head: log.at(-1)?.seq ?? 0, cursors };
  },
  heads({ conversationIds }, reader, workspace) {
    const known = conversationIds.filter((id) => workspace.conversations.has(id));
    return {
      heads: Object.fromEntries(
        known.map((id) => [id, workspace.logFor(reader, id).at(-1)?.seq ?? 0]),
      ),
    };
  },
  'cursor.advance'({ conversationId, delivered = 0, read = 0 }, reader, workspace) {
    const conversation = workspace.find(conversationId, reader);
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
  'page.visit': () => ({}),
  'session.renew': () => ({ expiresAt: new Date(Date.now() + 15 * 60_000).toISOString() }),
  'contact.identify': ({ name = null, email = null }) => ({ name, email }),
  'conversation.assign': ({ conversationId, clientEventId, assignee }, reader, workspace) =>
    workspace.appendOnce(conversationId, assignment(reader, clientEventId, assignee)),
  'conversation.resolve': ({ conversationId, clientEventId }, reader, workspace) =>
    workspace.appendOnce(conversationId, statusChange(reader, clientEventId, 'resolved')),
  'conversation.reopen': ({ conversationId, clientEventId }, reader, workspace) =>
    workspace.appendOnce(conversationId, statusChange(reader, clientEventId, 'open')),
  'inbox.list'({ view, before = '~', limit = WIRE_LIMITS.pageSize }, _, workspace) {
    const below = workspace.inbox(view).filter((row) => placeOf(row) < before);
    const rows = below.slice(0, limit);
    const last = rows.at(-1);
    const next = below.length > limit && last ? placeOf(last) : null;
    return { rows, next, cursor: String(workspace.changes.length), counts: workspace.counts() };
  },
  'inbox.sync'({ cursor }, _, workspace) {
    if (!/^\d+$/.test(cursor)) throw new FakeRefusal('invalid', 'This cursor is unreadable.');
    const ids = new Set(workspace.changes.slice(Number(cursor)));
    const rows = [...ids].map((id) => workspace.inboxRow(workspace.find(id)));
    const end = String(workspace.changes.length);
    return { rows, cursor: end, more: false, counts: workspace.counts() };
  },
  'inbox.get': ({ conversationIds }, _, workspace) => ({
    rows: conversationIds.flatMap((id) => {
      const conversation = workspace.conversations.get(id);
      return conversation ? workspace.inboxRow(conversation) : [];
    }),
  }),
  'receipt.get'({ conversationId, messageSeq }, _, workspace) {
    const { events, cursors } = workspace.find(conversationId);
    const message = events.find(({ seq }) => seq === messageSeq);
    if (message?.type !== 'message.created') {
      throw new FakeRefusal('invalid', 'There is no such message.');
    }
    const { seq, actor, at: storedAt, writtenAt = null } = message;
    const receipts = cursors
      .filter(({ participant }) => participant.id !== actor.id)
      .map(({ participant, delivered, deliveredAt, read, readAt }) => ({
        participant,
        deliveredAt: delivered >= seq ? deliveredAt : null,
        readAt: read >= seq ? readAt : null,
      }));
    return { receipt: { seq, actor, writtenAt, storedAt, receipts } };
  },
  'contact.get'({ contactId }) {
    const at = new Date().toISOString();
    const unknown = { name: null, email: null, page: null, userAgent: null, locale: null };
    return { contact: { id: contactId, ...unknown, createdAt: at, lastSeenAt: at } };
  },
};

function openOnce(workspace: FakeWorkspace, visitorId: string, clientConversationId: string) {
  const known = [...workspace.conversations.values()].find(
    (one) => one.row.visitorId === visitorId && one.clientConversationId === clientConversationId,
  );
  return known ?? workspace.open(visitorId, clientConversationId);
}

/** Who acts, and where. */
function by(reader: FakeReader): Pick<EventDraft, 'actor' | 'via'> {
  return { actor: actorOf(reader), via: reader.kind === 'agent' ? 'console' : 'widget' };
}

function assignment(
  reader: FakeReader,
  clientEventId: string,
  assignee: Assignee | null,
): EventDraft {
  return { type: 'conversation.assigned', ...by(reader), clientEventId, assignee };
}

function statusChange(
  reader: FakeReader,
  clientEventId: string,
  status: ConversationStatus,
): EventDraft {
  return { type: 'conversation.status_changed', ...by(reader), clientEventId, status };
}
