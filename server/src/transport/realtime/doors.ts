import type { AgentHello, Page, Via, VisitorHello } from '@alcove/protocol';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import type {
  AgentPrincipal,
  Caller,
  Principal,
  VisitorPrincipal,
} from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import type { Answer, Commands } from '../commands/commands.ts';
import { createCrowding } from './crowding.ts';
import { roomOfAgents, roomOfVisitor, roomOfVisitors } from './rooms.ts';
import type { SocketServer } from './socket-server.ts';

/** What differs between the namespaces. */
export interface Door<Who extends Principal = Principal> {
  readonly via: Via;
  /** @throws DomainError when the token, or the page that it comes from, is none of ours, or there is no room. */
  authenticate(accessToken: string, origin: string | undefined): Promise<Who>;
  roomsOf(principal: Who): string[];
  hello(principal: Who): Promise<VisitorHello | AgentHello>;
  execute(caller: Caller<Who>, name: string, input: unknown): Promise<Answer>;
  /** Told when a connection begins, with the page if the client named one, and when it ends. */
  note(principal: Who, page?: Page): Promise<void>;
}

interface DoorOptions {
  io: SocketServer;
  limits: Limits;
  authenticator: Authenticator;
  commands: Commands;
  domain: Domain;
}

/** The way in for browsers on the workspace's sites. */
export function createVisitorDoor(options: DoorOptions): Door<VisitorPrincipal> {
  const { authenticator, commands, domain } = options;
  const checkCrowding = createCrowding(options);
  return {
    via: 'widget',
    async authenticate(accessToken, origin) {
      const principal = await authenticator.visitor(accessToken);
      await authenticator.checkVisitorOrigin(principal.workspaceId, origin);
      checkCrowding(principal);
      return principal;
    },
    roomsOf: ({ workspaceId, visitorId }) => [
      roomOfVisitor(workspaceId, visitorId),
      roomOfVisitors(workspaceId),
    ],
    hello: domain.greetings.helloVisitor,
    execute: commands.executeVisitor,
    note: domain.contacts.see,
  };
}

/** The way in for the console. */
export function createAgentDoor(options: DoorOptions): Door<AgentPrincipal> {
  const { authenticator, commands, domain } = options;
  return {
    via: 'console',
    async authenticate(accessToken, origin) {
      const principal = await authenticator.agent(accessToken);
      authenticator.checkAgentOrigin(origin);
      return principal;
    },
    roomsOf: ({ workspaceId }) => [roomOfAgents(workspaceId)],
    hello: domain.greetings.helloAgent,
    execute: commands.executeAgent,
    // Presence tells what colleagues need to know.
    note: async () => {},
  };
}
