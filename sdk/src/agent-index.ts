export { createAgentClient } from './agent.ts';
export type * from './agent-client.ts';
export { type AgentHttp, type AgentHttpOptions, createAgentHttp } from './agent-http.ts';
export {
  type AgentAction,
  type AgentState,
  type InboxViewState,
  initialAgentState,
  type PendingAct,
} from './agent-state.ts';
export { ChatError } from './chat-error.ts';
export type * from './conversation-state.ts';
export type { Unsubscribe } from './listeners.ts';
export type { ClientStore } from './store.ts';
export { reduceAgent } from './reduce-agent.ts';
