import {
  type AcceptInvitation,
  type Agent,
  type AgentSession,
  type CreateInvitation,
  HTTP_PATHS,
  type Invitation,
  type InvitationCreated,
  type InvitationDetails,
  type LookUpInvitation,
  type SignIn,
  type UpdateAgent,
  type UpdateWorkspace,
  type Workspace,
} from '@alcove/protocol';
import { requestJson } from './http.ts';

export interface AgentHttpOptions {
  /** The server's address, for example `https://chat.example`; the console's own origin. */
  serverUrl: string;
  /** Answers a valid access token; asked before each call that needs one. */
  getAccessToken(): Promise<string> | string;
}

/**
 * What agents ask over HTTP: their session, invitations, colleagues and the workspace. The refresh token lives in an
 * HttpOnly cookie of the server's own origin and is never seen here.
 *
 * Every call rejects with a `ChatError` when the server refuses, and with fetch's `TypeError` when it cannot be reached.
 */
export interface AgentHttp {
  signIn(credentials: SignIn): Promise<AgentSession>;
  /**
   * Makes a new access token from the cookie. Refused with `unauthenticated` when there is no session. Gives up after a few
   * seconds: whoever asks again soon gets the answer that was lost.
   */
  refresh(): Promise<AgentSession>;
  /** Ends the session of this browser. */
  signOut(): Promise<void>;
  /** Ends every session of this account, this one included. */
  signOutEverywhere(): Promise<void>;
  lookUpInvitation(invitation: LookUpInvitation): Promise<InvitationDetails>;
  /** Uses the invitation up and signs in. */
  acceptInvitation(acceptance: AcceptInvitation): Promise<AgentSession>;
  listAgents(): Promise<Agent[]>;
  updateAgent(agentId: string, change: UpdateAgent): Promise<Agent>;
  listInvitations(): Promise<Invitation[]>;
  /** The link in the answer is shown this once. */
  createInvitation(invitation: CreateInvitation): Promise<InvitationCreated>;
  /** Withdraws an invitation that nobody has used. */
  deleteInvitation(invitationId: string): Promise<void>;
  getWorkspace(): Promise<Workspace>;
  updateWorkspace(change: UpdateWorkspace): Promise<Workspace>;
}

/**
 * A cookie works once, and for ten seconds more, lest an answer is lost: later it counts as stolen. So an answer that does not
 * come is given up while there is still time to ask again, twice. A server that is busy answers within five seconds, as a rule
 * within one.
 */
const REFRESH_MS = 4_000;

/**
 * The HTTP calls of an agent.
 *
 * @example
 * const http = createAgentHttp({ serverUrl: location.origin, getAccessToken: () => session.accessToken });
 * const session = await http.signIn({ email, password });
 */
export function createAgentHttp({ serverUrl, getAccessToken }: AgentHttpOptions): AgentHttp {
  const call = <Result>(
    path: string,
    {
      headers,
      ...init
    }: Pick<RequestInit, 'method' | 'body' | 'signal'> & { headers?: Record<string, string> },
  ): Promise<Result> =>
    requestJson(serverUrl.replace(/\/+$/, '') + path, {
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', ...headers },
      ...init,
    });
  const post = <Result>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Result> =>
    call(path, { method: 'POST', body: JSON.stringify(body), signal });
  const authorised = async <Result>(
    path: string,
    method = 'GET',
    body?: unknown,
  ): Promise<Result> => {
    const headers = { authorization: `Bearer ${await getAccessToken()}` };
    return call(path, { method, headers, body: JSON.stringify(body) });
  };
  const { agents, invitations, workspace } = HTTP_PATHS;

  return {
    signIn: (credentials) => post(HTTP_PATHS.session, credentials),
    refresh: () => impatiently((signal) => post(HTTP_PATHS.sessionRefresh, {}, signal)),
    signOut: () => call(HTTP_PATHS.session, { method: 'DELETE' }),
    signOutEverywhere: () => authorised(HTTP_PATHS.sessions, 'DELETE'),
    lookUpInvitation: (invitation) => post(HTTP_PATHS.invitationLookup, invitation),
    acceptInvitation: (acceptance) => post(HTTP_PATHS.invitationAccept, acceptance),
    listAgents: async () => (await authorised<{ agents: Agent[] }>(agents)).agents,
    updateAgent: async (agentId, body) =>
      (await authorised<{ agent: Agent }>(below(agents, agentId), 'PATCH', body)).agent,
    listInvitations: async () =>
      (await authorised<{ invitations: Invitation[] }>(invitations)).invitations,
    createInvitation: (body) => authorised(invitations, 'POST', body),
    deleteInvitation: (invitationId) => authorised(below(invitations, invitationId), 'DELETE'),
    getWorkspace: async () => (await authorised<{ workspace: Workspace }>(workspace)).workspace,
    updateWorkspace: async (body) =>
      (await authorised<{ workspace: Workspace }>(workspace, 'PATCH', body)).workspace,
  };
}

function below(path: string, id: string): string {
  return `${path}/${encodeURIComponent(id)}`;
}

async function impatiently<Result>(ask: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const impatience = new AbortController();
  const noAnswer = () => impatience.abort(new TypeError('no answer'));
  const timer = setTimeout(noAnswer, REFRESH_MS);
  try {
    return await ask(impatience.signal);
  } finally {
    clearTimeout(timer);
  }
}
