import {
  type AgentHello,
  type PresenceStatus,
  PROTOCOL_VERSION,
  type VisitorHello,
} from '@alcove/protocol';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import { type Clock, toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import {
  presentActor,
  presentAgent,
  presentVisitorConversation,
  presentWorkspace,
} from './present.ts';
import type { Presence } from './presence.ts';
import { type AgentPrincipal, actorOf, type VisitorPrincipal } from './principal.ts';
import type { Roster } from './roster.ts';
import { unreadRule } from './unread.ts';

/** What everybody is told first: where the server stands, to compare with what one has. */
export interface Greetings {
  helloVisitor(principal: VisitorPrincipal): Promise<VisitorHello>;
  helloAgent(principal: AgentPrincipal): Promise<AgentHello>;
}

interface GreetingsOptions {
  storage: Storage;
  presence: Presence;
  roster: Roster;
  clock: Clock;
  limits: Limits;
}

export function createGreetings(options: GreetingsOptions): Greetings {
  const { storage, presence, roster, clock } = options;

  return {
    async helloVisitor(principal) {
      const { visitorId, workspaceId } = principal;
      const [conversations, isTeamOnline] = await Promise.all([
        conversationsOf(principal, options),
        presence.isTeamOnline(workspaceId),
      ]);
      const serverTime = toIso(clock.now());
      return { protocol: PROTOCOL_VERSION, serverTime, visitorId, conversations, isTeamOnline };
    },

    async helloAgent(principal) {
      const { workspaceId, agentId } = principal;
      const [workspace, agents] = await Promise.all([
        storage.forWorkspace(workspaceId).settings.get(),
        roster.agents(workspaceId, agentId),
      ]);
      const agent = agents.get(agentId);
      if (!workspace || !agent) {
        throw new DomainError('unauthenticated', 'You are no longer a member of this workspace.');
      }
      const statuses = await presence.statusOfAgents(workspaceId, [...agents.keys()]);
      const idsOf = (wanted: PresenceStatus) =>
        [...statuses].flatMap(([id, status]) => (status === wanted ? id : []));
      const unknownAgentIds = idsOf('unknown');
      return {
        protocol: PROTOCOL_VERSION,
        serverTime: toIso(clock.now()),
        agent: presentAgent(agent),
        workspace: presentWorkspace(workspace),
        agents: [...agents.values()].map(presentAgent),
        onlineAgentIds: idsOf('online'),
        ...(unknownAgentIds.length > 0 && { unknownAgentIds }),
        actor: presentActor(actorOf(principal), agents),
      };
    },
  };
}

async function conversationsOf(
  principal: VisitorPrincipal,
  { storage, roster, limits }: GreetingsOptions,
) {
  const { conversations } = storage.forWorkspace(principal.workspaceId);
  const listed = await conversations.listForVisitor(
    principal.visitorId,
    limits.visitorConversations,
    unreadRule(principal),
  );
  if (listed.conversations.length === 0) return [];
  const agents = await roster.agents(principal.workspaceId);
  const shown = listed.conversations.map((row) => {
    const cursors = listed.cursors.get(row.id) ?? [];
    const extras = { cursors, unread: listed.unread.get(row.id) ?? 0 };
    return presentVisitorConversation(row, extras, agents);
  });
  // The store's order counts what only the team may know of.
  return shown.toSorted((a, b) => (a.lastActivityAt < b.lastActivityAt ? 1 : -1));
}
