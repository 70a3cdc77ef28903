import type { EventType } from './events.ts';

/** Who reads a log: the visitor sees what is meant for everyone, agents see all of it. */
export type Audience = 'visitor' | 'agents';

/** The one place that says who may see a kind of event. */
export const EVENT_AUDIENCE = {
  'message.created': 'everyone',
  'message.edited': 'everyone',
  'message.deleted': 'everyone',
  'conversation.assigned': 'agents',
  'conversation.status_changed': 'everyone',
} as const satisfies Record<EventType, 'everyone' | 'agents'>;

/** Whether readers of `audience` may see events of this type. Unknown types are for nobody but agents. */
export function isVisibleTo(audience: Audience, type: EventType): boolean {
  return audience === 'agents' || EVENT_AUDIENCE[type] === 'everyone';
}
