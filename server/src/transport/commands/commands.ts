import { randomUUID } from 'node:crypto';
import type { Ack, Refusal } from '@alcove/protocol';
import type { Cluster, Limiter } from '../../cluster/cluster.ts';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import { DomainError, refuse } from '../../domain/domain-error.ts';
import {
  type AgentPrincipal,
  actorOf,
  type Caller,
  type VisitorPrincipal,
} from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { StoreUnavailableError } from '../../storage/store-unavailable-error.ts';
import { aboutASecond, busyRefusal, inTime } from '../in-time.ts';
import type { Faults } from '../faults.ts';
import type { WriteBound } from '../write-bound.ts';
import { createAgentCommands } from './agent-commands.ts';
import type { Command } from './command.ts';
import { createVisitorCommands } from './visitor-commands.ts';

/** The door behind all doors: whatever socket and HTTP clients ask is done here. */
export interface Commands {
  /** Always answers, within `limits.commandDeadlineMs`; never rejects. */
  executeVisitor(caller: Caller<VisitorPrincipal>, name: string, input: unknown): Promise<Answer>;
  /** Always answers, within `limits.commandDeadlineMs`; never rejects. */
  executeAgent(caller: Caller<AgentPrincipal>, name: string, input: unknown): Promise<Answer>;
  /** Resolves when nothing is being done, those included that were answered for being late. */
  whenIdle(): Promise<void>;
}

/** What was brought about, in the shape that the protocol gives to this command, or why not. */
export type Answer = Ack<object>;

interface CommandsOptions {
  domain: Domain;
  authenticator: Authenticator;
  cluster: Cluster;
  limits: Limits;
  faults: Faults;
  writeBound: WriteBound;
}

export function createCommands(options: CommandsOptions): Commands {
  const { limits, faults, writeBound } = options;
  const { limiter } = options.cluster;
  // Maps, since a name comes from outside: `constructor` must not be a command.
  const visitorCommands = new Map(Object.entries(createVisitorCommands(options)));
  const agentCommands = new Map(Object.entries(createAgentCommands(options)));
  const inFlight = createCounter();

  async function execute<Who extends Caller>(
    table: ReadonlyMap<string, Command<Who>>,
    caller: Who,
    name: string,
    input: unknown,
  ): Promise<Answer> {
    const command = table.get(name);
    if (!command) return refuse('invalid', unknownCommand(table));
    // Before it costs the caller a point, and before anything is looked at: what is refused must cost next to nothing, or
    // the node is busy refusing.
    if (command.isWrite && !writeBound.enter()) return busyRefusal(writeBound.retryAfterMs());
    try {
      return await inTime(run(command, caller, name, input), limits.commandDeadlineMs);
    } catch (error) {
      return toRefusal(error, faults, {});
    }
  }

  async function run<Who extends Caller>(
    command: Command<Who>,
    caller: Who,
    name: string,
    input: unknown,
  ): Promise<Answer> {
    inFlight.add();
    try {
      // Before parsing, so that a flood of rubbish is as limited as one of messages.
      const { retryAfterMs } = await takePoint(limiter, command, caller);
      if (retryAfterMs !== undefined) return refuse('rate_limited', TOO_MUCH, retryAfterMs);
      const result = await command.execute(caller, input);
      if (command.isWrite) faults.storeWorks();
      return { ok: true, ...result };
    } catch (error) {
      return toRefusal(error, faults, { command: name, workspaceId: caller.principal.workspaceId });
    } finally {
      if (command.isWrite) writeBound.leave();
      inFlight.remove();
    }
  }

  return {
    executeVisitor: (caller, name, input) => execute(visitorCommands, caller, name, input),
    executeAgent: (caller, name, input) => execute(agentCommands, caller, name, input),
    whenIdle: inFlight.whenZero,
  };
}

const TOO_MUCH = 'That was too much at once. Please wait a moment.';

/** Turns whatever was thrown into words. What nobody expected is logged with its cause, and told by a number only. */
export function toRefusal(error: unknown, faults: Faults, context: object): Refusal {
  if (error instanceof DomainError) return error.toRefusal();
  const requestId = randomUUID();
  faults.failed(error, { requestId, ...context });
  if (error instanceof StoreUnavailableError) {
    const refusal = new DomainError(
      'store_unavailable',
      'The chat cannot save anything right now. Please try again in a moment.',
      { retryAfterMs: aboutASecond() },
    );
    return { ...refusal.toRefusal(), requestId };
  }
  const refusal = new DomainError(
    'internal',
    'Something went wrong on the server. Please try again.',
  );
  return { ...refusal.toRefusal(), requestId };
}

function takePoint(limiter: Limiter, { bucket }: Command<never>, { principal }: Caller) {
  const key = `${principal.workspaceId}/${actorOf(principal).id}`;
  return limiter.take(bucket.name, key, bucket.rate);
}

function unknownCommand(table: ReadonlyMap<string, unknown>): string {
  return `There is no such command. Known here: ${[...table.keys()].join(', ')}.`;
}

/** Counts what is going on, and tells when it is over. */
function createCounter() {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    add() {
      count++;
    },
    remove() {
      count--;
      if (count > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    whenZero(): Promise<void> {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
