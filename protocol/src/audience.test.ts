import { describe, expect, it } from 'vitest';
import { EVENT_AUDIENCE, isVisibleTo } from './audience.ts';
import type { EventType } from './events.ts';

describe('isVisibleTo', () => {
  it('shows a visitor what was said and what became of the conversation', () => {
    expect(isVisibleTo('visitor', 'message.created')).toBe(true);
    expect(isVisibleTo('visitor', 'conversation.status_changed')).toBe(true);
  });

  it('hides from a visitor who is responsible', () => {
    expect(isVisibleTo('visitor', 'conversation.assigned')).toBe(false);
  });

  it('shows agents everything', () => {
    for (const type of Object.keys(EVENT_AUDIENCE) as EventType[]) {
      expect(isVisibleTo('agents', type)).toBe(true);
    }
  });

  it.each(['note.added', 'constructor', '__proto__', ''])(
    'hides %j from a visitor: a type that nobody decided on is for agents',
    (type) => {
      expect(isVisibleTo('visitor', type as EventType)).toBe(false);
    },
  );
});
