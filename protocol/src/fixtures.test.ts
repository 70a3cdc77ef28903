import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EVENT_AUDIENCE, isVisibleTo } from './audience.ts';
import { NAMESPACES } from './commands.ts';
import { ERROR_CODES } from './errors.ts';
import {
  type GoldenFrame,
  type HttpExchange,
  goldenAgentAcks,
  goldenAgentCommands,
  goldenEvents,
  goldenHandshakes,
  goldenHellos,
  goldenHttp,
  goldenLogs,
  goldenRefusals,
  goldenSignals,
  goldenVisitorAcks,
  goldenVisitorCommands,
  goldenWidgetSettings,
  refusedFrames,
} from './fixtures.ts';
import { emptyConversation, foldConversation } from './fold-conversation.ts';
import { HTTP_PATHS } from './http.ts';
import { eventIdOf } from './ids.ts';
import * as schemas from './schemas.ts';

const {
  agentAckSchemas,
  agentCommandSchemas,
  parseInput,
  refusalSchema,
  signalSchema,
  visitorAckSchemas,
  visitorCommandSchemas,
} = schemas;

/** Every door over HTTP: what it takes and what it answers. */
const HTTP_DOORS: Record<string, { request?: z.ZodType; answer?: z.ZodType }> = {
  [`POST ${HTTP_PATHS.visitorSession}`]: {
    request: schemas.createVisitorSessionSchema,
    answer: schemas.visitorSessionSchema,
  },
  [`POST ${HTTP_PATHS.visitorCommands}`]: { request: schemas.visitorHttpCommandSchema },
  [`GET ${HTTP_PATHS.visitorSync}`]: {
    request: schemas.visitorSyncQuerySchema,
    answer: visitorAckSchemas.sync,
  },
  [`POST ${HTTP_PATHS.agentCommands}`]: { request: schemas.agentHttpCommandSchema },
  [`POST ${HTTP_PATHS.session}`]: {
    request: schemas.signInSchema,
    answer: schemas.agentSessionSchema,
  },
  [`DELETE ${HTTP_PATHS.session}`]: {},
  [`POST ${HTTP_PATHS.sessionRefresh}`]: { answer: schemas.agentSessionSchema },
  [`DELETE ${HTTP_PATHS.sessions}`]: {},
  [`GET ${HTTP_PATHS.workspace}`]: { answer: schemas.workspaceUpdatedSchema },
  [`PATCH ${HTTP_PATHS.workspace}`]: {
    request: schemas.updateWorkspaceSchema,
    answer: schemas.workspaceUpdatedSchema,
  },
  [`GET ${HTTP_PATHS.agents}`]: { answer: schemas.agentListSchema },
  [`PATCH ${HTTP_PATHS.agents}/:agentId`]: {
    request: schemas.updateAgentSchema,
    answer: schemas.agentUpdatedSchema,
  },
  [`GET ${HTTP_PATHS.invitations}`]: { answer: schemas.invitationListSchema },
  [`POST ${HTTP_PATHS.invitations}`]: {
    request: schemas.createInvitationSchema,
    answer: schemas.invitationCreatedSchema,
  },
  [`DELETE ${HTTP_PATHS.invitations}/:invitationId`]: {},
  [`POST ${HTTP_PATHS.invitationLookup}`]: {
    request: schemas.lookUpInvitationSchema,
    answer: schemas.invitationDetailsSchema,
  },
  [`POST ${HTTP_PATHS.invitationAccept}`]: {
    request: schemas.acceptInvitationSchema,
    answer: schemas.agentSessionSchema,
  },
};

function doorOf({ method, path }: { method: string; path: string }): string {
  return `${method} ${path}`
    .replace(/\/ag_\w+$/, '/:agentId')
    .replace(/\/in_\w+$/, '/:invitationId');
}

/** Accepted, and nothing of it lost: a key that the schema does not know would be dropped. */
const accepted = (frame: unknown) => ({ ok: true, value: frame });

