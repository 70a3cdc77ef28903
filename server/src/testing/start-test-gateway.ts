import assert from 'node:assert/strict';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Ack,
  type AgentCommands,
  createId,
  NAMESPACES,
  PROTOCOL_VERSION,
  type VisitorCommands,
} from '@alcove/protocol';
import { agentAckSchemas, visitorAckSchemas } from '@alcove/protocol/schemas';
import { pino } from 'pino';
import { io as connectSocket, type Socket } from 'socket.io-client';
import type { ZodType } from 'zod';
import { createSingleNodeCluster } from '../cluster/single-node.ts';
import type { Authenticator } from '../domain/authenticator.ts';
import { type Clock, toIso } from '../domain/clock.ts';
import { createDomain } from '../domain/create-domain.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { AgentPrincipal, Caller, Principal, VisitorPrincipal } from '../domain/principal.ts';
import { defaultLimits, type Limits } from '../limits.ts';
import { openSqliteStorage } from '../storage/sqlite/open-sqlite-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { createCommands } from '../transport/commands/commands.ts';
import { createFaults } from '../transport/faults.ts';
import { silentMeter } from '../transport/meter.ts';
import { createOverload } from '../transport/overload.ts';
import { createConnectionCounts } from '../transport/realtime/connection-counts.ts';
import { attachGateway } from '../transport/realtime/gateway.ts';
import { createPublisher } from '../transport/realtime/publisher.ts';
import { createSocketServer } from '../transport/realtime/socket-server.ts';
import { createWriteBound } from '../transport/write-bound.ts';

/** Where the workspaces' widgets, and the console, are allowed to run. */
export const SHOP_ORIGIN = 'https://shop.example';
export const CONSOLE_ORIGIN = 'https://chat.example';

/** Time that stands still until a test moves it. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

/** What would make tests wait, or stop them for doing much from one address. */
const IMPATIENT = {
  handshakes: { points: 10_000, durationMs: 1_000 },
  handshakesPerAddress: { points: 10_000, durationMs: 1_000 },
  presenceGraceMs: 50,
  sessionSweepMs: 20,
  newConversationsPerAddress: { points: 10_000, durationMs: 60_000 },
} satisfies Partial<Limits>;

interface TestGatewayOptions {
  limits?: Partial<Limits>;
  /** To put something between the domain and the store. */
  wrapStorage?: (storage: Storage) => Storage;
}

export type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

/**
 * The whole of the conversations with nothing faked but who is who: a real store, a real socket server on a free port, and
 * tokens that are nothing but names in a table.
 */
export async function startTestGateway(options: TestGatewayOptions = {}) {
  const sqlite = await openSqliteStorage({ file: ':memory:' });
  const httpServer = createServer();
  const parts = assemble(httpServer, options.wrapStorage?.(sqlite) ?? sqlite, options);
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  const clients = new Set<TestClient>();

  return {
    ...parts,
    url,
    createWorkspace: () => createTestWorkspace(sqlite, parts.clock, parts.domain),
    connect(principal: Principal, auth: object = {}, origin?: string): TestClient {
      const isVisitor = principal.kind === 'visitor';
      const client = connectTestClient(
        url + (isVisitor ? NAMESPACES.visitor : NAMESPACES.agent),
        { protocol: PROTOCOL_VERSION, accessToken: parts.issue(principal), ...auth },
        origin ?? (isVisitor ? SHOP_ORIGIN : CONSOLE_ORIGIN),
      );
      clients.add(client);
      return client;
    },
    async close() {
      for (const client of clients) client.socket.disconnect();
      await parts.gateway.close();
      parts.overload.close();
      parts.domain.close();
      await parts.cluster.close();
      await sqlite.close();
    },
  };
}

