import { createId, WIRE_LIMITS } from '@alcove/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerOf, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import type { AgentPrincipal, Caller, VisitorPrincipal } from './principal.ts';

let gateway: TestGateway;
let shop: Awaited<ReturnType<TestGateway['createWorkspace']>>;
let visitor: Caller<VisitorPrincipal>;
let support: Caller<AgentPrincipal>;
let sales: Caller<AgentPrincipal>;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

beforeEach(async () => {
  shop = await gateway.createWorkspace();
  visitor = callerOf(await shop.addVisitor());
  support = callerOf(await shop.addAgent('Support'));
  sales = callerOf(await shop.addAgent('Sales'));
});

const newId = () => createId('cl');

async function open(from = visitor, clientConversationId = newId()) {
  gateway.clock.advance(1000);
  const content = { kind: 'text' as const, text: 'Hello?' };
  const message = { clientMessageId: newId(), content };
  const sent = await gateway.domain.messages.send(from, { clientConversationId, ...message });
  return sent.conversationId;
}

async function say(caller: Caller, conversationId: string) {
  gateway.clock.advance(1000);
  const content = { kind: 'text' as const, text: 'A line' };
  return gateway.domain.messages.send(caller, {
    conversationId,
    clientMessageId: newId(),
    content,
  });
}

async function unreadOf(caller: Caller<AgentPrincipal>, conversationId: string) {
  const { rows } = await gateway.domain.inbox.get(caller.principal, {
    conversationIds: [conversationId],
  });
  return rows[0]?.unread;
}

async function unreadOfVisitor() {
  const { conversations } = await gateway.domain.greetings.helloVisitor(visitor.principal);
  return conversations.map(({ unread }) => unread);
}

describe('unread', () => {
  it('counts the other side’s messages above one’s own read cursor', async () => {
    const id = await open();
    await say(visitor, id);
    expect(await unreadOf(support, id)).toBe(2);
    await gateway.domain.readCursors.advance(support.principal, { conversationId: id, read: 1 });
    expect(await unreadOf(support, id)).toBe(1);
    // A colleague's reading is not one's own.
    expect(await unreadOf(sales, id)).toBe(2);
    await gateway.domain.readCursors.advance(support.principal, { conversationId: id, read: 2 });
    expect(await unreadOf(support, id)).toBe(0);
  });

  it('ends for the whole team with the team’s answer', async () => {
    const id = await open();
    await say(sales, id);
    expect([await unreadOf(support, id), await unreadOf(sales, id)]).toEqual([0, 0]);
    await say(visitor, id);
    expect([await unreadOf(support, id), await unreadOf(sales, id)]).toEqual([1, 1]);
  });

  it('counts for a visitor what the team said since they read or wrote', async () => {
    const id = await open();
    expect(await unreadOfVisitor()).toEqual([0]);
    await say(support, id);
    await say(sales, id);
    expect(await unreadOfVisitor()).toEqual([2]);
    await gateway.domain.readCursors.advance(visitor.principal, { conversationId: id, read: 2 });
    expect(await unreadOfVisitor()).toEqual([1]);
    await say(visitor, id);
    expect(await unreadOfVisitor()).toEqual([0]);
  });

  it('is counted up to its cap', async () => {
    const id = await open();
    await Promise.all(Array.from({ length: WIRE_LIMITS.unreadCount + 5 }, () => say(visitor, id)));
    expect(await unreadOf(support, id)).toBe(WIRE_LIMITS.unreadCount);
  });
});

describe('the inbox', () => {
  it('lists a view, latest activity first, page by page, with everything a row shows', async () => {
    const ids = [await open(), await open(), await open()];
    await gateway.domain.contacts.identify(visitor.principal, { name: 'Shopper' });
    const leave = gateway.domain.presence.connect(visitor.principal);
    const list = (before?: string) =>
      gateway.domain.inbox.list(support.principal, { view: 'all', before, limit: 2 });
    const first = await list();
    expect(first.rows.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect(first.counts).toEqual({ all: 3, mine: 0, unassigned: 3, resolved: 0 });
    expect(first.rows[0]).toMatchObject({
      contact: { id: visitor.principal.contactId, name: 'Shopper', email: null },
      isVisitorOnline: true,
      unread: 1,
      lastMessage: { text: 'Hello?' },
    });
    expect(first.rows[0]).not.toHaveProperty('clientConversationId');
    const second = await list(first.next ?? undefined);
    expect(second).toMatchObject({ rows: [{ id: ids[0] }], next: null });
    leave();
  });

  it('tells what changed since its cursor, and nothing of other workspaces', async () => {
    const id = await open();
    const { cursor } = await gateway.domain.inbox.list(support.principal, { view: 'all' });
    const other = await gateway.createWorkspace();
    await open(callerOf(await other.addVisitor()));
    const later = await open();
    await say(support, id);
    const changed = await gateway.domain.inbox.sync(support.principal, { cursor });
    expect(changed.rows.map((row) => row.id).toSorted()).toEqual([id, later].toSorted());
    expect(changed.more).toBe(false);
    const nothing = await gateway.domain.inbox.sync(support.principal, { cursor: changed.cursor });
    expect(nothing.rows).toEqual([]);
  });

  it('refuses a place that it cannot read in words', async () => {
    const { inbox } = gateway.domain;
    const refusal = expect.objectContaining({ code: 'invalid' });
    await expect(
      inbox.list(support.principal, { view: 'all', before: 'nonsense' }),
    ).rejects.toThrow(refusal);
    await expect(inbox.sync(support.principal, { cursor: 'nonsense' })).rejects.toThrow(refusal);
  });
});
