import { type ConversationEvent, EVENT_AUDIENCE } from '@alcove/protocol';
import { goldenEvents, goldenLogs } from '@alcove/protocol/fixtures';
import { describe, expect, it } from 'vitest';
import type { AgentRecord } from '../storage/storage.ts';
import {
  mergeTeamCursors,
  presentAgent,
  presentAppended,
  presentContact,
  presentCursors,
  presentEvent,
  presentInboxRow,
  presentVisitorConversation,
  presentWorkspace,
} from './present.ts';
import type { AgentsById } from './roster.ts';

const support: AgentRecord = {
  id: 'ag_1',
  workspaceId: 'ws_1',
  accountId: 'ac_1',
  name: 'Support',
  email: 'support@chat.example',
  role: 'agent',
  isDisabled: false,
  createdAt: '2030-01-01T00:00:00.000Z',
};
const agents: AgentsById = new Map([[support.id, support]]);

/** A field that a later version of a record may have. */
const internal = { internal: 'nobody’s business' };

const cursor = (kind: 'visitor' | 'agent', id: string, delivered: number, read: number) => ({
  participant: { kind, id },
  delivered,
  deliveredAt: `2030-01-01T00:00:0${delivered}.000Z`,
  read,
  readAt: `2030-01-01T00:00:0${read}.000Z`,
});

describe('an event', () => {
  it.each(goldenEvents)('keeps all that the protocol knows of it: $name', ({ frame }) => {
    const { actor, ...rest } = presentEvent('agents', frame, new Map());
    expect(rest).toEqual({ ...frame, actor: undefined });
    expect(actor).toEqual({ kind: frame.actor.kind, id: frame.actor.id });
  });

  it.each(goldenLogs)('of a log is for both audiences what the log says: $name', ({ frame }) => {
    const nameless = (event: ConversationEvent) => ({
      ...event,
      actor: { kind: event.actor.kind, id: event.actor.id },
    });
    let visitorPrev = 0;
    const forVisitor = frame.events.flatMap((event) => {
      const { visitor } = presentAppended(event, visitorPrev, new Map());
      if (!visitor) return [];
      visitorPrev = visitor.seq;
      return [visitor];
    });
    expect(forVisitor).toEqual(frame.visitorEvents.map(nameless));
  });

  it('carries its agent’s name and nothing else of them', () => {
    const event = goldenEvents
      .map(({ frame }) => frame)
      .find(({ type }) => type === 'message.created');
    if (!event) throw new Error('no golden message');
    const presented = presentEvent(
      'visitor',
      { ...event, actor: { kind: 'agent', id: support.id }, ...internal },
      agents,
    );
    expect(presented.actor).toEqual({ kind: 'agent', id: support.id, name: 'Support' });
    expect(JSON.stringify(presented)).not.toContain(internal.internal);
    expect(JSON.stringify(presented)).not.toContain(support.email);
  });

  it('of a type that only a newer node knows keeps its place, and nothing else', () => {
    const [golden] = goldenEvents;
    if (!golden) throw new Error('no golden event');
    const { id, conversationId, seq, prev, at, actor, via, clientEventId } = golden.frame;
    const base = { id, conversationId, seq, prev, at, via, clientEventId };
    const event = { ...base, actor, type: 'message.forwarded', ...internal };
    for (const audience of ['agents', 'visitor'] as const) {
      expect(presentEvent(audience, event as unknown as ConversationEvent, agents)).toEqual({
        ...base,
        actor: { kind: actor.kind, id: actor.id },
        type: 'message.forwarded',
      });
    }
  });

  it('with content that only a newer node knows says which kind it is, and not that it was deleted', () => {
    const [golden] = goldenEvents;
    if (!golden) throw new Error('no golden event');
    const content = { kind: 'card', ...internal };
    const message = { ...golden.frame, type: 'message.created', content };
    const edit = { ...golden.frame, type: 'message.edited', messageSeq: 1, content };
    for (const event of [message, edit]) {
      expect(presentEvent('agents', event as unknown as ConversationEvent, agents)).toMatchObject({
        content: { kind: 'card' },
      });
    }
    expect(
      JSON.stringify(presentEvent('agents', message as unknown as ConversationEvent, agents)),
    ).not.toContain(internal.internal);
  });

  it('reaches a visitor only if the audience table says so', () => {
    for (const { frame } of goldenEvents) {
      const { visitor } = presentAppended(frame, 0, agents);
      expect(visitor !== null).toBe(EVENT_AUDIENCE[frame.type] === 'everyone');
    }
  });
});

describe('cursors', () => {
  const all = [
    cursor('visitor', 'vi_1', 4, 3),
    cursor('agent', 'ag_1', 5, 1),
    cursor('agent', 'ag_2', 3, 2),
  ];

  it('of a team are one cursor as far as its quickest, each with the time it got there', () => {
    expect(mergeTeamCursors(all)).toEqual({
      participant: { kind: 'agent', id: 'team' },
      delivered: 5,
      deliveredAt: '2030-01-01T00:00:05.000Z',
      read: 2,
      readAt: '2030-01-01T00:00:02.000Z',
    });
    expect(mergeTeamCursors([])).toBeNull();
  });

  it('show a visitor two participants, and agents all', () => {
    const ids = (audience: 'visitor' | 'agents') =>
      presentCursors(audience, all, agents).map(({ participant }) => participant.id);
    expect(ids('visitor')).toEqual(['vi_1', 'team']);
    expect(ids('agents')).toEqual(['vi_1', 'ag_1', 'ag_2']);
    expect(JSON.stringify(presentCursors('visitor', all, agents))).not.toContain('Support');
  });
});

describe('a record', () => {
  it('goes outwards without fields that nobody decided about', () => {
    const row = goldenLogs[0]?.frame.row;
    if (!row) throw new Error('no golden row');
    const record = { ...row, clientConversationId: 'cl_1', ...internal };
    const contact = {
      id: 'co_1',
      name: null,
      email: null,
      page: null,
      userAgent: null,
      locale: null,
      createdAt: row.createdAt,
      lastSeenAt: row.createdAt,
      ...internal,
    };
    const workspace = {
      id: 'ws_1',
      key: 'wk_1',
      name: 'Shop',
      look: { colour: '#0b6b62', side: 'end' as const, theme: 'auto' as const },
      allowedOrigins: [],
      createdAt: row.createdAt,
      ...internal,
    };
    const extras = { contact, presence: 'offline', unread: 0 } as const;
    const told = JSON.stringify([
      presentInboxRow(record, extras, agents),
      presentVisitorConversation(record, { cursors: [], unread: 0 }, agents),
      presentContact(contact),
      presentAgent({ ...support, ...internal }),
      presentWorkspace(workspace),
    ]);
    expect(told).not.toContain(internal.internal);
    expect(told).not.toContain(support.accountId);
  });

  it('of a conversation tells a visitor neither contact nor assignee', () => {
    const row = goldenLogs[0]?.frame.row;
    if (!row) throw new Error('no golden row');
    const record = { ...row, clientConversationId: 'cl_1', assignee: { agentId: 'ag_secret' } };
    const told = presentVisitorConversation(record, { cursors: [], unread: 0 }, agents);
    expect(Object.keys(told).toSorted()).toEqual([
      'clientConversationId',
      'cursors',
      'head',
      'id',
      'lastActivityAt',
      'lastMessage',
      'status',
      'unread',
    ]);
  });
});
