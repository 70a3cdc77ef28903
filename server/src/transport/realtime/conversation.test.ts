import {
  agentHelloSchema,
  conversationEventSchema,
  signalSchema,
  visitorHelloSchema,
} from '@alcove/protocol/schemas';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ZodType } from 'zod';
import { toIso } from '../../domain/clock.ts';
import {
  callerOf,
  startTestGateway,
  type TestClient,
  type TestGateway,
} from '../../testing/start-test-gateway.ts';

let gateway: TestGateway;
let shop: Awaited<ReturnType<TestGateway['createWorkspace']>>;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

beforeEach(async () => {
  shop = await gateway.createWorkspace();
});

const text = (words: string) => ({ kind: 'text' as const, text: words });

/** A visitor and an agent who are connected, with a conversation of one message. */
async function startConversation() {
  const visitor = await shop.addVisitor();
  const agent = await shop.addAgent('Support');
  const [visitorClient, agentClient] = [gateway.connect(visitor), gateway.connect(agent)];
  await Promise.all([visitorClient.next('hello'), agentClient.next('hello')]);
  const sent = await send(visitorClient, { clientConversationId: 'cl_first' }, 'Hello?');
  await Promise.all([visitorClient.next('event'), agentClient.next('event')]);
  return { visitor, agent, visitorClient, agentClient, conversationId: sent.conversationId };
}

let messages = 0;

async function send(
  client: TestClient,
  where: { conversationId: string } | { clientConversationId: string },
  words: string,
) {
  messages++;
  const ack = await client.ask('message.send', {
    ...where,
    clientMessageId: `cl_${messages}`,
    content: text(words),
  });
  if (!ack.ok) throw new Error(ack.message);
  return ack;
}

