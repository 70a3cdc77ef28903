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
import type { LogChange } from './apply-event.ts';
import type {
  ConnectionState,
  ConversationState,
  PendingChange,
  PendingMessage,
} from './conversation-state.ts';

/** One inbox view as far as it was loaded: ids in order, latest activity first. */
export interface InboxViewState {
  conversationIds: readonly string[];
  /** `null` when everything is loaded; `undefined` before the first page. */
  next: string | null | undefined;
  isLoading: boolean;
}

/** An act of the agent that the server has not answered yet. */
export interface PendingAct {
  /** Its client event id. */
  id: string;
  conversationId: string;
  kind: 'assign' | 'resolve' | 'reopen';
  /** For `assign`: to whom; `null` for nobody. */
  assigneeId?: string | null;
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
  /** Edits and deletions on their way, in the order made. */
  changes: readonly PendingChange[];
  /** Acts that wait for the server's answer, in the order in which they were pressed and are told. Kept in memory only. */
  pendingActs: readonly PendingAct[];
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
  | { type: 'alcove/changes'; changes: readonly PendingChange[] }
  | { type: 'alcove/acts'; pendingActs: readonly PendingAct[] }
  | { type: 'alcove/hello'; hello: AgentHello }
  | { type: 'alcove/log'; conversationId: string; change: LogChange }
  | { type: 'alcove/opened'; conversationId: string }
  | { type: 'alcove/closed'; conversationId: string }
  | { type: 'alcove/view'; view: InboxView; change: Partial<InboxViewState> }
  | { type: 'alcove/page'; view: InboxView; page: ListInboxResult }
  | { type: 'alcove/rows'; rows: readonly InboxRow[]; counts?: InboxCounts }
  | { type: 'alcove/contact'; contact: Contact }
  | { type: 'alcove/presence'; id: string; status: PresenceStatus }
  | { type: 'alcove/degraded' };

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
  changes: [],
  pendingActs: [],
  outboxStorage: 'indexeddb',
};
