import { createSelector, type UnknownAction } from '@reduxjs/toolkit';
import type { Agent, ConversationRow, InboxRow, InboxView, PresenceStatus } from '@alcove/protocol';
import {
  type AgentAction,
  type AgentState,
  type ClientStore,
  initialAgentState,
  reduceAgent,
} from '@alcove/sdk/agent';
import { signedOut } from './session-slice.ts';

/** The part of the store that the SDK's engine fills. */
export interface ChatRoot {
  chat: AgentState;
}

/**
 * The SDK's reducer as a slice. Written without Immer on purpose: the SDK already replaces what changes, and drafts of
 * thousands of events would cost more than the change itself.
 */
export function chatReducer(
  state: AgentState = initialAgentState,
  action: UnknownAction,
): AgentState {
  if (signedOut.match(action)) return initialAgentState;
  return isAgentAction(action) ? reduceAgent(state, action) : state;
}

/** Gives the SDK's client the slice as if it were a store of its own. */
export function chatStore(store: {
  getState(): ChatRoot;
  dispatch(action: UnknownAction): unknown;
  subscribe(listener: () => void): () => void;
}): ClientStore<AgentState, AgentAction> {
  return {
    getState: () => store.getState().chat,
    dispatch: (action) => store.dispatch(action),
    subscribe: (listener) => store.subscribe(listener),
  };
}

function isAgentAction(action: UnknownAction): action is AgentAction {
  return action.type.startsWith('alcove/');
}

export const selectSelf = (root: ChatRoot): Agent | null => root.chat.agent;
export const selectWorkspace = (root: ChatRoot) => root.chat.workspace;
export const selectAgents = (root: ChatRoot) => root.chat.agents;
export const selectConnection = (root: ChatRoot) => root.chat.connection;
export const selectPendingActs = (root: ChatRoot) => root.chat.pendingActs;
export const selectCounts = (root: ChatRoot) => root.chat.counts;
export const selectRow = (root: ChatRoot, conversationId: string): InboxRow | undefined =>
  root.chat.rows[conversationId];
export const selectLog = (root: ChatRoot, conversationId: string) => root.chat.logs[conversationId];
export const selectContact = (root: ChatRoot, contactId: string) => root.chat.contacts[contactId];
export const selectView = (root: ChatRoot, view: InboxView) => root.chat.views[view];
export const selectPresence = (root: ChatRoot, id: string): PresenceStatus | undefined =>
  root.chat.presence[id];
/** As it was told last, or else as it was when the row was read. */
export function selectVisitorPresence(
  root: ChatRoot,
  { visitorId, isVisitorOnline, isPresenceUnknown }: InboxRow,
): PresenceStatus {
  const asRead = isVisitorOnline ? 'online' : 'offline';
  return selectPresence(root, visitorId) ?? (isPresenceUnknown ? 'unknown' : asRead);
}

/** Colleagues who can be given a conversation: oneself first, then by name. */
export const selectAssignable = createSelector([selectAgents, selectSelf], (agents, self) =>
  agents
    .filter((agent) => !agent.isDisabled)
    .toSorted((a, b) =>
      a.id === self?.id ? -1 : b.id === self?.id ? 1 : a.name.localeCompare(b.name),
    ),
);

/** How many open conversations hold something unread, for the page's title. */
export const selectUnreadConversations = createSelector(
  [(root: ChatRoot) => root.chat.rows],
  (rows) => Object.values(rows).filter((row) => row.unread > 0 && row.status !== 'resolved').length,
);

/** The open conversation nobody has taken whose visitor has waited longest. */
export const selectLongestWaiting = createSelector([(root: ChatRoot) => root.chat.rows], (rows) =>
  Object.values(rows)
    .filter((row) => isWaitingForAnyone(row))
    .reduce<InboxRow | null>(
      (longest, row) =>
        longest && (longest.waitingSince ?? '') <= (row.waitingSince ?? '') ? longest : row,
      null,
    ),
);

/** Whether this agent may manage agents and invitations. */
export const selectIsAdmin = (root: ChatRoot): boolean =>
  root.chat.agent !== null && root.chat.agent.role !== 'agent';

function isWaitingForAnyone(row: ConversationRow): boolean {
  return row.status === 'open' && row.assignee === null && row.waitingSince !== null;
}
