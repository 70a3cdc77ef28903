import type { AgentCommands, VisitorCommands } from './commands.ts';
import type { Agent, AgentRole, Invitation, Page, WidgetLook, Workspace } from './entities.ts';

/** The HTTP doors, all below the server's address. */
export const HTTP_PATHS = {
  visitorSession: '/api/v1/visitor/session',
  visitorCommands: '/api/v1/visitor/commands',
  visitorSync: '/api/v1/visitor/sync',
  agentCommands: '/api/v1/agent/commands',
  session: '/api/v1/session',
  sessionRefresh: '/api/v1/session/refresh',
  sessions: '/api/v1/sessions',
  workspace: '/api/v1/workspace',
  agents: '/api/v1/agents',
  invitations: '/api/v1/invitations',
  invitationLookup: '/api/v1/invitations/lookup',
  invitationAccept: '/api/v1/invitations/accept',
} as const;

/**
 * `POST /api/v1/visitor/session`. Without a refresh token it makes a visitor; with one it renews the session.
 * Made only when the visitor acts.
 */
export interface CreateVisitorSession {
  workspaceKey: string;
  refreshToken?: string;
  name?: string;
  email?: string;
  page?: Page;
  locale?: string;
}

/** A visitor's tokens. Store the refresh token before anything else: the one before it works no more. */
export interface VisitorSession {
  visitorId: string;
  accessToken: string;
  /** ISO 8601. */
  accessExpiresAt: string;
  /** Opaque; each use replaces it. */
  refreshToken: string;
  /** The server's time, ISO 8601. */
  serverTime: string;
}

/** `POST /api/v1/visitor/commands`: the socket's commands for networks that block WebSocket. */
export type VisitorHttpCommand = {
  [Name in keyof VisitorCommands]: {
    command: Name;
    payload: VisitorCommands[Name]['payload'];
    /** In place of the Authorization header where none can be sent (`text/plain` with keepalive). */
    accessToken?: string;
  };
}[keyof VisitorCommands];

/** `POST /api/v1/agent/commands`: the socket's commands for networks that block WebSocket. */
export type AgentHttpCommand = {
  [Name in keyof AgentCommands]: { command: Name; payload: AgentCommands[Name]['payload'] };
}[keyof AgentCommands];

/** `POST /api/v1/session` */
export interface SignIn {
  email: string;
  password: string;
}

/** An agent's session. The refresh token travels in an HttpOnly cookie only. */
export interface AgentSession {
  accessToken: string;
  /** ISO 8601. */
  accessExpiresAt: string;
  agent: Agent;
  workspace: Workspace;
}

/** `POST /api/v1/invitations` */
export interface CreateInvitation {
  role: AgentRole;
}

/** The link is shown this once; only a hash of it is stored. */
export interface InvitationCreated {
  invitation: Invitation;
  url: string;
}

/** `POST /api/v1/invitations/lookup`: what an invitation's token is good for. */
export interface LookUpInvitation {
  token: string;
}

/** Whom somebody would join, and as what. */
export interface InvitationDetails {
  workspaceName: string;
  role: AgentRole;
  /** ISO 8601. */
  expiresAt: string;
}

/** `POST /api/v1/invitations/accept`: uses the token up and signs in. */
export interface AcceptInvitation {
  token: string;
  name: string;
  email: string;
  password: string;
}

/** `GET /api/v1/invitations`: those that nobody has used yet. */
export interface InvitationList {
  invitations: Invitation[];
}

/** `GET /api/v1/agents` */
export interface AgentList {
  agents: Agent[];
}

/** `PATCH /api/v1/agents/:agentId`. At least one field. */
export interface UpdateAgent {
  name?: string;
  role?: AgentRole;
  isDisabled?: boolean;
}

/** The agent as it is now. */
export interface AgentUpdated {
  agent: Agent;
}

/** `PATCH /api/v1/workspace`. At least one field; of `look`, what is to change. */
export interface UpdateWorkspace {
  name?: string;
  look?: Partial<WidgetLook>;
  allowedOrigins?: string[];
}

/** The workspace as it is now. */
export interface WorkspaceUpdated {
  workspace: Workspace;
}

/** What the server writes into `/w/<workspace key>.js`; at most 300 bytes as JSON. */
export interface WidgetSettings {
  key: string;
  name: string;
  side: 'start' | 'end';
  theme: 'light' | 'dark' | 'auto';
  /** Computed by `fitBrandColour`, so that the loader never computes. */
  accent: string;
  onAccent: string;
  accentHover: string;
  /** The accent as text on light and on dark. */
  accentText: [light: string, dark: string];
}
