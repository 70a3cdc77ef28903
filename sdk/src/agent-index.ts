export {
  type AgentClient,
  type AgentClientEvents,
  type AgentClientOptions,
  createAgentClient,
} from './agent.ts';
export { type AgentHttp, type AgentHttpOptions, createAgentHttp } from './agent-http.ts';
export {
  type AgentAction,
  type AgentState,
  type InboxViewState,
  initialAgentState,
  reduceAgent,
} from './agent-state.ts';
export { ChatError } from './chat-error.ts';
export type * from './conversation-state.ts';
export type { ClientStore, Unsubscribe } from './store.ts';
