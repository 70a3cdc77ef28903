import { NAMESPACES } from '@alcove/protocol';
import { DomainError } from '../../domain/domain-error.ts';
import type { VisitorPrincipal } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { tooBusy } from '../in-time.ts';
import { roomOfVisitor, roomOfVisitors } from './rooms.ts';
import type { SocketServer } from './socket-server.ts';

/**
 * Lets no visitor, and no workspace, take the places of others on this node. Agents are not counted: they are few, and a
 * site that is overrun needs them.
 *
 * @returns what throws a DomainError, to be tried again later, when one more connection of this visitor is too many.
 */
export function createCrowding(options: {
  io: SocketServer;
  limits: Pick<Limits, 'socketsPerVisitor' | 'visitorsPerWorkspace' | 'handshakeWaitMs'>;
}): (principal: VisitorPrincipal) => void {
  const { io, limits } = options;
  const laterMs = () => Math.round(limits.handshakeWaitMs * (1 - Math.random() / 2));

  return ({ workspaceId, visitorId }) => {
    // The rooms are the count: one of our own would cost each idle connection memory.
    const { rooms } = io.of(NAMESPACES.visitor).adapter;
    const sizeOf = (room: string) => rooms.get(room)?.size ?? 0;
    if (sizeOf(roomOfVisitor(workspaceId, visitorId)) >= limits.socketsPerVisitor) {
      const message =
        'The chat is open in too many tabs of this browser. Please close some of them.';
      throw new DomainError('rate_limited', message, { retryAfterMs: laterMs() });
    }
    if (sizeOf(roomOfVisitors(workspaceId)) >= limits.visitorsPerWorkspace)
      throw tooBusy(laterMs());
  };
}
