import type { Actor, AgentRole, Via } from '@alcove/protocol';

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

/** A principal and the way it came in: one object for as long as a connection, or an HTTP request, lasts. */
export interface Caller<Who extends Principal = Principal> {
  /** Replaced when the session is renewed. */
  principal: Who;
  readonly via: Via;
  /** The client's address block (IPv4 address or IPv6 /64), for limits. */
  readonly address: string;
}

/** The principal as a participant of conversations. */
export function actorOf(principal: Principal): Actor {
  return principal.kind === 'visitor'
    ? { kind: 'visitor', id: principal.visitorId }
    : { kind: 'agent', id: principal.agentId };
}
