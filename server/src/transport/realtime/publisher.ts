import { type ConversationEvent, NAMESPACES, type Signal } from '@alcove/protocol';
import type { EventPublisher } from '../../domain/event-publisher.ts';
import type { Overload } from '../overload.ts';
import { roomOfAgents, roomOfVisitor, roomOfVisitors } from './rooms.ts';
import type { SocketServer } from './socket-server.ts';

/**
 * Sends hints to the rooms of those who may see them. Under overload typing is not passed on, and presence later: of each
 * participant only how it stands then.
 */
export function createPublisher(io: SocketServer, overload: Overload): EventPublisher {
  const agents = io.of(NAMESPACES.agent);
  const visitors = io.of(NAMESPACES.visitor);
  const inTurn = createTurns();
  const tellPresence = createPresenceTeller(io, overload, inTurn);

  return {
    event({ workspaceId, visitorId }, event) {
      inTurn(() => {
        agents.to(roomOfAgents(workspaceId)).emit('event', event.agents);
        const visible: ConversationEvent | null = event.visitor;
        if (visible) visitors.to(roomOfVisitor(workspaceId, visitorId)).emit('event', visible);
      });
    },

    cursor({ workspaceId, conversationId, visitorId }, cursor) {
      inTurn(() => {
        const toSignal = (moved: typeof cursor.agents): Signal => {
          return { type: 'cursor', conversationId, cursor: moved };
        };
        agents.to(roomOfAgents(workspaceId)).emit('signal', toSignal(cursor.agents));
        if (!cursor.visitor) return;
        visitors.to(roomOfVisitor(workspaceId, visitorId)).emit('signal', toSignal(cursor.visitor));
      });
    },

    typing({ workspaceId, conversationId, visitorId }, actor, isTyping) {
      if (overload.sheds('typing')) return;
      inTurn(() => {
        const signal: Signal = { type: 'typing', conversationId, actor, isTyping };
        agents.to(roomOfAgents(workspaceId)).emit('signal', signal);
        if (actor.kind === 'visitor') return;
        visitors.to(roomOfVisitor(workspaceId, visitorId)).emit('signal', signal);
      });
    },

    contact(workspaceId, contact) {
      inTurn(() => {
        agents.to(roomOfAgents(workspaceId)).emit('signal', { type: 'contact', contact });
      });
    },

    presence: tellPresence,
  };
}

/** What is held back is told once the overload has passed: a status that nobody was told of would stay wrong on screens. */
function createPresenceTeller(
  io: SocketServer,
  overload: Overload,
  inTurn: (act: () => void) => void,
): EventPublisher['presence'] {
  const agents = io.of(NAMESPACES.agent);
  const visitors = io.of(NAMESPACES.visitor);
  const held = new Map<string, () => void>();

  overload.onChange(() => {
    if (overload.sheds('presence')) return;
    for (const tell of held.values()) inTurn(tell);
    held.clear();
  });

  return (workspaceId, audience, actor, status) => {
    const tell = () => {
      const signal: Signal = { type: 'presence', actor, status };
      if (audience === 'agents') {
        agents.local.to(roomOfAgents(workspaceId)).emit('signal', signal);
      } else {
        visitors.local.to(roomOfVisitors(workspaceId)).emit('signal', signal);
      }
    };
    if (overload.sheds('presence')) {
      held.set(`${workspaceId}/${audience}/${actor.kind}:${actor.id}`, tell);
    } else {
      inTurn(tell);
    }
  };
}

/**
 * Runs what it is given in that order, a moment later: the acks of what was just committed leave first, so that nobody
 * sees their own message come back before they know that it was stored.
 */
function createTurns(): (act: () => void) => void {
  let waiting: (() => void)[] = [];

  function run() {
    const acts = waiting;
    waiting = [];
    for (const act of acts) act();
  }

  return (act) => {
    if (waiting.push(act) === 1) setImmediate(run);
  };
}
