import type { AgentHello, Contact, PresenceStatus } from '@alcove/protocol';
import { type AgentState, type AgentStep, initialAgentState } from './agent-state.ts';
import { changeLog, emptyLog, isEvent, type LogChange } from './apply-event.ts';
import { addPage, foldIntoRow, meetVisitor, putRows, readRow } from './inbox-state.ts';

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
    case 'alcove/changes':
      return { ...state, changes: step.changes };
    case 'alcove/acts':
      return { ...state, pendingActs: step.pendingActs };
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
    case 'alcove/degraded':
      return loseSight(state);
    default:
      return state;
  }
}

function greet(state: AgentState, hello: AgentHello): AgentState {
  const { agent, workspace, agents, onlineAgentIds, unknownAgentIds = [] } = hello;
  // What was unknown is known again, of visitors by their rows; unless the server says that it still cannot tell.
  const isBlind = unknownAgentIds.length > 0;
  const known = Object.entries(state.presence).filter(
    ([, status]) => isBlind || status !== 'unknown',
  );
  const presence: Record<string, PresenceStatus> = Object.fromEntries(known);
  for (const { id } of agents) presence[id] = 'offline';
  for (const id of onlineAgentIds) presence[id] = 'online';
  for (const id of unknownAgentIds) presence[id] = 'unknown';
  return { ...state, agent, workspace, agents, presence };
}

/** Nobody can tell who is online, this agent excepted. */
function loseSight(state: AgentState): AgentState {
  const presence: Record<string, PresenceStatus> = {};
  for (const id of Object.keys(state.presence)) presence[id] = 'unknown';
  for (const { visitorId } of Object.values(state.rows)) presence[visitorId] = 'unknown';
  if (state.agent) presence[state.agent.id] = 'online';
  return { ...state, presence };
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
  return meetVisitor(next, id, status);
}
