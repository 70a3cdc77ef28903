import {
  type ConversationEvent,
  emptyConversation,
  foldConversation,
  type InboxRow,
  type InboxView,
  type PresenceStatus,
} from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import { type AgentState, type AgentStep, initialAgentState } from './agent-state.ts';
import { reduceAgent } from './reduce-agent.ts';

const me = { id: 'ag_me', name: 'Me', email: 'me@shop.example', role: 'owner' } as const;
const online: AgentState = { ...initialAgentState, agent: { ...me, isDisabled: false } };

function event(
  id: string,
  seq: number,
  minute: number,
  kind: 'visitor' | 'agent',
): ConversationEvent {
  return {
    id: `${id}:${seq}`,
    conversationId: id,
    seq,
    prev: seq - 1,
    at: at(minute),
    actor: { kind, id: kind },
    via: 'widget',
    clientEventId: `cl_${id}_${seq}`,
    type: 'message.created',
    content: { kind: 'text', text: `message ${seq}` },
  };
}

const at = (minute: number) => new Date(minute * 60_000).toISOString();

/** A conversation with one message of its visitor, written at this minute. */
function row(id: string, minute: number, change: Partial<InboxRow> = {}): InboxRow {
  const opened = { id, visitorId: `vi_${id}`, contactId: `co_${id}`, createdAt: at(minute) };
  return {
    ...foldConversation(emptyConversation(opened), event(id, 1, minute, 'visitor')),
    contact: { id: `co_${id}`, name: null, email: null },
    isVisitorOnline: false,
    unread: 1,
    ...change,
  };
}

const reduce = (state: AgentState, ...steps: AgentStep[]) => steps.reduce(reduceAgent, state);

function page(view: InboxView, rows: InboxRow[], next: string | null = null): AgentStep {
  const counts = { all: 9, mine: 9, unassigned: 9, resolved: 9 };
  return { type: 'alcove/page', view, page: { rows, next, cursor: 'c', counts } };
}

const heard = (id: string, ...events: ConversationEvent[]): AgentStep => ({
  type: 'alcove/log',
  conversationId: id,
  change: { kind: 'events', events },
});

const idsOf = (state: AgentState, view: InboxView) => state.views[view].conversationIds;

