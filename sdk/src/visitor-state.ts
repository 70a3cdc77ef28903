import {
  changedPreview,
  isChange,
  previewOf,
  sideOf,
  type VisitorConversation,
  type VisitorHello,
  WIRE_LIMITS,
} from '@alcove/protocol';
import { changeLog, emptyLog, type LogChange } from './apply-event.ts';
import type {
  ConnectionState,
  ConversationState,
  PendingChange,
  PendingMessage,
} from './conversation-state.ts';

/** Everything that a visitor's client knows. Replaced, never changed in place. */
export interface VisitorState {
  connection: ConnectionState;
  /** Whether this browser has written before. */
  hasSession: boolean;
  visitorId: string | null;
  /** The session of an earlier visit has ended for good: what was written then cannot be shown any more. */
  isThreadLost: boolean;
  /** Latest activity first. */
  conversations: readonly VisitorConversation[];
  /** Logs by conversation id, one for each conversation; `openConversation` reads what is older. */
  logs: Readonly<Record<string, ConversationState>>;
  /** Messages not acknowledged yet, in the order written. */
  pending: readonly PendingMessage[];
  /** Edits and deletions on their way, in the order made. */
  changes: readonly PendingChange[];
  /** Messages of the team that the visitor has not read. */
  unreadCount: number;
  isTeamOnline: boolean;
  /** `memory`: this browser lets nothing be stored, so what is unsent is lost with the page. */
  outboxStorage: 'indexeddb' | 'localstorage' | 'memory';
}

export const initialVisitorState: VisitorState = {
  connection: { status: 'idle' },
  hasSession: false,
  visitorId: null,
  isThreadLost: false,
  conversations: [],
  logs: {},
  pending: [],
  changes: [],
  unreadCount: 0,
  isTeamOnline: false,
  outboxStorage: 'indexeddb',
};

/** How long a hello may have been on its way. */
const MAX_HELLO_MS = 10_000;

/** The state after the server's first frame. Another visitor id means that the earlier thread is lost. */
export function greet(state: VisitorState, hello: VisitorHello): VisitorState {
  const { visitorId, isTeamOnline } = hello;
  const isThreadLost = state.visitorId !== null && state.visitorId !== visitorId;
  const logs: Record<string, ConversationState> = isThreadLost ? {} : { ...state.logs };
  const now = Date.parse(hello.serverTime);
  // One that began while the hello was being made may be missing in it.
  const begun = state.conversations.filter(
    ({ id, lastActivityAt }) =>
      now - Date.parse(lastActivityAt) < MAX_HELLO_MS &&
      !isThreadLost &&
      !hello.conversations.some((told) => told.id === id),
  );
  const conversations = hello.conversations.map((conversation) => {
    const { id, status, head, cursors } = conversation;
    const log = logs[id] ?? emptyLog(id, status, head, false);
    const known = changeLog({ ...log, status }, { kind: 'events', events: [], head, cursors });
    logs[id] = known;
    // Events that came before the hello are in the log already, and may be newer than its summary.
    return summarise(conversation, known, visitorId);
  });
  return withConversations(
    {
      ...state,
      hasSession: true,
      visitorId,
      isTeamOnline,
      isThreadLost: isThreadLost || state.isThreadLost,
      logs,
    },
    [...begun, ...conversations],
  );
}

/** The state after a change of one log. A conversation that nobody has heard of begins with its first event. */
export function changeVisitorLog(state: VisitorState, id: string, change: LogChange): VisitorState {
  const isNew = !state.logs[id] && change.kind === 'events';
  const base = isNew ? addConversation(state, id, '') : state;
  const before = base.logs[id];
  const log = before && changeLog(before, change);
  if (!log || log === before) return base;
  return withConversations(
    { ...base, logs: { ...base.logs, [id]: log } },
    base.conversations.map((one) => (one.id === id ? summarise(one, log, state.visitorId) : one)),
  );
}

/** The state with a conversation that a message of this client has opened. */
export function addConversation(
  state: VisitorState,
  id: string,
  clientConversationId: string,
): VisitorState {
  const known = state.conversations.find((conversation) => conversation.id === id);
  if (known?.clientConversationId) return state;
  const added: VisitorConversation = {
    id,
    status: 'open',
    lastActivityAt: new Date().toISOString(),
    head: 0,
    lastMessage: null,
    unread: 0,
    cursors: [],
    ...known,
    clientConversationId,
  };
  const others = state.conversations.filter((conversation) => conversation !== known);
  const logs = { [id]: emptyLog(id, 'open', 0, true), ...state.logs };
  return withConversations({ ...state, logs }, [added, ...others]);
}

/** Brings a summary up to what its log holds. */
function summarise(
  conversation: VisitorConversation,
  { events, have, cursors, status }: ConversationState,
  visitorId: string | null,
): VisitorConversation {
  let { head, lastActivityAt, lastMessage, unread } = conversation;
  for (const event of events) {
    if (event.seq <= head) continue;
    head = event.seq;
    lastActivityAt = event.at;
    if (isChange(event)) lastMessage = changedPreview(lastMessage, event);
    if (event.type !== 'message.created') continue;
    lastMessage = previewOf(event);
    unread = sideOf(event.actor) === 'team' ? unread + 1 : 0;
  }
  const read = cursors.find(({ participant }) => participant.id === visitorId)?.read ?? 0;
  const fromTeam = events.filter(
    ({ seq, type, actor }) => seq > read && type === 'message.created' && sideOf(actor) === 'team',
  );
  // Reading only lowers the count: to what the log shows above the cursor, or to what may be there at most.
  const isShown = have >= head && (events[0]?.prev ?? Infinity) <= read;
  unread = Math.min(unread, isShown ? fromTeam.length : head - read, WIRE_LIMITS.unreadCount);
  return {
    ...conversation,
    status,
    head,
    lastActivityAt,
    lastMessage,
    unread,
    cursors: [...cursors],
  };
}

function withConversations(
  state: VisitorState,
  conversations: readonly VisitorConversation[],
): VisitorState {
  const sorted = [...conversations].sort((a, b) =>
    b.lastActivityAt.localeCompare(a.lastActivityAt),
  );
  const unreadCount = sorted.reduce((sum, { unread }) => sum + unread, 0);
  return { ...state, conversations: sorted, unreadCount };
}
