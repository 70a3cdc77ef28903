import { randomUUID } from 'node:crypto';
import type { Ack, Refusal } from '@alcove/protocol';
import type { Logger } from 'pino';
import type { Cluster, Limiter } from '../../cluster/cluster.ts';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import { DomainError } from '../../domain/domain-error.ts';
import {
  type AgentPrincipal,
  actorOf,
  type Caller,
  type VisitorPrincipal,
} from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { StoreUnavailableError } from '../../storage/store-unavailable-error.ts';
import { aboutASecond, inTime, tooBusy } from '../in-time.ts';
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

export function createCommands(options: {
  domain: Domain;
  authenticator: Authenticator;
  cluster: Cluster;
  limits: Limits;
  logger: Logger;
}): Commands {
  const { limits, logger } = options;
  const { limiter } = options.cluster;
  // Maps, since a name comes from outside: `constructor` must not be a command.
  const visitorCommands = new Map(Object.entries(createVisitorCommands(options)));
  const agentCommands = new Map(Object.entries(createAgentCommands(options)));
  const inFlight = createCounter();
  let writesInFlight = 0;

  async function run<Who extends Caller>(
    table: ReadonlyMap<string, Command<Who>>,
    caller: Who,
    name: string,
    input: unknown,
  ): Promise<Answer> {
    const command = table.get(name);
    const writes = command?.isWrite ? 1 : 0;
    inFlight.add();
    writesInFlight += writes;
    try {
      if (!command) throw new DomainError('invalid', unknownCommand(table));
      // At once, and before it costs the caller a point: what is accepted beyond this would only be answered too late.
      if (writes > 0 && writesInFlight > limits.writesInFlight) throw tooBusy();
      // Before parsing, so that a flood of rubbish is as limited as one of messages.
      await takePoint(limiter, command, caller);
      return { ok: true, ...(await command.execute(caller, input)) };
    } catch (error) {
      return toRefusal(error, logger, { command: name, workspaceId: caller.principal.workspaceId });
    } finally {
      writesInFlight -= writes;
      inFlight.remove();
    }
  }

  const answerInTime = (work: Promise<Answer>) =>
    inTime(work, limits.commandDeadlineMs).catch((error: unknown) => toRefusal(error, logger, {}));

  return {
    executeVisitor: (caller, name, input) =>
      answerInTime(run(visitorCommands, caller, name, input)),
    executeAgent: (caller, name, input) => answerInTime(run(agentCommands, caller, name, input)),
    whenIdle: inFlight.whenZero,
  };
}

/** Turns whatever was thrown into words. What nobody expected is logged with its cause, and told by a number only. */
export function toRefusal(error: unknown, logger: Logger, context: object): Refusal {
  if (error instanceof DomainError) return error.toRefusal();
  const requestId = randomUUID();
  if (error instanceof StoreUnavailableError) {
    logger.warn({ err: error, requestId, ...context }, 'the store is unavailable');
    const refusal = new DomainError(
      'store_unavailable',
      'The chat cannot save anything right now. Please try again in a moment.',
      { retryAfterMs: aboutASecond() },
    );
    return { ...refusal.toRefusal(), requestId };
  }
  logger.error({ err: error, requestId, ...context }, 'a request failed');
  const refusal = new DomainError(
    'internal',
    'Something went wrong on the server. Please try again.',
  );
  return { ...refusal.toRefusal(), requestId };
}

async function takePoint(limiter: Limiter, command: Command<never>, caller: Caller) {
  const { name, rate } = command.bucket;
  const { workspaceId } = caller.principal;
  const key = `${workspaceId}/${actorOf(caller.principal).id}`;
  const { retryAfterMs } = await limiter.take(name, key, rate);
  if (retryAfterMs === undefined) return;
  throw new DomainError('rate_limited', 'That was too much at once. Please wait a moment.', {
    retryAfterMs,
  });
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
