import { HTTP_PATHS } from '@alcove/protocol';
import {
  acceptInvitationSchema,
  createInvitationSchema,
  idSchema,
  lookUpInvitationSchema,
  updateAgentSchema,
  updateWorkspaceSchema,
} from '@alcove/protocol/schemas';
import { Router } from 'express';
import type { AgentSessions } from '../../../domain/agent-sessions.ts';
import type { Agents } from '../../../domain/agents.ts';
import type { Authenticator } from '../../../domain/authenticator.ts';
import type { Invitations } from '../../../domain/invitations.ts';
import { presentAgent, presentWorkspace } from '../../../domain/present.ts';
import type { Workspaces } from '../../../domain/workspaces.ts';
import type { Limits } from '../../../limits.ts';
import type { AuthenticateAgent } from '../authenticate.ts';
import type { RateLimit } from '../rate-limit.ts';
import { jsonBody, parse, parseBody } from '../requests.ts';
import { accountKey, requireCookieDoor, sendSignedIn } from './session.ts';

interface TeamRoutesOptions {
  agents: Agents;
  agentSessions: AgentSessions;
  authenticateAgent: AuthenticateAgent;
  authenticator: Authenticator;
  invitations: Invitations;
  limits: Limits;
  publicUrl: () => URL;
  rateLimit: RateLimit;
  workspaces: Workspaces;
}

/** A workspace, the people in it, and the links by which they come. */
export function teamRoutes(options: TeamRoutesOptions): Router {
  const router = Router();
  addWorkspaceRoutes(router, options);
  addAgentRoutes(router, options);
  addInvitationRoutes(router, options);
  addNewcomerRoutes(router, options);
  return router;
}

function addWorkspaceRoutes(
  router: Router,
  { authenticateAgent, workspaces }: TeamRoutesOptions,
): void {
  router.get(HTTP_PATHS.workspace, async (request, response) => {
    const { workspaceId } = await authenticateAgent(request);
    response.json({ workspace: presentWorkspace(await workspaces.get(workspaceId)) });
  });
  router.patch(HTTP_PATHS.workspace, jsonBody, async (request, response) => {
    const agent = await authenticateAgent(request);
    const change = parseBody(updateWorkspaceSchema, request);
    response.json({ workspace: presentWorkspace(await workspaces.update(agent, change)) });
  });
}

function addAgentRoutes(router: Router, { agents, authenticateAgent }: TeamRoutesOptions): void {
  router.get(HTTP_PATHS.agents, async (request, response) => {
    const { workspaceId } = await authenticateAgent(request);
    response.json({ agents: (await agents.list(workspaceId)).map(presentAgent) });
  });
  router.patch(`${HTTP_PATHS.agents}/:agentId`, jsonBody, async (request, response) => {
    const by = await authenticateAgent(request);
    const agentId = parse(idSchema, request.params['agentId']);
    const change = parseBody(updateAgentSchema, request);
    response.json({ agent: presentAgent(await agents.update(by, agentId, change)) });
  });
}

function addInvitationRoutes(
  router: Router,
  { authenticateAgent, invitations }: TeamRoutesOptions,
): void {
  router.get(HTTP_PATHS.invitations, async (request, response) => {
    const by = await authenticateAgent(request);
    response.json({ invitations: await invitations.list(by) });
  });
  router.post(HTTP_PATHS.invitations, jsonBody, async (request, response) => {
    const by = await authenticateAgent(request);
    const { role } = parseBody(createInvitationSchema, request);
    response.status(201).json(await invitations.create(by, role));
  });
  router.delete(`${HTTP_PATHS.invitations}/:invitationId`, async (request, response) => {
    const by = await authenticateAgent(request);
    await invitations.withdraw(by, parse(idSchema, request.params['invitationId']));
    response.status(204).end();
  });
}

/** What somebody may ask who has nothing but a link. */
function addNewcomerRoutes(router: Router, options: TeamRoutesOptions): void {
  const { agentSessions, authenticator, invitations, limits, publicUrl, rateLimit } = options;

  router.post(HTTP_PATHS.invitationLookup, jsonBody, async (request, response) => {
    await rateLimit.byAddress('invitation', request, limits.invitationTriesPerAddress);
    const { token } = parseBody(lookUpInvitationSchema, request);
    response.json(await invitations.lookUp(token));
  });
  router.post(HTTP_PATHS.invitationAccept, jsonBody, async (request, response) => {
    const channel = requireCookieDoor(request, authenticator, publicUrl());
    await rateLimit.byAddress('invitation', request, limits.invitationTriesPerAddress);
    const acceptance = parseBody(acceptInvitationSchema, request);
    // Whoever has an account joins by its password: without this an invitation would be a place to guess it.
    await rateLimit.byKey('join', accountKey(acceptance.email), limits.signInPerAccount);
    const { agent, account } = await invitations.accept(acceptance);
    const signedIn = await agentSessions.start(agent, account, acceptance.password);
    sendSignedIn(response, channel, signedIn);
  });
}
