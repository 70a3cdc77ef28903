import type { AgentCommands, VisitorCommands } from '@alcove/protocol';

/** Every command that this package sends. */
export type Commands = VisitorCommands & AgentCommands;

/** Asks the server. Rejects with a ChatError: a refusal as it came; no connection, or silence, as `busy`. */
export type Request = <Name extends keyof Commands>(
  name: Name,
  payload: Commands[Name]['payload'],
) => Promise<Commands[Name]['result']>;
