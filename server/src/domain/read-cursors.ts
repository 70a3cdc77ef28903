import type { AdvanceCursor, Cursor, CursorResult } from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import { type Access, type ConversationScope, conversationNotFound } from './access.ts';
import { type Clock, toIso } from './clock.ts';
import type { EventPublisher } from './event-publisher.ts';
import { mergeTeamCursors, presentCursor } from './present.ts';
import { actorOf, type Principal } from './principal.ts';
import type { Roster } from './roster.ts';

/** How far everybody has received and read. */
export interface ReadCursors {
  /** Answers where the principal's own cursor stands now. @throws DomainError `not_found` */
  advance(principal: Principal, command: AdvanceCursor): Promise<CursorResult>;
}

export function createReadCursors(options: {
  storage: Storage;
  access: Access;
  publisher: EventPublisher;
  roster: Roster;
  clock: Clock;
}): ReadCursors {
  const { storage, access, publisher, roster, clock } = options;

  async function publish(scope: ConversationScope, cursor: Cursor) {
    const agents = await roster.agents(scope.workspaceId);
    publisher.cursor(scope, {
      agents: presentCursor(cursor, agents),
      visitor: await forVisitor(scope, cursor),
    });
  }

  /** The visitor is told how far the team as one has come: this agent may be behind a colleague. */
  async function forVisitor(scope: ConversationScope, cursor: Cursor): Promise<Cursor | null> {
    if (cursor.participant.kind === 'visitor') return presentCursor(cursor, new Map());
    const { conversations } = storage.forWorkspace(scope.workspaceId);
    const cursors = await conversations.cursorsOf([scope.conversationId]);
    return mergeTeamCursors(cursors.get(scope.conversationId) ?? [cursor]);
  }

  return {
    async advance(principal, { conversationId, delivered, read }) {
      const scope = await access.scopeOf(principal, conversationId);
      const moved = await storage.forWorkspace(scope.workspaceId).conversations.advanceCursor({
        conversationId,
        participant: actorOf(principal),
        delivered,
        read,
        at: toIso(clock.now()),
      });
      if (!moved) throw conversationNotFound();
      if (moved.hasMoved) await publish(scope, moved.cursor);
      return { cursor: presentCursor(moved.cursor, new Map()) };
    },
  };
}
