import { HTTP_PATHS } from '@alcove/protocol';
import {
  createVisitorSessionSchema,
  visitorHttpCommandSchema,
  visitorSyncQuerySchema,
} from '@alcove/protocol/schemas';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Authenticator } from '../../../domain/authenticator.ts';
import type { VisitorSessions } from '../../../domain/visitor-sessions.ts';
import type { Limits } from '../../../limits.ts';
import { addressBlock, type ClientAddress } from '../../client-address.ts';
import type { Commands } from '../../commands/commands.ts';
import { tooBusy } from '../../in-time.ts';
import type { Overload } from '../../overload.ts';
import { answerInTime } from '../answer-in-time.ts';
import { sendRefusal } from '../error-handler.ts';
import type { RateLimit } from '../rate-limit.ts';
import { bearerToken, jsonOrTextBody, parse, parseBody, requestIdOf } from '../requests.ts';
import { forSharedData, type SecurityOptions } from '../security-headers.ts';

interface VisitorRoutesOptions extends SecurityOptions {
  visitorSessions: VisitorSessions;
  authenticator: Authenticator;
  commands: Pick<Commands, 'executeVisitor'>;
  clientAddress: ClientAddress;
  rateLimit: RateLimit;
  overload: Pick<Overload, 'sheds'>;
  limits: Limits;
  isDraining: () => boolean;
}

/**
 * The visitor's doors: sessions, and the socket's commands for networks that block WebSocket. Any page may ask, no
 * cookie plays a part, and each handler looks at the Origin.
 */
export function visitorRoutes(options: VisitorRoutesOptions): Router {
  const { visitorSessions, rateLimit, overload, limits } = options;
  const router = Router();
  router.use('/api/v1/visitor', forSharedData(options), allowAnyPage, answerInTime(options));

  router.post(HTTP_PATHS.visitorSession, jsonOrTextBody, async (request, response) => {
    await rateLimit.byAddress('visitor-session', request, limits.visitorSessionsPerAddress);
    const body = parseBody(createVisitorSessionSchema, request);
    // Whoever has a session was here before, and maybe waits for an answer.
    const isNew = body.refreshToken === undefined;
    if (isNew && overload.sheds('new visitors')) {
      throw tooBusy(Math.round(limits.handshakeWaitMs * Math.random()));
    }
    const session = await visitorSessions.open(body, {
      origin: request.get('origin'),
      userAgent: request.get('user-agent'),
    });
    response.json(session);
  });

  router.post(HTTP_PATHS.visitorCommands, jsonOrTextBody, async (request, response) => {
    const { command, payload, accessToken } = parseBody(visitorHttpCommandSchema, request);
    await execute(options, request, response, {
      accessToken: accessToken ?? bearerToken(request),
      command,
      payload,
    });
  });

  router.get(HTTP_PATHS.visitorSync, async (request, response) => {
    const payload = parse(visitorSyncQuerySchema, request.query);
    await execute(options, request, response, {
      accessToken: bearerToken(request),
      command: 'sync',
      payload,
    });
  });
  return router;
}

/** Runs a command as the socket would, and answers its ack. */
async function execute(
  { authenticator, commands, clientAddress }: VisitorRoutesOptions,
  request: Request,
  response: Response,
  { accessToken, command, payload }: { accessToken: string; command: string; payload: unknown },
): Promise<void> {
  const principal = await authenticator.visitor(accessToken);
  await authenticator.checkVisitorOrigin(principal.workspaceId, request.get('origin'));
  const address = addressBlock(clientAddress(request));
  const ack = await commands.executeVisitor(
    { principal, via: 'widget', address },
    command,
    payload,
  );
  if (ack.ok) response.set('Cache-Control', 'no-store').json(ack);
  else sendRefusal(response, { requestId: requestIdOf(response), ...ack });
}

/** How long a browser may remember that it need not ask again; Chromium's own maximum. */
const PREFLIGHT_SECONDS = 7200;

const allowAnyPage: RequestHandler = (request, response, next) => {
  response.set({
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'no-store',
  });
  if (request.method !== 'OPTIONS') {
    next();
    return;
  }
  response
    .set({
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
    })
    .status(204)
    .end();
};
