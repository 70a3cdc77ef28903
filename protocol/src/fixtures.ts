import type {
  AgentCommands,
  AgentHello,
  Handshake,
  VisitorCommands,
  VisitorHello,
} from './commands.ts';
import type { ConversationRow } from './entities.ts';
import type { Ack, ErrorCode, Refusal } from './errors.ts';
import type { ConversationEvent } from './events.ts';
import agentAcks from './fixtures/agent-acks.json' with { type: 'json' };
import agentCommands from './fixtures/agent-commands.json' with { type: 'json' };
import events from './fixtures/events.json' with { type: 'json' };
import handshakes from './fixtures/handshakes.json' with { type: 'json' };
import hellos from './fixtures/hellos.json' with { type: 'json' };
import http from './fixtures/http.json' with { type: 'json' };
import log from './fixtures/log.json' with { type: 'json' };
import refusals from './fixtures/refusals.json' with { type: 'json' };
import refused from './fixtures/refused.json' with { type: 'json' };
import signals from './fixtures/signals.json' with { type: 'json' };
import visitorAcks from './fixtures/visitor-acks.json' with { type: 'json' };
import visitorCommands from './fixtures/visitor-commands.json' with { type: 'json' };
import widgetSettings from './fixtures/widget-settings.json' with { type: 'json' };
import type { WidgetSettings } from './http.ts';
import type { Signal } from './signals.ts';

/*
 * Golden frames: the wire written down once more, as data. The schemas accept every one of them and change nothing, a
 * server has to take what goes in and a client what comes out. Who breaks one breaks somebody's client.
 */

/** A frame exactly as it travels, and what it stands for. */
export interface GoldenFrame<Frame> {
  name: string;
  frame: Frame;
}

/** A command as `POST /api/v1/visitor/commands` takes it; a socket emits `command` with `payload`. */
export type CommandFrame<Commands> = {
  [Name in keyof Commands]: Commands[Name] extends { payload: infer Payload }
    ? { command: Name; payload: Payload }
    : never;
}[keyof Commands];

/** A command's name and the ack that answers it. */
export type AckFrame<Commands> = {
  [Name in keyof Commands]: Commands[Name] extends { result: infer Result }
    ? { command: Name; ack: Ack<Result> }
    : never;
}[keyof Commands];

/** The first frame to each namespace. */
export type HelloFrame =
  | { namespace: '/visitor'; hello: VisitorHello }
  | { namespace: '/agent'; hello: AgentHello };

/** What a client sends in `auth` to connect to a namespace. */
export interface HandshakeFrame {
  namespace: '/visitor' | '/agent';
  auth: Handshake;
}

/** One HTTP request and its answer. For GET `request` is the query. */
export interface HttpExchange {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  request?: unknown;
  status: number;
  answer?: unknown;
}

/** A log in both audiences and the row that it adds up to. */
export interface LogFrame {
  opened: Pick<ConversationRow, 'id' | 'visitorId' | 'contactId' | 'createdAt'>;
  /** As agents read it. */
  events: ConversationEvent[];
  /** As the visitor reads it. */
  visitorEvents: ConversationEvent[];
  row: ConversationRow;
}

/** Input that has to be refused, the door it knocks at, and the answer it gets. */
export interface RefusedFrame extends GoldenFrame<{ door: string; input?: unknown }> {
  code: Extract<ErrorCode, 'invalid' | 'too_large'>;
  reason: string;
}

// JSON's inferred types are wider than the protocol's ('text' is only a string there). That the frames keep to the
// types is what the schemas, which are equal to the types, prove in the test.

/** `auth` of each namespace's handshake. */
export const goldenHandshakes = handshakes as GoldenFrame<HandshakeFrame>[];
/** What a visitor asks: at least one for each command. */
export const goldenVisitorCommands = visitorCommands as GoldenFrame<
  CommandFrame<VisitorCommands>
>[];
/** What an agent asks: at least one for each command. */
export const goldenAgentCommands = agentCommands as GoldenFrame<CommandFrame<AgentCommands>>[];
/** What a visitor is answered: at least one for each command, refusals among them. */
export const goldenVisitorAcks = visitorAcks as GoldenFrame<AckFrame<VisitorCommands>>[];
/** What an agent is answered: at least one for each command, refusals among them. */
export const goldenAgentAcks = agentAcks as GoldenFrame<AckFrame<AgentCommands>>[];
/** At least one event of each type. */
export const goldenEvents = events as GoldenFrame<ConversationEvent>[];
/** At least one signal of each type. */
export const goldenSignals = signals as GoldenFrame<Signal>[];
/** One for each code: in an ack, as a handshake's error, in a `refused` frame or over HTTP. */
export const goldenRefusals = refusals as GoldenFrame<Refusal>[];
/** The first frame of each namespace. */
export const goldenHellos = hellos as GoldenFrame<HelloFrame>[];
/** At least one request of each kind with its answer. */
export const goldenHttp = http as GoldenFrame<HttpExchange>[];
/** A whole log. */
export const goldenLogs = log as GoldenFrame<LogFrame>[];
/** What the server writes into the loader. */
export const goldenWidgetSettings = widgetSettings as GoldenFrame<WidgetSettings>[];
/** What every door has to refuse, and how. */
export const refusedFrames = refused as RefusedFrame[];