function assemble(httpServer: HttpServer, storage: Storage, options: TestGatewayOptions) {
  const limits = { ...defaultLimits, ...IMPATIENT, ...options.limits };
  const clock = createTestClock();
  const logged: Record<string, unknown>[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => logged.push(JSON.parse(line)) });
  const clientAddress = () => '192.0.2.1';
  const counts = createConnectionCounts({ limits, clientAddress });
  const cluster = createSingleNodeCluster(limits);
  const io = createSocketServer(httpServer, { cluster, limits, logger, counts });
  const { authenticator, issue } = createTestAuthenticator(clock);
  const delay = { ms: 0 };
  const gauge = { read: () => delay.ms, close: () => {} };
  const writeBound = createWriteBound({ limits });
  const overload = createOverload({ limits, logger, gauge, writeBound });
  const measures = { faults: createFaults(logger), meter: silentMeter, counts, overload };
  const ports = { storage, cluster, clock, limits, logger, authenticator, ...measures };
  const domain = createDomain({ ...ports, publisher: createPublisher(io, overload) });
  const commands = createCommands({ ...ports, domain, writeBound });
  const sessions = { isActive: async () => true };
  const gateway = attachGateway({ ...ports, io, commands, domain, sessions });
  return { ...ports, io, domain, commands, gateway, logged, issue, delay };
}

/** A workspace, and ways to fill it with people. */
async function createTestWorkspace(
  storage: Storage,
  clock: Clock,
  domain: ReturnType<typeof createDomain>,
) {
  const id = createId('ws');
  const createdAt = toIso(clock.now());
  await storage.directory.workspaces.create({
    id,
    key: createId('wk'),
    name: 'The Shop',
    look: { colour: '#0b6b62', side: 'end', theme: 'auto' },
    allowedOrigins: [SHOP_ORIGIN],
    createdAt,
  });
  const expiresAt = clock.now() + 15 * 60_000;
  return {
    id,
    async addAgent(name: string, isDisabled = false): Promise<AgentPrincipal> {
      const [agentId, accountId] = [createId('ag'), createId('ac')];
      const email = `${agentId}@chat.example`;
      await storage.directory.accounts.create({
        id: accountId,
        email,
        passwordHash: '-',
        createdAt,
      });
      const membership = { id: agentId, workspaceId: id, accountId, name, email };
      await storage
        .forWorkspace(id)
        .agents.create({ ...membership, role: 'agent', isDisabled, createdAt });
      domain.roster.forget(id);
      const session = { sessionId: createId('se'), expiresAt };
      return { kind: 'agent', workspaceId: id, agentId, accountId, role: 'agent', ...session };
    },
    async addVisitor(): Promise<VisitorPrincipal> {
      const visitor = await domain.contacts.createVisitor(id, { userAgent: 'Test/1.0' });
      const { id: visitorId, contactId } = visitor;
      const session = { sessionId: createId('se'), expiresAt };
      return { kind: 'visitor', workspaceId: id, visitorId, contactId, ...session };
    },
  };
}

/** A caller without a connection, as HTTP has them. */
export function callerOf<Who extends Principal>(principal: Who): Caller<Who> {
  return {
    principal,
    via: principal.kind === 'visitor' ? 'widget' : 'console',
    address: '192.0.2.1',
  };
}

type CommandName = keyof VisitorCommands | keyof AgentCommands;
type AckOf<Name extends CommandName> = Ack<(VisitorCommands & AgentCommands)[Name]['result']>;
type PayloadOf<Name extends CommandName> = (VisitorCommands & AgentCommands)[Name]['payload'];

export type TestClient = ReturnType<typeof connectTestClient>;