describe('messages', () => {
  it('travel both ways, live, each with the author that the other side may see', async () => {
    const { visitor, agent, visitorClient, agentClient, conversationId } =
      await startConversation();

    const answered = await send(agentClient, { conversationId }, 'Good day.');
    expect(answered).toMatchObject({ ok: true, seq: 2, duplicate: false, conversationId });
    const answer = await visitorClient.next('event', { seq: 2 });
    expect(answer).toMatchObject({
      type: 'message.created',
      prev: 1,
      via: 'console',
      content: text('Good day.'),
      actor: { kind: 'agent', id: agent.agentId, name: 'Support' },
    });
    await agentClient.next('event', { seq: 2 });

    await send(visitorClient, { conversationId }, 'One more thing.');
    expect(await agentClient.next('event', { seq: 3 })).toMatchObject({
      prev: 2,
      via: 'widget',
      actor: { kind: 'visitor', id: visitor.visitorId },
    });
  });

  it('are answered before they come back to their author', async () => {
    const { visitorClient, conversationId } = await startConversation();
    const order: string[] = [];
    visitorClient.socket.on('event', () => order.push('event'));
    await new Promise<void>((resolve) => {
      visitorClient.socket.emit(
        'message.send',
        { conversationId, clientMessageId: 'cl_mine', content: text('First the ack') },
        () => {
          order.push('ack');
          resolve();
        },
      );
    });
    await visitorClient.next('event', { clientEventId: 'cl_mine' });
    expect(order).toEqual(['ack', 'event']);
  });

  it('reach each reader in the order of their seq, however many are sent at once', async () => {
    const { visitorClient, agentClient, conversationId } = await startConversation();
    const seqs: unknown[] = [];
    visitorClient.socket.on('event', ({ seq }) => seqs.push(seq));
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        send(agentClient, { conversationId }, `Line ${index}`),
      ),
    );
    await visitorClient.next('event', { seq: 31 });
    expect(seqs).toEqual(Array.from({ length: 30 }, (_, index) => index + 2));
  });

  it('of one sender are stored in the order in which they were sent, whatever each needs first', async () => {
    const { agent, agentClient, conversationId } = await startConversation();
    const take = {
      ...{ conversationId, content: text('I take this'), clientMessageId: 'cl_take' },
      ...{ replyTo: 1, assigns: { agentId: agent.agentId } },
    };
    // A roster that has to be read anew is one more reason for the first to be late.
    gateway.domain.roster.forget(shop.id);
    const acks = await Promise.all([
      agentClient.ask('message.send', take),
      send(agentClient, { conversationId }, 'and add this'),
    ]);
    expect(acks).toMatchObject([{ seq: 2 }, { seq: 3 }]);
  });

  it('reach all tabs of the visitor and all agents, but no other visitor', async () => {
    const { visitor, visitorClient, conversationId } = await startConversation();
    const secondTab = gateway.connect(visitor);
    const colleague = gateway.connect(await shop.addAgent('Sales'));
    const stranger = gateway.connect(await shop.addVisitor());
    await Promise.all([secondTab.next('hello'), colleague.next('hello'), stranger.next('hello')]);

    await send(visitorClient, { conversationId }, 'For the shop');
    await Promise.all([secondTab.next('event', { seq: 2 }), colleague.next('event', { seq: 2 })]);
    // What is sent to the stranger after it shows that nothing was sent before.
    await send(stranger, { clientConversationId: 'cl_other' }, 'Mine');
    await stranger.next('event', { content: text('Mine') });
    expect(stranger.frames.filter(({ name }) => name === 'event')).toEqual([]);
  });

  it('are stored once, however often they are sent', async () => {
    const { visitorClient, conversationId } = await startConversation();
    const message = { conversationId, clientMessageId: 'cl_again', content: text('Once') };
    const first = await visitorClient.ask('message.send', message);
    const again = await visitorClient.ask('message.send', message);
    expect(first).toMatchObject({ ok: true, seq: 2, duplicate: false });
    expect(again).toEqual({ ...first, duplicate: true });
    const other = await visitorClient.ask('message.send', { ...message, content: text('Other') });
    expect(other).toMatchObject({ ok: false, code: 'id_conflict', retryable: false });
  });

  it('open one conversation under one client id, even when sent at the same time', async () => {
    const visitorClient = gateway.connect(await shop.addVisitor());
    await visitorClient.next('hello');
    const acks = await Promise.all(
      ['One', 'Two', 'Three'].map((words) =>
        send(visitorClient, { clientConversationId: 'cl_first' }, words),
      ),
    );
    expect(new Set(acks.map(({ conversationId }) => conversationId)).size).toBe(1);
    expect(acks.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});

describe('what only agents may see', () => {
  it('moves the visitor’s prev past it and sends the visitor nothing', async () => {
    const { agent, visitorClient, agentClient, conversationId } = await startConversation();
    const assigned = await agentClient.ask('conversation.assign', {
      conversationId,
      clientEventId: 'cl_take',
      assignee: { agentId: agent.agentId },
    });
    expect(assigned).toMatchObject({ ok: true, seq: 2 });
    expect(await agentClient.next('event', { seq: 2 })).toMatchObject({
      type: 'conversation.assigned',
      prev: 1,
      assignee: { agentId: agent.agentId },
    });

    await send(agentClient, { conversationId }, 'I see to it.');
    expect(await agentClient.next('event', { seq: 3 })).toMatchObject({ prev: 2 });
    expect(await visitorClient.next('event')).toMatchObject({ seq: 3, prev: 1 });
  });

  it('is taken out of a message that takes the conversation', async () => {
    const { agent, visitorClient, agentClient, conversationId } = await startConversation();
    const ack = await agentClient.ask('message.send', {
      conversationId,
      clientMessageId: 'cl_take',
      content: text('Mine'),
      assigns: { agentId: agent.agentId },
    });
    expect(ack).toMatchObject({ ok: true });
    const assigns = { agentId: agent.agentId };
    expect(await agentClient.next('event', { seq: 2 })).toMatchObject({ assigns });
    expect(await visitorClient.next('event', { seq: 2 })).not.toHaveProperty('assigns');
    const synced = await visitorClient.ask('sync', { conversationId, since: 0 });
    expect(JSON.stringify(synced)).not.toContain('assigns');
    const inbox = await agentClient.ask('inbox.list', { view: 'mine' });
    expect(inbox).toMatchObject({ ok: true, rows: [{ id: conversationId, assignee: assigns }] });
  });

  it('shows in catch-up as a gap and in the head not at all', async () => {
    const { agent, visitorClient, agentClient, conversationId } = await startConversation();
    await agentClient.ask('conversation.assign', {
      conversationId,
      clientEventId: 'cl_take',
      assignee: { agentId: agent.agentId },
    });
    expect(await visitorClient.ask('sync', { conversationId, since: 0 })).toMatchObject({
      ok: true,
      head: 1,
      more: false,
      events: [{ seq: 1 }],
    });
    expect(await agentClient.ask('sync', { conversationId, since: 0 })).toMatchObject({
      head: 2,
      events: [{ seq: 1 }, { seq: 2 }],
    });
    const ids = { conversationIds: [conversationId] };
    expect(await visitorClient.ask('heads', ids)).toMatchObject({ heads: { [conversationId]: 1 } });
    expect(await agentClient.ask('heads', ids)).toMatchObject({ heads: { [conversationId]: 2 } });
  });

  it('cannot be felt for with a cursor, and does not wake the visitor up', async () => {
    const { visitor, agent, visitorClient, agentClient, conversationId } =
      await startConversation();
    const reads = (client: TestClient) =>
      client.ask('cursor.advance', { conversationId, read: 999 });
    await reads(agentClient);
    const team = { participant: { id: 'team' }, read: 1 };
    const { cursor: seen } = await visitorClient.next('signal', { cursor: team });

    gateway.clock.advance(60_000);
    await agentClient.ask('conversation.assign', {
      conversationId,
      clientEventId: 'cl_take',
      assignee: { agentId: agent.agentId },
    });
    expect(await reads(agentClient)).toMatchObject({ ok: true, cursor: { read: 1 } });
    expect(await reads(visitorClient)).toMatchObject({
      ok: true,
      cursor: { read: 1, delivered: 1 },
    });
    const synced = await visitorClient.ask('sync', { conversationId, since: 0 });
    expect(synced).toMatchObject({ ok: true, cursors: [{}, seen] });
    const ofTeam = { type: 'cursor', cursor: team };
    expect(visitorClient.frames).not.toContainEqual(
      expect.objectContaining({ payload: expect.objectContaining(ofTeam) }),
    );
    const hello = await gateway.connect(visitor).next('hello');
    expect(hello).toMatchObject({ conversations: [{ cursors: [{}, seen] }] });
  });

  it('does not bring an old conversation to the visitor’s top', async () => {
    const { visitor, agent, visitorClient, agentClient, conversationId } =
      await startConversation();
    gateway.clock.advance(1000);
    const newer = await send(visitorClient, { clientConversationId: 'cl_second' }, 'Also');
    gateway.clock.advance(1000);
    await agentClient.ask('conversation.assign', {
      conversationId,
      clientEventId: 'cl_take',
      assignee: { agentId: agent.agentId },
    });
    expect(await gateway.connect(visitor).next('hello')).toMatchObject({
      conversations: [{ id: newer.conversationId }, { id: conversationId }],
    });
  });

  it('stays inside: no address, account or contact of anybody is sent to a visitor', async () => {
    const { agent, visitor, visitorClient, agentClient, conversationId } =
      await startConversation();
    await send(agentClient, { conversationId }, 'Good day.');
    await agentClient.ask('cursor.advance', { conversationId, read: 1 });
    await agentClient.ask('typing.set', { conversationId, isTyping: true });
    await visitorClient.next('signal', { type: 'typing' });
    const again = gateway.connect(visitor);
    const told = JSON.stringify([
      await again.next('hello'),
      visitorClient.frames,
      await visitorClient.ask('history', { conversationId }),
      await visitorClient.ask('sync', { conversationId, since: 0 }),
    ]);
    for (const secret of [agent.accountId, 'chat.example', visitor.contactId, shop.id]) {
      expect(told).not.toContain(secret);
    }
  });
});

describe('every frame', () => {
  it('is one that the protocol knows, to the last field', async () => {
    const { visitor, agent, visitorClient, agentClient, conversationId } =
      await startConversation();
    const clients = [gateway.connect(visitor), gateway.connect(agent)];
    const assignee = { agentId: agent.agentId };
    await agentClient.ask('typing.set', { conversationId, isTyping: true });
    await visitorClient.ask('typing.set', { conversationId, isTyping: true });
    await agentClient.ask('cursor.advance', { conversationId, read: 1 });
    await visitorClient.ask('contact.identify', { name: 'Shopper' });
    const act = { conversationId, clientEventId: 'cl_assign' };
    await agentClient.ask('conversation.assign', { ...act, assignee });
    const message = { conversationId, clientMessageId: 'cl_full', content: text('All of it') };
    await agentClient.ask('message.send', { ...message, replyTo: 1, assigns: assignee });
    await agentClient.ask('conversation.resolve', { conversationId, clientEventId: 'cl_done' });
    await Promise.all(
      [visitorClient, agentClient, ...clients].map((client) =>
        client.next('event', { type: 'conversation.status_changed' }),
      ),
    );
    const schemas: Record<string, ZodType> = {
      event: conversationEventSchema,
      signal: signalSchema,
    };
    const hellos = [visitorHelloSchema, agentHelloSchema];
    for (const [index, client] of clients.entries()) {
      const kinds = new Set<unknown>();
      for (const { name, payload } of client.frames) {
        const schema = schemas[name] ?? hellos[index];
        expect(schema?.parse(payload)).toEqual(payload);
        kinds.add(payload.type ?? name);
      }
      expect(kinds).toContain('hello');
      expect(kinds).toContain('cursor');
      expect(kinds).toContain('message.created');
    }
  });
});

describe('the status of a conversation', () => {
  it('is told to both sides, and a visitor’s message reopens what was resolved', async () => {
    const { visitorClient, agentClient, conversationId } = await startConversation();
    const resolve = { conversationId, clientEventId: 'cl_done' };
    expect(await agentClient.ask('conversation.resolve', resolve)).toMatchObject({ ok: true });
    expect(await visitorClient.next('event', { seq: 2 })).toMatchObject({
      type: 'conversation.status_changed',
      status: 'resolved',
      prev: 1,
    });
    expect(await agentClient.ask('inbox.list', { view: 'resolved' })).toMatchObject({
      rows: [{ id: conversationId }],
      counts: { all: 0, resolved: 1 },
    });

    await send(visitorClient, { conversationId }, 'Wait');
    expect(await agentClient.ask('inbox.list', { view: 'all' })).toMatchObject({
      rows: [{ id: conversationId, status: 'open', unread: 2, isVisitorOnline: true }],
      counts: { all: 1, resolved: 0 },
    });
  });
});

describe('cursors', () => {
  it('tell the other side how far one has read, and never move back', async () => {
    const { visitor, visitorClient, agentClient, conversationId } = await startConversation();
    await send(agentClient, { conversationId }, 'Good day.');
    const advanced = await visitorClient.ask('cursor.advance', { conversationId, read: 2 });
    expect(advanced).toMatchObject({ ok: true, cursor: { read: 2, delivered: 2 } });
    expect(await agentClient.next('signal', { type: 'cursor' })).toMatchObject({
      conversationId,
      cursor: { participant: { kind: 'visitor', id: visitor.visitorId }, read: 2 },
    });
    const back = await visitorClient.ask('cursor.advance', { conversationId, read: 1 });
    expect(back).toMatchObject({ ok: true, cursor: { read: 2 } });
    const beyond = await visitorClient.ask('cursor.advance', { conversationId, read: 999 });
    expect(beyond).toMatchObject({ ok: true, cursor: { read: 2, delivered: 2 } });
  });

  it('show the visitor one team, as far as the quickest of it', async () => {
    const { visitorClient, agentClient, conversationId } = await startConversation();
    const colleague = gateway.connect(await shop.addAgent('Sales'));
    await colleague.next('hello');
    await send(visitorClient, { conversationId }, 'Anybody?');

    await agentClient.ask('cursor.advance', { conversationId, read: 2 });
    const team = { kind: 'agent', id: 'team' };
    expect(await visitorClient.next('signal', { type: 'cursor' })).toMatchObject({
      cursor: { participant: team, read: 2 },
    });
    await colleague.ask('cursor.advance', { conversationId, read: 1 });
    expect(await visitorClient.next('signal', { type: 'cursor' })).toMatchObject({
      cursor: { participant: team, read: 2 },
    });
    const synced = await visitorClient.ask('sync', { conversationId, since: 2 });
    expect(synced).toMatchObject({ cursors: [{ participant: team, read: 2 }] });
    const ofAgents = await colleague.ask('sync', { conversationId, since: 2 });
    expect(ofAgents).toMatchObject({
      cursors: expect.arrayContaining([
        expect.objectContaining({
          participant: expect.objectContaining({ name: 'Sales' }),
          read: 1,
        }),
      ]),
    });
  });
});

describe('typing', () => {
  it('is told to the other side, by name', async () => {
    const { visitor, visitorClient, agentClient, conversationId } = await startConversation();
    await agentClient.ask('typing.set', { conversationId, isTyping: true });
    expect(await visitorClient.next('signal', { type: 'typing' })).toMatchObject({
      conversationId,
      isTyping: true,
      actor: { kind: 'agent', name: 'Support' },
    });
    await visitorClient.ask('typing.set', { conversationId, isTyping: true });
    const own = { kind: 'visitor', id: visitor.visitorId };
    expect(await agentClient.next('signal', { type: 'typing', actor: own })).toMatchObject({
      isTyping: true,
    });
    expect(visitorClient.frames.filter(({ payload }) => payload.type === 'typing')).toEqual([]);
  });

  it('is relayed once in two seconds for each session and conversation', async () => {
    const { visitor, visitorClient, agentClient, conversationId } = await startConversation();
    const second = await send(visitorClient, { clientConversationId: 'cl_second' }, 'Also');
    const heard: string[] = [];
    agentClient.socket.on('signal', (signal) => {
      if (signal.type === 'typing') heard.push(`${signal.conversationId} ${signal.isTyping}`);
    });
    const type = (where: string, isTyping = true) =>
      visitorClient.ask('typing.set', { conversationId: where, isTyping });
    for (let times = 0; times < 20; times++)
      expect(await type(conversationId)).toEqual({ ok: true });
    await type(second.conversationId);
    gateway.clock.advance(1999);
    await type(conversationId);
    // Without a connection there are no more turns than with one.
    const typing = { conversationId, isTyping: true };
    await gateway.commands.executeVisitor(callerOf(visitor), 'typing.set', typing);
    gateway.clock.advance(1);
    await type(conversationId, false);
    await agentClient.next('signal', { type: 'typing', isTyping: false });
    expect(heard).toEqual([
      `${conversationId} true`,
      `${second.conversationId} true`,
      `${conversationId} false`,
    ]);
  });

  it('that ends is told even a moment after it began', async () => {
    const { visitorClient, agentClient, conversationId } = await startConversation();
    for (const isTyping of [true, false, true, false]) {
      await visitorClient.ask('typing.set', { conversationId, isTyping });
    }
    await agentClient.next('signal', { type: 'typing', isTyping: true });
    await agentClient.next('signal', { type: 'typing', isTyping: false });
    const { seq } = await send(visitorClient, { conversationId }, 'Never mind');
    await agentClient.next('event', { seq });
    expect(agentClient.frames.filter(({ payload }) => payload.type === 'typing')).toEqual([]);
  });
});

describe('presence', () => {
  it('shows agents the visitors and colleagues, and a visitor one team', async () => {
    const visitor = await shop.addVisitor();
    const [support, sales] = [await shop.addAgent('Support'), await shop.addAgent('Sales')];
    const visitorClient = gateway.connect(visitor);
    expect(await visitorClient.next('hello')).toMatchObject({ isTeamOnline: false });

    const supportClient = gateway.connect(support);
    expect(await supportClient.next('hello')).toMatchObject({ onlineAgentIds: [support.agentId] });
    const team = { kind: 'agent', id: 'team' };
    const online = { type: 'presence', status: 'online' };
    await visitorClient.next('signal', { ...online, actor: team });

    const salesClient = gateway.connect(sales);
    await supportClient.next('signal', { ...online, actor: { kind: 'agent', id: sales.agentId } });
    salesClient.socket.disconnect();
    const offline = { type: 'presence', status: 'offline' };
    await supportClient.next('signal', { ...offline, actor: { kind: 'agent', id: sales.agentId } });
    visitorClient.socket.disconnect();
    const actor = { kind: 'visitor', id: visitor.visitorId };
    await supportClient.next('signal', { ...offline, actor });
    expect(visitorClient.frames.filter(({ payload }) => payload.type === 'presence')).toEqual([]);
  });

  it('does not report a reload', async () => {
    const gateway = await startTestGateway({ limits: { presenceGraceMs: 500 } });
    onTestFinished(gateway.close);
    const shop = await gateway.createWorkspace();
    const visitor = await shop.addVisitor();
    const agentClient = gateway.connect(await shop.addAgent('Support'));
    await agentClient.next('hello');
    const actor = { kind: 'visitor', id: visitor.visitorId };
    const before = gateway.connect(visitor);
    await agentClient.next('signal', { type: 'presence', actor, status: 'online' });
    before.socket.disconnect();
    const after = gateway.connect(visitor);
    await after.next('hello');
    // Somebody who really goes, later, shows that the time of grace is over.
    const other = await shop.addVisitor();
    const otherClient = gateway.connect(other);
    await otherClient.next('hello');
    otherClient.socket.disconnect();
    const gone = { kind: 'visitor', id: other.visitorId };
    await agentClient.next('signal', { type: 'presence', actor: gone, status: 'offline' });
    const told = agentClient.frames.filter(
      ({ payload }) =>
        payload.type === 'presence' && JSON.stringify(payload.actor) === JSON.stringify(actor),
    );
    expect(told).toEqual([]);
  });
});

describe('contacts', () => {
  it('tell agents who the visitor is and where', async () => {
    const { visitor, visitorClient, agentClient } = await startConversation();
    const identity = { name: 'Shopper', email: 'shopper@shop.example' };
    expect(await visitorClient.ask('contact.identify', identity)).toEqual({
      ok: true,
      ...identity,
    });
    await agentClient.next('signal', { type: 'contact', contact: { name: 'Shopper' } });

    const page = { url: 'https://shop.example/cart?code=secret#token', title: 'Cart' };
    expect(await visitorClient.ask('page.visit', page)).toEqual({ ok: true });
    const seen = { url: 'https://shop.example/cart', title: 'Cart' };
    await agentClient.next('signal', { type: 'contact', contact: { page: seen } });
    const asked = await agentClient.ask('contact.get', { contactId: visitor.contactId });
    expect(asked).toMatchObject({ ok: true, contact: { ...identity, page: seen } });
  });

  it('are noted with the page that the visitor connects from', async () => {
    const visitor = await shop.addVisitor();
    const agentClient = gateway.connect(await shop.addAgent('Support'));
    await agentClient.next('hello');
    gateway.clock.advance(60_000);
    gateway.connect(visitor, { page: { url: 'https://shop.example/', title: 'Shop' } });
    const { contact } = await agentClient.next('signal', { type: 'contact' });
    expect(contact).toMatchObject({
      id: visitor.contactId,
      page: { url: 'https://shop.example/' },
      lastSeenAt: toIso(gateway.clock.now()),
    });
  });
});

describe('hello', () => {
  it('brings a visitor what was said while they were away', async () => {
    const { visitor, visitorClient, agentClient, conversationId } = await startConversation();
    visitorClient.socket.disconnect();
    await send(agentClient, { conversationId }, 'Still there?');
    const hello = await gateway.connect(visitor).next('hello');
    expect(hello).toMatchObject({
      protocol: 1,
      visitorId: visitor.visitorId,
      serverTime: toIso(gateway.clock.now()),
      isTeamOnline: true,
      conversations: [
        {
          id: conversationId,
          clientConversationId: 'cl_first',
          head: 2,
          unread: 1,
          lastMessage: { seq: 2, text: 'Still there?', actor: { name: 'Support' } },
        },
      ],
    });
  });

  it('tells an agent who they are, and who else is there', async () => {
    const support = await shop.addAgent('Support');
    const sales = await shop.addAgent('Sales', true);
    expect(await gateway.connect(support).next('hello')).toMatchObject({
      workspace: { id: shop.id, name: 'The Shop' },
      agent: { id: support.agentId, role: 'agent' },
      agents: expect.arrayContaining([
        expect.objectContaining({ id: support.agentId, isDisabled: false }),
        expect.objectContaining({ id: sales.agentId, isDisabled: true }),
      ]),
      actor: { kind: 'agent', id: support.agentId, name: 'Support' },
    });
  });
});