/** What `request` is after parsing: a query's numbers arrive as text. */
function asTaken({ method, request }: { method: string; request?: unknown }): unknown {
  if (method !== 'GET' || typeof request !== 'object' || request === null) return request;
  return Object.fromEntries(
    Object.entries(request).map(([key, value]) => [
      key,
      /^\d+$/.test(value) ? Number(value) : value,
    ]),
  );
}

/** What answers `exchange`. */
function answerSchemaOf({ method, path, request, status }: HttpExchange): z.ZodType {
  if (status >= 400) return refusalSchema;
  if (status === 204) return z.undefined();
  if (path === HTTP_PATHS.visitorCommands) {
    return visitorAckSchemas[schemas.visitorHttpCommandSchema.parse(request).command];
  }
  if (path === HTTP_PATHS.agentCommands) {
    return agentAckSchemas[schemas.agentHttpCommandSchema.parse(request).command];
  }
  return HTTP_DOORS[doorOf({ method, path })]?.answer ?? z.never();
}

function commandSchema(
  table: typeof visitorCommandSchemas | typeof agentCommandSchemas,
  command: string,
): z.ZodType {
  const schema = Object.entries(table).find(([name]) => name === command)?.[1];
  if (!schema) throw new Error(`there is no command ${command}`);
  return schema;
}

describe('golden commands', () => {
  it.each(goldenVisitorCommands)('of a visitor: $name', ({ frame }) => {
    expect(parseInput(visitorCommandSchemas[frame.command], frame.payload)).toEqual(
      accepted(frame.payload),
    );
  });

  it.each(goldenAgentCommands)('of an agent: $name', ({ frame }) => {
    expect(parseInput(agentCommandSchemas[frame.command], frame.payload)).toEqual(
      accepted(frame.payload),
    );
  });

  it('are there for every command', () => {
    const named = (frames: GoldenFrame<{ command: string }>[]) =>
      new Set(frames.map(({ frame }) => frame.command));
    const ofVisitors = new Set(Object.keys(visitorCommandSchemas));
    const ofAgents = new Set(Object.keys(agentCommandSchemas));
    expect(named(goldenVisitorCommands)).toEqual(ofVisitors);
    expect(named(goldenVisitorAcks)).toEqual(ofVisitors);
    expect(named(goldenAgentCommands)).toEqual(ofAgents);
    expect(named(goldenAgentAcks)).toEqual(ofAgents);
  });

  it('lose keys that nobody knows, instead of being refused', () => {
    for (const { frame } of goldenVisitorCommands) {
      const payload = { ...frame.payload, invented: 'by a newer client' };
      expect(parseInput(visitorCommandSchemas[frame.command], payload)).toEqual(
        accepted(frame.payload),
      );
    }
  });
});

describe('golden acks', () => {
  it.each(goldenVisitorAcks)('to a visitor: $name', ({ frame }) => {
    expect(parseInput(visitorAckSchemas[frame.command], frame.ack)).toEqual(accepted(frame.ack));
  });

  it.each(goldenAgentAcks)('to an agent: $name', ({ frame }) => {
    expect(parseInput(agentAckSchemas[frame.command], frame.ack)).toEqual(accepted(frame.ack));
  });
});

describe('golden refusals', () => {
  it.each(goldenRefusals)('$name', ({ frame }) => {
    expect(parseInput(refusalSchema, frame)).toEqual(accepted(frame));
    expect(frame.retryable).toBe(ERROR_CODES[frame.code].retryable);
  });

  it('are there for every code', () => {
    expect(new Set(goldenRefusals.map(({ frame }) => frame.code))).toEqual(
      new Set(Object.keys(ERROR_CODES)),
    );
  });

  it('have the status of their code over HTTP', () => {
    const refusals = goldenHttp.filter(({ frame }) => frame.status >= 400);
    const statuses = refusals.map(({ frame }) => frame.status);
    expect(statuses).toEqual(
      refusals.map(({ frame }) => ERROR_CODES[refusalSchema.parse(frame.answer).code].status),
    );
  });
});

