import type {
  Agent,
  AgentHello,
  Contact,
  InboxCounts,
  InboxRow,
  InboxView,
  ListInboxResult,
  PresenceStatus,
  Workspace,
} from '@alcove/protocol';
import { changeLog, emptyLog, isEvent, type LogChange } from './apply-event.ts';
import type { ConnectionState, ConversationState, PendingMessage } from './conversation-state.ts';
import { addPage, foldIntoRow, meetVisitor, putRows, readRow } from './inbox-state.ts';

/** One inbox view as far as it was loaded: ids in order, latest activity first. */
export interface InboxViewState {
  conversationIds: readonly string[];
  /** `null` when everything is loaded; `undefined` before the first page. */
  next: string | null | undefined;
  isLoading: boolean;
}

export interface AgentState {
  connection: ConnectionState;
  agent: Agent | null;
  workspace: Workspace | null;
  agents: readonly Agent[];
  /** By agent id and visitor id. */
  presence: Readonly<Record<string, PresenceStatus>>;
  rows: Readonly<Record<string, InboxRow>>;
  contacts: Readonly<Record<string, Contact>>;
  views: Readonly<Record<InboxView, InboxViewState>>;
  counts: InboxCounts | null;
  /** Logs by conversation id; there from `openConversation` until `closeConversation`. */
  logs: Readonly<Record<string, ConversationState>>;
  /** Messages not acknowledged yet, in the order written. */
  pending: readonly PendingMessage[];
  /** `memory`: this browser lets nothing be stored, so what is unsent is lost with the page. */
  outboxStorage: 'indexeddb' | 'localstorage' | 'memory';
}

/** A step of the state; opaque to users, plain data. */
export type AgentAction = { type: `alcove/${string}` } & Record<string, unknown>;

/** What may happen to an agent's state. */
export type AgentStep =
  | { type: 'alcove/connection'; connection: ConnectionState }
  | {
      type: 'alcove/pending';
      pending: readonly PendingMessage[];
      outboxStorage: AgentState['outboxStorage'];
    }
  | { type: 'alcove/hello'; hello: AgentHello }
  | { type: 'alcove/log'; conversationId: string; change: LogChange }
  | { type: 'alcove/opened'; conversationId: string }
  | { type: 'alcove/closed'; conversationId: string }
  | { type: 'alcove/view'; view: InboxView; change: Partial<InboxViewState> }
  | { type: 'alcove/page'; view: InboxView; page: ListInboxResult }
  | { type: 'alcove/rows'; rows: readonly InboxRow[]; counts?: InboxCounts }
  | { type: 'alcove/contact'; contact: Contact }
  | { type: 'alcove/presence'; id: string; status: PresenceStatus };

const notLoaded: InboxViewState = { conversationIds: [], next: undefined, isLoading: false };

/** What an agent's client knows before it has connected. */
export const initialAgentState: AgentState = {
  connection: { status: 'idle' },
  agent: null,
  workspace: null,
  agents: [],
  presence: {},
  rows: {},
  contacts: {},
  views: { all: notLoaded, mine: notLoaded, unassigned: notLoaded, resolved: notLoaded },
  counts: null,
  logs: {},
  pending: [],
  outboxStorage: 'indexeddb',
};

/**
 * The reducer of an agent's client. Pure, and answers the same state for actions that are not its own, so that it can
 * stand in a Redux store as it is.
 *
 * @example
 * const store = configureStore({ reducer: { chat: reduceAgent } });
 * const client = createAgentClient({
 *   ...options,
 *   store: { ...store, getState: () => store.getState().chat },
 * });
 */
export function reduceAgent(
  state: AgentState = initialAgentState,
  action: { type: string },
): AgentState {
  const step = action as AgentStep;
  switch (step.type) {
    case 'alcove/connection':
      return { ...state, connection: step.connection };
    case 'alcove/pending':
      return { ...state, pending: step.pending, outboxStorage: step.outboxStorage };
    case 'alcove/hello':
      return greet(state, step.hello);
    case 'alcove/log':
      return changeAgentLog(state, step.conversationId, step.change);
    case 'alcove/opened':
      return open(state, step.conversationId);
    case 'alcove/closed': {
      const { [step.conversationId]: _, ...logs } = state.logs;
      return { ...state, logs };
    }
    case 'alcove/view': {
      const view = { ...state.views[step.view], ...step.change };
      return { ...state, views: { ...state.views, [step.view]: view } };
    }
    case 'alcove/page':
      return addPage(state, step.view, step.page);
    case 'alcove/rows':
      return { ...putRows(state, step.rows), counts: step.counts ?? state.counts };
    case 'alcove/contact':
      return learnOf(state, step.contact);
    case 'alcove/presence':
      return meet(state, step.id, step.status);
    default:
      return state;
  }
}

function greet(state: AgentState, hello: AgentHello): AgentState {
  const { agent, workspace, agents, onlineAgentIds } = hello;
  const presence: Record<string, PresenceStatus> = {};
  for (const { id } of agents) presence[id] = onlineAgentIds.includes(id) ? 'online' : 'offline';
  return { ...state, agent, workspace, agents, presence: { ...state.presence, ...presence } };
}

function open(state: AgentState, id: string): AgentState {
  if (state.logs[id]) return state;
  const log = emptyLog(id, state.rows[id]?.status ?? 'open', 0, false);
  return { ...state, logs: { ...state.logs, [id]: log } };
}

/** Logs are kept of opened conversations only; rows follow every event. */
function changeAgentLog(state: AgentState, id: string, change: LogChange): AgentState {
  const log = state.logs[id];
  const changed = log && changeLog(log, change);
  const next =
    changed === log || !changed ? state : { ...state, logs: { ...state.logs, [id]: changed } };
  if (change.kind === 'events') return foldIntoRow(next, id, change.events.filter(isEvent));
  if (change.kind === 'cursor') return readRow(next, id, change.cursor);
  return next;
}

function learnOf(state: AgentState, contact: Contact): AgentState {
  const { id, name, email } = contact;
  const next = { ...state, contacts: { ...state.contacts, [id]: contact } };
  const rows = Object.values(state.rows).filter((row) => row.contact.id === id);
  return putRows(
    next,
    rows.map((row) => ({ ...row, contact: { id, name, email } })),
  );
}

function meet(state: AgentState, id: string, status: PresenceStatus): AgentState {
  const next = { ...state, presence: { ...state.presence, [id]: status } };
  return meetVisitor(next, id, status === 'online');
}
