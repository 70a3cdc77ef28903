import { emptyConversation, type Agent, type InboxRow } from '@alcove/protocol';
import { type AgentState, initialAgentState } from '@alcove/sdk/agent';
import { describe, expect, it } from 'vitest';
import {
  type ChatRoot,
  chatReducer,
  selectAssignable,
  selectIsAdmin,
  selectLongestWaiting,
  selectUnreadConversations,
  selectVisitorPresence,
} from './chat.ts';
import { signedOut } from './session-slice.ts';

describe('the chat slice', () => {
  it('takes the engine’s steps, nobody else’s, and is empty after a sign-out', () => {
    const online = chatReducer(undefined, {
      type: 'alcove/connection',
      connection: { status: 'online' },
    });
    expect(online.connection.status).toBe('online');
    expect(chatReducer(online, { type: 'drafts/draftChanged' })).toBe(online);
    expect(chatReducer(online, signedOut({ notice: null }))).toBe(initialAgentState);
  });

  it('offers oneself first, then colleagues by name, and nobody who is disabled', () => {
    const root = rootWith({
      agent: agent('3', 'Helpdesk'),
      agents: [
        agent('1', 'Warehouse'),
        agent('2', 'Counter'),
        agent('3', 'Helpdesk'),
        agent('4', 'Gone', true),
      ],
    });
    expect(selectAssignable(root).map(({ name }) => name)).toEqual([
      'Helpdesk',
      'Counter',
      'Warehouse',
    ]);
    expect(selectAssignable(root)).toBe(selectAssignable(root));
  });

  it('shows a visitor as it heard last, and before that as the row was read', () => {
    const shown = (change: Partial<InboxRow>, presence: AgentState['presence'] = {}) =>
      selectVisitorPresence(rootWith({ presence }), row('a', change));
    expect(shown({ isVisitorOnline: true })).toBe('online');
    expect(shown({ isVisitorOnline: false })).toBe('offline');
    expect(shown({ isVisitorOnline: false, isPresenceUnknown: true })).toBe('unknown');
    const { visitorId } = row('a', {});
    expect(shown({ isVisitorOnline: true }, { [visitorId]: 'unknown' })).toBe('unknown');
  });

  it('finds who has waited longest among those whom nobody has', () => {
    const rows = {
      a: row('a', { waitingSince: '2026-03-01T10:00:00.000Z' }),
      b: row('b', { waitingSince: '2026-03-01T09:00:00.000Z' }),
      taken: row('taken', {
        waitingSince: '2026-03-01T08:00:00.000Z',
        assignee: { agentId: 'ag_1' },
      }),
      answered: row('answered', { waitingSince: null }),
    };
    expect(selectLongestWaiting(rootWith({ rows }))?.id).toBe('b');
    expect(selectLongestWaiting(rootWith({}))).toBeNull();
  });

  it('counts conversations with something unread, not messages', () => {
    const rows = {
      a: row('a', { unread: 3 }),
      b: row('b', { unread: 0 }),
      done: row('done', { unread: 1, status: 'resolved' }),
    };
    expect(selectUnreadConversations(rootWith({ rows }))).toBe(1);
  });

  it('knows who manages agents', () => {
    expect(selectIsAdmin(rootWith({ agent: { ...agent('1', 'Warehouse'), role: 'admin' } }))).toBe(
      true,
    );
    expect(selectIsAdmin(rootWith({ agent: agent('1', 'Warehouse') }))).toBe(false);
    expect(selectIsAdmin(rootWith({}))).toBe(false);
  });
});

function rootWith(state: Partial<ChatRoot['chat']>): ChatRoot {
  return { chat: { ...initialAgentState, ...state } };
}

function agent(id: string, name: string, isDisabled = false): Agent {
  return { id: `ag_${id}`, name, email: `${id}@shop.example`, role: 'agent', isDisabled };
}

function row(id: string, change: Partial<InboxRow>): InboxRow {
  const createdAt = '2026-03-01T08:00:00.000Z';
  return {
    ...emptyConversation({ id, visitorId: 'vi_1', contactId: 'co_1', createdAt }),
    contact: { id: 'co_1', name: null, email: null },
    isVisitorOnline: false,
    unread: 0,
    ...change,
  };
}