describe('the reducer', () => {
  it('leaves the state as it is for actions that are not its own', () => {
    expect(reduceAgent(undefined, { type: '@@redux/INIT' })).toBe(initialAgentState);
    expect(reduceAgent(online, { type: 'counter/increment' })).toBe(online);
  });

  it('moves a conversation to the top when somebody writes', () => {
    const loaded = reduce(online, page('all', [row('b', 2), row('a', 1)]));
    expect(idsOf(loaded, 'all')).toEqual(['b', 'a']);
    const state = reduce(loaded, heard('a', event('a', 2, 3, 'visitor')));
    expect(idsOf(state, 'all')).toEqual(['a', 'b']);
    expect(state.rows.a).toMatchObject({ unread: 2, appliedSeq: 2, lastMessage: { seq: 2 } });
    expect(reduce(state, heard('a', event('a', 3, 4, 'agent'))).rows.a?.unread).toBe(0);
  });

  it('folds each event once, and leaves a gap to the server', () => {
    const loaded = reduce(online, page('all', [row('a', 1)]));
    const twice = reduce(
      loaded,
      heard('a', event('a', 2, 2, 'visitor')),
      heard('a', event('a', 2, 2, 'visitor')),
    );
    expect(twice.rows.a).toMatchObject({ messageCount: 2, unread: 2 });
    expect(reduce(loaded, heard('a', event('a', 3, 3, 'visitor'))).rows.a?.appliedSeq).toBe(1);
  });

  it('moves conversations between views, and counts them', () => {
    const loaded = reduce(
      online,
      page('all', [row('a', 1)]),
      page('mine', []),
      page('unassigned', [row('a', 1)]),
      page('resolved', []),
    );
    const base = { ...event('a', 2, 2, 'agent'), content: undefined };
    const assigned = { ...base, type: 'conversation.assigned', assignee: { agentId: me.id } };
    const mine = reduce(loaded, heard('a', assigned as unknown as ConversationEvent));
    expect([idsOf(mine, 'all'), idsOf(mine, 'mine'), idsOf(mine, 'unassigned')]).toEqual([
      ['a'],
      ['a'],
      [],
    ]);
    expect(mine.counts).toEqual({ all: 9, mine: 10, unassigned: 8, resolved: 9 });
    const status = { ...base, seq: 3, prev: 2, type: 'conversation.status_changed' };
    const resolved = { ...status, status: 'resolved' } as unknown as ConversationEvent;
    const done = reduce(mine, heard('a', resolved));
    expect([idsOf(done, 'all'), idsOf(done, 'mine'), idsOf(done, 'resolved')]).toEqual([
      [],
      [],
      ['a'],
    ]);
    expect(done.counts).toEqual({ all: 8, mine: 9, unassigned: 8, resolved: 10 });
  });

  it('does not show what lies below the loaded part of a view', () => {
    const loaded = reduce(online, page('all', [row('b', 5), row('a', 4)], 'below'));
    const state = reduce(loaded, { type: 'alcove/rows', rows: [row('old', 1), row('new', 6)] });
    expect(idsOf(state, 'all')).toEqual(['new', 'b', 'a']);
    const next = reduce(state, page('all', [row('old', 1)]));
    expect(idsOf(next, 'all')).toEqual(['new', 'b', 'a', 'old']);
    expect(next.views.all.next).toBeNull();
  });

  it('keeps the newer of two rows, whatever order they come in', () => {
    const loaded = reduce(online, page('all', [row('a', 1)]));
    const newer = reduce(loaded, heard('a', event('a', 2, 2, 'visitor')));
    expect(reduce(newer, { type: 'alcove/rows', rows: [row('a', 1)] }).rows.a?.appliedSeq).toBe(2);
  });

  it('shows a page without what has left the view since', () => {
    const resolved = row('a', 2, { status: 'resolved', appliedSeq: 2 });
    const known = reduce(online, page('resolved', [resolved]));
    expect(idsOf(reduce(known, page('all', [row('a', 1)])), 'all')).toEqual([]);
  });

  it('lowers the unread count by this agent’s own cursor only', () => {
    const three = [2, 3].map((seq) => event('a', seq, seq, 'visitor'));
    const loaded = reduce(online, page('all', [row('a', 1)]), heard('a', ...three));
    const move = (id: string, read: number): AgentStep => ({
      type: 'alcove/log',
      conversationId: 'a',
      change: {
        kind: 'cursor',
        cursor: {
          participant: { kind: 'agent', id },
          delivered: read,
          deliveredAt: null,
          read,
          readAt: null,
        },
      },
    });
    expect(loaded.rows.a?.unread).toBe(3);
    expect(reduce(loaded, move('ag_other', 3)).rows.a?.unread).toBe(3);
    expect(reduce(loaded, move(me.id, 2)).rows.a?.unread).toBe(1);
    expect(reduce(loaded, move(me.id, 2), move(me.id, 3)).rows.a?.unread).toBe(0);
  });

  it('does not take for unread what was read here while the server answered', () => {
    const events = [1, 2, 3].map((seq) => event('a', seq, seq, 'visitor'));
    const participant = { kind: 'agent', id: me.id } as const;
    const cursor = { participant, delivered: 3, deliveredAt: null, read: 3, readAt: null };
    const answered = { ...row('a', 1), unread: 3, appliedSeq: 3 };
    answered.lastMessageSeq = { visitor: 3, team: 0 };
    const opened = reduce(
      online,
      page('all', [answered]),
      { type: 'alcove/opened', conversationId: 'a' },
      {
        type: 'alcove/log',
        conversationId: 'a',
        change: { kind: 'page', events, head: 3, cursors: [] },
      },
      { type: 'alcove/log', conversationId: 'a', change: { kind: 'cursor', cursor } },
    );
    expect(opened.rows.a?.unread).toBe(0);
    expect(reduce(opened, { type: 'alcove/rows', rows: [answered] }).rows.a?.unread).toBe(0);
    const ahead = { ...answered, appliedSeq: 5, unread: 2 };
    ahead.lastMessageSeq = { visitor: 5, team: 0 };
    expect(reduce(opened, { type: 'alcove/rows', rows: [ahead] }).rows.a?.unread).toBe(2);
  });

  it('follows logs only while they are open', () => {
    const open: AgentStep = { type: 'alcove/opened', conversationId: 'a' };
    const loaded = reduce(
      online,
      page('all', [row('a', 1)]),
      heard('a', event('a', 2, 2, 'agent')),
    );
    expect(loaded.logs).toEqual({});
    const opened = reduce(loaded, open, open);
    expect(opened.logs.a).toMatchObject({ isLoaded: false, status: 'open' });
    expect(reduce(opened, { type: 'alcove/closed', conversationId: 'a' }).logs).toEqual({});
  });

  it('shows who is there and what a contact is called', () => {
    const loaded = reduce(online, page('all', [row('a', 1)]));
    const met = reduce(loaded, { type: 'alcove/presence', id: 'vi_a', status: 'online' });
    expect(met.rows.a?.isVisitorOnline).toBe(true);
    expect(met.presence.vi_a).toBe('online');
    const contact = { id: 'co_a', name: 'Shopper', email: null, page: null, userAgent: null };
    const named = reduce(met, {
      type: 'alcove/contact',
      contact: { ...contact, locale: null, createdAt: at(1), lastSeenAt: at(1) },
    });
    expect(named.rows.a?.contact.name).toBe('Shopper');
  });

  it('knows of nobody but itself whether they are here while the server is degraded', () => {
    const colleague = { ...me, id: 'ag_colleague', isDisabled: false };
    const hello: Extract<AgentStep, { type: 'alcove/hello' }> = {
      type: 'alcove/hello',
      hello: {
        protocol: 1,
        serverTime: at(1),
        agent: { ...me, isDisabled: false },
        workspace: { id: 'ws', key: 'wk', name: 'Shop', look: undefined } as never,
        agents: [{ ...me, isDisabled: false }, colleague],
        onlineAgentIds: [me.id],
        actor: { kind: 'agent', id: me.id },
      },
    };
    const known = reduce(online, hello, page('all', [row('a', 1, { isVisitorOnline: true })]));
    const blind = reduce(known, { type: 'alcove/degraded' });
    expect(blind.presence).toEqual({ ag_me: 'online', ag_colleague: 'unknown', vi_a: 'unknown' });
    expect(reduce(blind, hello).presence).toEqual({ ag_me: 'online', ag_colleague: 'offline' });
    // It has come to a node that cannot tell, either.
    const still: AgentStep = {
      ...hello,
      hello: { ...hello.hello, unknownAgentIds: [colleague.id] },
    };
    const unknown = { ag_me: 'online', ag_colleague: 'unknown' };
    expect(reduce(blind, still).presence).toEqual({ ...unknown, vi_a: 'unknown' });
    expect(reduce(online, still).presence).toEqual(unknown);
  });

  it('keeps in a visitor’s rows that nobody can tell, until somebody can', () => {
    const read = page('all', [row('a', 1, { isPresenceUnknown: true })]);
    const told = (status: PresenceStatus): AgentStep => ({
      type: 'alcove/presence',
      id: 'vi_a',
      status,
    });
    const asUnknown = { isVisitorOnline: false, isPresenceUnknown: true };
    const asOnline = { isVisitorOnline: true, isPresenceUnknown: undefined };
    expect(reduce(online, read).rows.a).toMatchObject(asUnknown);
    expect(reduce(online, read, told('online')).rows.a).toMatchObject(asOnline);
    expect(reduce(online, read, told('online'), told('unknown')).rows.a).toMatchObject(asUnknown);
    const known = page('all', [row('a', 1, { isVisitorOnline: true })]);
    expect(reduce(online, read, known).rows.a).toEqual(row('a', 1, { isVisitorOnline: true }));
  });
});