/** A client that keeps every frame, so that a test can ask for one that came before it looked. */
export function connectTestClient(url: string, auth: object, origin: string | undefined) {
  const socket: Socket = connectSocket(url, {
    auth,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...(origin === undefined ? {} : { extraHeaders: { origin } }),
  });
  const { frames, keep, next } = createFrameBox();
  for (const name of ['hello', 'event', 'signal', 'refused']) {
    socket.on(name, (payload) => keep(name, payload));
  }
  socket.on('connect_error', (error) => {
    const data: unknown = 'data' in error ? error.data : undefined;
    keep('connect_error', { message: error.message, data });
  });
  socket.on('disconnect', (reason) => keep('disconnect', { reason }));

  return {
    socket,
    frames,
    next,
    /** Sends a command and resolves with its answer, which the protocol has to know to the last field. */
    async ask<Name extends CommandName>(
      name: Name,
      payload: PayloadOf<Name>,
    ): Promise<AckOf<Name>> {
      const ack: AckOf<Name> = await socket.timeout(8000).emitWithAck(name, payload);
      const schemas: Record<string, ZodType> = { ...visitorAckSchemas, ...agentAckSchemas };
      assert.deepEqual(schemas[name]?.parse(ack), ack);
      return ack;
    },
    /** Sends whatever a hostile client may send. */
    askAnything(...frame: unknown[]): Promise<unknown> {
      return socket.timeout(3000).emitWithAck(...(frame as [string]));
    },
    /** The connection below Socket.IO. */
    rawSocket(): WebSocket {
      return (socket.io.engine.transport as unknown as { ws: WebSocket }).ws;
    },
  };
}

interface KeptFrame {
  name: string;
  payload: Record<string, unknown>;
}

function createFrameBox() {
  const frames: KeptFrame[] = [];
  const watchers = new Set<() => void>();

  return {
    frames,
    keep(name: string, payload: KeptFrame['payload']) {
      frames.push({ name, payload });
      for (const watch of watchers) watch();
    },
    /** Resolves with the first frame of this name that has these fields, be it here or still to come. */
    next(name: string, fields: object = {}): Promise<KeptFrame['payload']> {
      const isWanted = (frame: KeptFrame) =>
        frame.name === name && hasFields(frame.payload, fields);
      return new Promise((resolve, reject) => {
        const look = () => {
          const index = frames.findIndex(isWanted);
          if (index < 0) return;
          clearTimeout(timer);
          watchers.delete(look);
          const [found] = frames.splice(index, 1);
          if (found) resolve(found.payload);
        };
        const timer = setTimeout(() => {
          watchers.delete(look);
          const seen = JSON.stringify(frames, undefined, 1);
          reject(new Error(`no ${name} with ${JSON.stringify(fields)} came; there are ${seen}`));
        }, 4000);
        watchers.add(look);
        look();
      });
    },
  };
}

function hasFields(payload: Record<string, unknown>, fields: object): boolean {
  return Object.entries(fields).every(([key, value]) => {
    const found = payload[key];
    if (typeof value !== 'object' || value === null) return found === value;
    return typeof found === 'object' && found !== null && hasFields({ ...found }, value);
  });
}

function createTestClock(): TestClock {
  let now = Date.parse('2030-01-01T12:00:00.000Z');
  return {
    now: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

function createTestAuthenticator(clock: Clock) {
  const principals = new Map<string, Principal>();
  const ended = () => new DomainError('unauthenticated', 'The session has ended. Sign in again.');

  function verify<Kind extends Principal['kind']>(kind: Kind, token: string) {
    const principal = principals.get(token);
    if (!principal || principal.expiresAt <= clock.now()) throw ended();
    if (!isOfKind(principal, kind)) throw ended();
    return principal;
  }

  function check(origin: string | undefined, allowed: string) {
    if (origin === allowed) return;
    throw new DomainError('origin_not_allowed', `Only ${allowed} may do this.`);
  }

  const authenticator: Authenticator = {
    visitor: async (token) => verify('visitor', token),
    agent: async (token) => verify('agent', token),
    checkVisitorOrigin: async (_workspaceId, origin) => check(origin, SHOP_ORIGIN),
    checkAgentOrigin: (origin) => check(origin, CONSOLE_ORIGIN),
  };
  return {
    authenticator,
    issue(principal: Principal): string {
      const token = createId('cl');
      principals.set(token, principal);
      return token;
    },
  };
}

function isOfKind<Kind extends Principal['kind']>(
  principal: Principal,
  kind: Kind,
): principal is Extract<Principal, { kind: Kind }> {
  return principal.kind === kind;
}
