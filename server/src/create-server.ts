import {
  createServer as createHttpServer,
  type RequestListener,
  type Server as HttpServer,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { type BuiltFiles, locateBuiltFiles } from './built-files.ts';
import type { Cluster } from './cluster/cluster.ts';
import { openCluster } from './cluster/open-cluster.ts';
import { adminSocketOf, type Config } from './config.ts';
import { type Admin, createAdmin } from './domain/admin.ts';
import { createAgentSessions } from './domain/agent-sessions.ts';
import { createAgents } from './domain/agents.ts';
import { type Clock, systemClock } from './domain/clock.ts';
import { createAuthenticator } from './domain/authenticator.ts';
import { createDomain, type Domain } from './domain/create-domain.ts';
import { createInvitations } from './domain/invitations.ts';
import { idsOf, type Keys } from './domain/keys.ts';
import { createOrigins } from './domain/origins.ts';
import { createPasswords, type PasswordCost } from './domain/passwords.ts';
import { createSessions, type Sessions } from './domain/sessions.ts';
import { createTokens } from './domain/tokens.ts';
import { createVisitorSessions } from './domain/visitor-sessions.ts';
import { createWorkspaces } from './domain/workspaces.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { createMetrics, type Metrics, type MetricsSources } from './metrics.ts';
import { openStorage } from './storage/open-storage.ts';
import type { Storage } from './storage/storage.ts';
import { type AdminSocket, openAdminSocket } from './transport/admin-socket.ts';
import { createClientAddress } from './transport/client-address.ts';
import { createCommands } from './transport/commands/commands.ts';
import { createApp } from './transport/http/app.ts';
import { createAuthenticateAgent } from './transport/http/authenticate.ts';
import { createFaults, type Faults } from './transport/faults.ts';
import { createRateLimit } from './transport/http/rate-limit.ts';
import type { MetricsDoor } from './transport/http/routes/metrics.ts';
import { silentMeter } from './transport/meter.ts';
import { createOverload, type Overload } from './transport/overload.ts';
import { createConnectionCounts } from './transport/realtime/connection-counts.ts';
import { attachGateway, type Gateway } from './transport/realtime/gateway.ts';
import { createReadiness } from './transport/readiness.ts';
import { createPublisher } from './transport/realtime/publisher.ts';
import { createSocketServer } from './transport/realtime/socket-server.ts';
import { createWriteBound, type WriteBound } from './transport/write-bound.ts';
import { type RememberingAuthenticator, rememberVerified } from './transport/verified-tokens.ts';

/** What a server is made from. */
export interface ServerOptions {
  config: Config;
  keys: Keys;
  logger: Logger;
  clock?: Clock;
  limits?: Partial<Limits>;
  passwordCost?: PasswordCost;
  files?: BuiltFiles;
  /** Puts something between the server and its store, such as faults. */
  wrapStorage?: (storage: Storage) => Storage;
}

/** A server, ready to listen. */
export interface Server {
  /** @throws Error when the port is taken. */
  listen(): Promise<{ url: string; port: number }>;
  /** What the operator may ask; works without listening, too. */
  readonly admin: Admin;
  /** Says goodbye to whoever is connected, finishes what was accepted, and lets go of everything. */
  close(): Promise<void>;
}

/** The name of the workspace that a fresh installation starts with. */
const FIRST_WORKSPACE = 'My workspace';

/** Expired sessions are swept out this often. */
const PRUNE_MS = 60 * 60 * 1000;

/**
 * Puts a server together. The only function that knows all parts; they know each other by their interfaces.
 *
 * @throws Error in words for the operator when the data cannot be opened.
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { config, wrapStorage = (opened) => opened } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const storage = wrapStorage(
    await openStorage(config.databaseUrl, { mayPrepare: config.autoMigrate }),
  );
  let cluster: Cluster | undefined;
  try {
    const { keys, logger } = options;
    const { lonelyNodes } = storage;
    cluster = await openCluster({ ...config, keyIds: idsOf(keys), lonelyNodes, limits, logger });
    return await assemble(storage, cluster, { ...options, limits });
  } catch (error) {
    await cluster?.close();
    await storage.close();
    throw error;
  }
}

async function assemble(
  store: Storage,
  cluster: Cluster,
  options: ServerOptions & { limits: Limits },
): Promise<Server> {
  const { config, keys, limits, logger, passwordCost, clock = systemClock } = options;
  const life: Life = { isDraining: false, port: config.port };
  // Socket.IO puts itself before the listeners that it finds, so the listener stands before there is an app.
  const httpServer = createListener(limits, (request, response) => app(request, response));
  const publicUrl = () => config.publicUrl ?? new URL(`http://localhost:${life.port}`);
  const clientAddress = createClientAddress(config.trustProxy);

  const counts = createConnectionCounts({ limits, clientAddress });
  const io = createSocketServer(httpServer, { cluster, limits, logger, counts });
  const faults = createFaults(logger);
  const metrics = config.metricsToken === undefined ? undefined : createMetrics();
  const storage = metrics?.storage(store) ?? store;
  const writeBound = createWriteBound({ limits });
  const overload = createOverload({ limits, logger, writeBound });
  const measures = { faults, meter: metrics?.meter ?? silentMeter, counts, overload };
  const ports = { storage, cluster, clock, limits, logger, clientAddress, ...measures };
  const domain = createDomain({ ...ports, publisher: createPublisher(io, overload) });
  const services = createServices({ ...ports, keys, passwordCost, domain, publicUrl });
  const { authenticator, sessions, workspaces } = services;
  const plain = createCommands({ ...ports, domain, authenticator, writeBound });
  const commands = metrics?.commands(plain) ?? plain;
  const gateway = attachGateway({ ...ports, io, commands, domain, authenticator, sessions });
  const app = createApp({
    ...ports,
    ...services,
    authenticateAgent: createAuthenticateAgent(authenticator),
    commands,
    files: options.files ?? locateBuiltFiles(),
    publicUrl,
    rateLimit: createRateLimit({ limiter: cluster.limiter, clientAddress }),
    isDraining: () => life.isDraining,
    metrics: doorOf(metrics, config),
    readiness: createReadiness({ ...ports, isDraining: () => life.isDraining }),
    trustProxy: config.trustProxy,
  });

  metrics?.watch(sourcesOf({ ...ports, gateway, writeBound, life }));
  await workspaces.createFirst(FIRST_WORKSPACE, keys.refresh.current.secret);
  return start({ ...ports, ...services, life, config, httpServer, publicUrl, gateway, domain });
}

function sourcesOf(parts: {
  gateway: Gateway;
  cluster: Cluster;
  faults: Faults;
  writeBound: WriteBound;
  overload: Overload;
  life: Life;
}): MetricsSources {
  const { gateway, cluster, faults, writeBound, overload, life } = parts;
  return {
    gateway: gateway.figures,
    cluster: () => ({ ...cluster.figures(), isDegraded: cluster.isDegraded() }),
    faults: faults.figures,
    writesUnderWay: writeBound.underWay,
    shed: overload.shed,
    isDraining: () => life.isDraining,
  };
}

function doorOf(metrics: Metrics | undefined, { metricsToken }: Config): MetricsDoor | undefined {
  return metrics && metricsToken ? { token: metricsToken, render: metrics.render } : undefined;
}

/** What changes while a server lives. */
interface Life {
  isDraining: boolean;
  /** The one that the system gave, once it listens. */
  port: number;
}

interface RunningParts {
  life: Life;
  config: Config;
  httpServer: HttpServer;
  publicUrl: () => URL;
  gateway: Gateway;
  limits: Limits;
  overload: Overload;
  authenticator: RememberingAuthenticator;
  domain: Domain;
  cluster: Cluster;
  storage: Storage;
  sessions: Sessions;
  admin: Admin;
  logger: Logger;
}

/** What begins and what ends, in this order. */
function start(parts: RunningParts): Server {
  const { admin, config, httpServer, life, logger, publicUrl } = parts;
  const stopPruning = pruneRegularly(parts.sessions, logger);
  let adminSocket: AdminSocket | undefined;
  return {
    admin,
    async listen() {
      life.port = await listenOn(httpServer, config);
      adminSocket = await openAdminSocket({ path: adminSocketOf(config), admin, logger });
      const listening = { url: publicUrl().origin, port: life.port };
      logger.info(listening, 'listening');
      return listening;
    },
    async close() {
      life.isDraining = true;
      logger.info('stopping: what is under way is finished');
      stopPruning();
      await adminSocket?.close();
      await drain(httpServer, parts.gateway, parts.limits);
      parts.overload.close();
      parts.authenticator.close();
      parts.domain.close();
      await parts.cluster.close();
      await parts.storage.close();
      logger.info('closed');
    },
  };
}

type Parts = Pick<ServerOptions, 'keys' | 'passwordCost'> & {
  storage: Storage;
  cluster: Cluster;
  domain: Domain;
  clock: Clock;
  limits: Limits;
  publicUrl: () => URL;
};

/** Workspaces, people, and how they prove who they are. */
function createServices({ keys, passwordCost, cluster, domain, publicUrl, ...ports }: Parts) {
  const { roster, contacts } = domain;
  const passwords = createPasswords(passwordCost);
  const origins = createOrigins({ publicUrl });
  const tokens = createTokens({ keys, clock: ports.clock });
  const workspaces = createWorkspaces(ports);
  const { revocations } = cluster;
  const sessions = createSessions({ ...ports, keys: keys.refresh, revocations });

  const shared = { ...ports, passwords, origins, tokens, workspaces, sessions, roster, contacts };
  const agents = createAgents(shared);
  const invitations = createInvitations({ ...shared, publicUrl });
  return {
    workspaces,
    sessions,
    agents,
    invitations,
    authenticator: rememberVerified({
      ...shared,
      authenticator: createAuthenticator(shared),
      revocations,
    }),
    agentSessions: createAgentSessions(shared),
    visitorSessions: createVisitorSessions(shared),
    admin: createAdmin({ ...shared, agents, invitations, publicUrl }),
  };
}

/** How often Node looks for requests that take too long. */
const REQUEST_CHECK_MS = 5_000;

/** Slow clients hold a connection only so long. */
function createListener(limits: Limits, listener: RequestListener): HttpServer {
  const timeouts = {
    headersTimeout: limits.requestHeadMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: REQUEST_CHECK_MS,
  };
  return createHttpServer(timeouts, listener);
}

/** @returns the port. */
function listenOn(httpServer: HttpServer, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    httpServer.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(inWords(error, port, host), { cause: error }));
    });
    httpServer.listen({ port, host }, () => resolve((httpServer.address() as AddressInfo).port));
  });
}

function inWords({ code, message }: NodeJS.ErrnoException, port: number, host?: string): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop what uses it, or choose another one: --port ${port + 1}`;
  }
  if (code === 'EACCES') {
    return `Port ${port} is reserved for the system. Choose one above 1023, and let a reverse proxy listen on it.`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is no address of this machine. Leave HOST out to listen on all of them.`;
  }
  return `The server cannot listen on port ${port}: ${message}`;
}

/** Stops taking requests, and ends when those in flight are answered and all sockets are gone. */
async function drain(httpServer: HttpServer, gateway: Gateway, limits: Limits): Promise<void> {
  const impatience = setTimeout(() => httpServer.closeAllConnections(), limits.drainRequestsMs);
  httpServer.closeIdleConnections();
  await gateway.drain();
  clearTimeout(impatience);
}

/** @returns what ends it. */
function pruneRegularly(sessions: Sessions, logger: Logger): () => void {
  const timer = setInterval(() => {
    sessions.prune().catch((err: unknown) => logger.error({ err }, 'old sessions stay for now'));
  }, PRUNE_MS).unref();
  return () => clearInterval(timer);
}
