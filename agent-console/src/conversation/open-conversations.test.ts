import { describe, expect, it } from 'vitest';
import {
  acceptOpenConversations,
  conversationClosed,
  conversationOpened,
  neighbourOf,
  openConversationsReducer,
} from './open-conversations.ts';

describe('open conversations', () => {
  it('keep their places when one of them is opened again', () => {
    const open = openConversationsReducer(['a', 'b'], conversationOpened('a'));
    expect(open).toEqual(['a', 'b']);
  });

  it('let go of the one that was opened first when there are too many', () => {
    const eight = ['1', '2', '3', '4', '5', '6', '7', '8'];
    expect(openConversationsReducer(eight, conversationOpened('9'))).toEqual([
      ...eight.slice(1),
      '9',
    ]);
  });

  it('lead to the neighbour when one is closed', () => {
    expect(openConversationsReducer(['a', 'b'], conversationClosed('a'))).toEqual(['b']);
    expect(neighbourOf(['a', 'b', 'c'], 'b')).toBe('c');
    expect(neighbourOf(['a', 'b', 'c'], 'c')).toBe('b');
    expect(neighbourOf(['a'], 'a')).toBeUndefined();
  });

  it('take only ids from what was kept', () => {
    expect(acceptOpenConversations(['a', 1, null])).toEqual(['a']);
    expect(acceptOpenConversations({ length: 3 })).toBeUndefined();
  });
});
