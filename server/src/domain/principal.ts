import type { AgentRole } from '@alcove/protocol';

/** Who is asking, as a verified access token says. The workspace is taken from here and from nowhere else. */
export type Principal = VisitorPrincipal | AgentPrincipal;

export interface VisitorPrincipal {
  kind: 'visitor';
  workspaceId: string;
  visitorId: string;
  contactId: string;
  /** The session's family, by which it is revoked. */
  sessionId: string;
  /** When the access token ends, milliseconds since 1970. */
  expiresAt: number;
}

export interface AgentPrincipal {
  kind: 'agent';
  workspaceId: string;
  agentId: string;
  accountId: string;
  role: AgentRole;
  sessionId: string;
  expiresAt: number;
}
