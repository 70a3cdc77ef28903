import { randomUUID } from 'node:crypto';
import express, { type Express, type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import type { BuiltFiles } from '../../built-files.ts';
import type { Config } from '../../config.ts';
import type { AgentSessions } from '../../domain/agent-sessions.ts';
import type { Agents } from '../../domain/agents.ts';
import type { Invitations } from '../../domain/invitations.ts';
import type { VisitorSessions } from '../../domain/visitor-sessions.ts';
import type { Workspaces } from '../../domain/workspaces.ts';
import type { Limits } from '../../limits.ts';
import type { ClientAddress } from '../client-address.ts';
import type { Commands } from '../commands/commands.ts';
import type { Faults } from '../faults.ts';
import type { Overload } from '../overload.ts';
import type { RememberingAuthenticator } from '../verified-tokens.ts';
import { answerInTime } from './answer-in-time.ts';
import type { AuthenticateAgent } from './authenticate.ts';
import { errorHandler, notFound } from './error-handler.ts';
import type { RateLimit } from './rate-limit.ts';
import { requestIdOf } from './requests.ts';
import { agentCommandRoutes } from './routes/agent-commands.ts';
import { consoleRoutes } from './routes/console.ts';
import { demoRoutes } from './routes/demo.ts';
import type { Readiness } from '../readiness.ts';
import { healthRoutes } from './routes/health.ts';
import { type MetricsDoor, metricsRoutes } from './routes/metrics.ts';
import { sessionRoutes } from './routes/session.ts';
import { teamRoutes } from './routes/team.ts';
import { visitorRoutes } from './routes/visitor.ts';
import { widgetRoutes } from './routes/widget.ts';
import { forData } from './security-headers.ts';

/** What the HTTP side needs. */
export interface AppOptions {
  agents: Agents;
  agentSessions: AgentSessions;
  authenticateAgent: AuthenticateAgent;
  authenticator: RememberingAuthenticator;
  clientAddress: ClientAddress;
  commands: Commands;
  faults: Faults;
  files: BuiltFiles;
  isDraining: () => boolean;
  invitations: Invitations;
  limits: Limits;
  logger: Logger;
  /** What `/metrics` answers to whoever knows the token; nothing where there is none. */
  metrics: MetricsDoor | undefined;
  overload: Pick<Overload, 'sheds'>;
  publicUrl: () => URL;
  rateLimit: RateLimit;
  readiness: () => Promise<Readiness>;
  trustProxy: Config['trustProxy'];
  visitorSessions: VisitorSessions;
  workspaces: Workspaces;
}

/** Everything that the server answers over HTTP. */
export function createApp(options: AppOptions): Express {
  const { files, logger } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustProxy);
  // The default, said aloud: the extended parser lets a query make objects with inherited names.
  app.set('query parser', 'simple');
  // Files bring their own; hashing answers that nobody may keep is work for nothing.
  app.set('etag', false);

  app.use(nameAndLog(logger));
  app.use(partWhenDraining(options.isDraining));
  app.use(healthRoutes(options.readiness));
  if (options.metrics) app.use(metricsRoutes(options.metrics));
  app.use(widgetRoutes({ ...options, directory: files.widget }));
  app.use(visitorRoutes(options));
  app.use(agentRoutes(options));
  app.use(consoleRoutes({ ...options, directory: files.console }));
  app.use(demoRoutes({ ...options, directory: files.demo }));
  app.use(forData(options), notFound);
  app.use(errorHandler(options.faults));
  return app;
}

function agentRoutes(options: AppOptions): Router {
  const router = Router();
  router.use('/api', forData(options), (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.use('/api', answerInTime(options));
  return router.use(sessionRoutes(options), teamRoutes(options), agentCommandRoutes(options));
}

/** A kept connection would go on to bring requests to a server that is leaving, and keep it from ending. */
function partWhenDraining(isDraining: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (isDraining()) response.set('Connection', 'close');
    next();
  };
}

/** Gives each request an id, and logs what became of it: never its query, headers or body. */
function nameAndLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.locals['requestId'] = randomUUID();
    const { method, path } = request;
    const isApi = path.startsWith('/api/');
    if (isApi) response.set('X-Request-Id', requestIdOf(response));
    response.once('finish', () => {
      logger[isApi ? 'info' : 'debug'](
        {
          requestId: requestIdOf(response),
          method,
          path,
          status: response.statusCode,
          ms: Math.round(performance.now() - startedAt),
        },
        'request',
      );
    });
    next();
  };
}