describe('golden events and signals', () => {
  it.each(goldenEvents)('event: $name', ({ frame }) => {
    expect(parseInput(schemas.conversationEventSchema, frame)).toEqual(accepted(frame));
    expect(frame.id).toBe(eventIdOf(frame.conversationId, frame.seq));
  });

  it.each(goldenSignals)('signal: $name', ({ frame }) => {
    expect(parseInput(signalSchema, frame)).toEqual(accepted(frame));
  });

  it('are there for every type', () => {
    const types = (frames: GoldenFrame<{ type: string }>[]) =>
      new Set(frames.map(({ frame }) => frame.type));
    expect(types(goldenEvents)).toEqual(new Set(Object.keys(EVENT_AUDIENCE)));
    expect(types(goldenSignals)).toEqual(
      new Set(signalSchema.options.map((option) => option.shape.type.value)),
    );
  });
});

describe('golden handshakes and hellos', () => {
  it.each(goldenHandshakes)('handshake: $name', ({ frame }) => {
    expect(parseInput(schemas.handshakeSchema, frame.auth)).toEqual(accepted(frame.auth));
    const { protocol } = frame.auth;
    expect(parseInput(schemas.handshakeVersionSchema, frame.auth)).toEqual(accepted({ protocol }));
  });

  it.each(goldenHellos)('hello: $name', ({ frame }) => {
    const isVisitor = frame.namespace === NAMESPACES.visitor;
    const schema = isVisitor ? schemas.visitorHelloSchema : schemas.agentHelloSchema;
    expect(parseInput(schema, frame.hello)).toEqual(accepted(frame.hello));
  });

  it('are there for both namespaces', () => {
    const both = new Set<string>(Object.values(NAMESPACES));
    expect(new Set(goldenHandshakes.map(({ frame }) => frame.namespace))).toEqual(both);
    expect(new Set(goldenHellos.map(({ frame }) => frame.namespace))).toEqual(both);
  });

  it('let a visitor in whose page is none of the web', () => {
    const page = { url: 'capacitor://localhost/', title: 'App' };
    const auth = { protocol: 1, accessToken: 'token', page };
    expect(parseInput(schemas.handshakeSchema, auth)).toMatchObject({
      ok: true,
      value: { accessToken: 'token', page: undefined },
    });
  });
});

describe('golden HTTP exchanges', () => {
  it.each(goldenHttp)('$name', ({ frame }) => {
    const request = HTTP_DOORS[doorOf(frame)]?.request ?? z.undefined();
    expect(parseInput(request, frame.request)).toEqual(accepted(asTaken(frame)));
    expect(parseInput(answerSchemaOf(frame), frame.answer)).toEqual(accepted(frame.answer));
  });

  it('are there for every door and every command', () => {
    const used = new Set(goldenHttp.map(({ frame }) => doorOf(frame)));
    expect(used).toEqual(new Set(Object.keys(HTTP_DOORS)));
    const commandsAt = (path: string, schema: z.ZodType<{ command: string }>) =>
      new Set(
        goldenHttp
          .filter(({ frame }) => frame.path === path)
          .map(({ frame }) => schema.parse(frame.request).command),
      );
    expect(commandsAt(HTTP_PATHS.visitorCommands, schemas.visitorHttpCommandSchema)).toEqual(
      new Set(Object.keys(visitorCommandSchemas)),
    );
    expect(commandsAt(HTTP_PATHS.agentCommands, schemas.agentHttpCommandSchema)).toEqual(
      new Set(Object.keys(agentCommandSchemas)),
    );
  });

  it('name every path of the protocol', () => {
    for (const path of Object.values(HTTP_PATHS)) {
      expect(Object.keys(HTTP_DOORS).some((door) => door.includes(path))).toBe(true);
    }
  });

  it.each(goldenWidgetSettings)('widget settings: $name', ({ frame }) => {
    expect(parseInput(schemas.widgetSettingsSchema, frame)).toEqual(accepted(frame));
    expect(new TextEncoder().encode(JSON.stringify(frame)).length).toBeLessThanOrEqual(300);
  });
});

describe('golden logs', () => {
  it.each(goldenLogs)('$name', ({ frame }) => {
    const { opened, events, visitorEvents, row } = frame;
    expect(events.reduce(foldConversation, emptyConversation(opened))).toEqual(row);
    expect(events.map(({ prev }) => prev)).toEqual(events.map(({ seq }) => seq - 1));
    expect(visitorEvents.map(({ seq }) => seq)).toEqual(
      events.filter(({ type }) => isVisibleTo('visitor', type)).map(({ seq }) => seq),
    );
    expect(visitorEvents.map(({ prev }) => prev)).toEqual([
      0,
      ...visitorEvents.slice(0, -1).map(({ seq }) => seq),
    ]);
    for (const event of [...events, ...visitorEvents]) {
      expect(parseInput(schemas.conversationEventSchema, event)).toEqual(accepted(event));
    }
    expect(parseInput(schemas.conversationRowSchema, row)).toEqual(accepted(row));
  });
});

describe('refused frames', () => {
  function schemaOf({ door, input }: { door: string; input?: unknown }): z.ZodType {
    const command = (input as { command?: string } | undefined)?.command ?? '';
    if (door === 'visitor command') return commandSchema(visitorCommandSchemas, command);
    if (door === 'agent command') return commandSchema(agentCommandSchemas, command);
    if (door === 'handshake') return schemas.handshakeSchema;
    const request = HTTP_DOORS[door]?.request;
    if (!request) throw new Error(`${door} is no door`);
    return request;
  }

  it.each(refusedFrames)('$name', ({ frame, code, reason }) => {
    const input = frame.door.endsWith(' command')
      ? (frame.input as { payload?: unknown }).payload
      : frame.input;
    expect(parseInput(schemaOf(frame), input)).toEqual({ ok: false, code, message: reason });
  });
});

describe('whatever is broken in a golden frame', () => {
  const golden: [schema: z.ZodType, frame: unknown][] = [
    ...goldenVisitorCommands.map(({ frame }): [z.ZodType, unknown] => [
      visitorCommandSchemas[frame.command],
      frame.payload,
    ]),
    ...goldenAgentCommands.map(({ frame }): [z.ZodType, unknown] => [
      agentCommandSchemas[frame.command],
      frame.payload,
    ]),
    ...goldenVisitorAcks.map(({ frame }): [z.ZodType, unknown] => [
      visitorAckSchemas[frame.command],
      frame.ack,
    ]),
    ...goldenAgentAcks.map(({ frame }): [z.ZodType, unknown] => [
      agentAckSchemas[frame.command],
      frame.ack,
    ]),
    ...goldenEvents.map(({ frame }): [z.ZodType, unknown] => [
      schemas.conversationEventSchema,
      frame,
    ]),
    ...goldenSignals.map(({ frame }): [z.ZodType, unknown] => [signalSchema, frame]),
    ...goldenHttp.flatMap(({ frame }): [z.ZodType, unknown][] => {
      const request = HTTP_DOORS[doorOf(frame)]?.request;
      return request ? [[request, frame.request]] : [];
    }),
  ];
  const garbage = [undefined, null, true, -1, 0.5, '', ' ', '\0', '__proto__', [], [[]], {}];

  it('is accepted for good reason or refused in the protocol’s own words, field first', () => {
    let refusals = 0;
    for (const [schema, frame] of golden) {
      for (const broken of breakages(frame)) {
        const parsed = parseInput(schema, broken);
        if (parsed.ok) continue;
        refusals += 1;
        expect(parsed.message).toMatch(/^(The request|\w+(\.\S+|\[\d+\])*) (must|is|contains) /);
        expect(parsed.message).not.toMatch(/\b(Invalid|Too (small|big)|Unrecognized|received)\b/);
        expect(parsed.message).toMatch(/\.$/);
      }
    }
    expect(refusals).toBeGreaterThan(5000);
  });

  /** The value with one of its parts, at any depth, replaced by each piece of garbage. */
  function* breakages(value: unknown): Generator<unknown> {
    yield* garbage;
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      for (const broken of breakages(inner)) {
        yield Array.isArray(value) ? value.with(Number(key), broken) : { ...value, [key]: broken };
      }
    }
  }
});
