import { createId } from '@alcove/protocol';
import { agentCommandSchemas, visitorCommandSchemas } from '@alcove/protocol/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentPrincipal, Principal, VisitorPrincipal } from '../../domain/principal.ts';
import {
  startTestGateway,
  type TestClient,
  type TestGateway,
} from '../../testing/start-test-gateway.ts';

/*
 * Every command that a client can send, tried on what belongs to somebody else. The rows are checked against the
 * registry of schemas: a command without a row fails.
 */

/** What is tried on; either the victim's, or ids that nobody has. */
interface Target {
  conversationId: string;
  contactId: string;
  accessToken: string;
  agentId: string;
}

interface Row {
  payload(target: Target): object;
  /** How it has to end for a stranger. `empty`: it succeeds, and has nothing of the target in it. */
  ends: 'not_found' | 'forbidden' | 'empty';
}

const clientMessageId = 'cl_intruder';
const clientEventId = 'cl_intruder';

const shared: Record<string, Row> = {
  'message.send': {
    payload: ({ conversationId }) => ({
      conversationId,
      clientMessageId,
      content: { kind: 'text', text: 'Let me in' },
    }),
    ends: 'not_found',
  },
  'message.edit': {
    payload: ({ conversationId }) => ({
      conversationId,
      clientEventId,
      messageSeq: 1,
      content: { kind: 'text', text: 'Let me in' },
    }),
    ends: 'not_found',
  },
  'message.delete': {
    payload: ({ conversationId }) => ({ conversationId, clientEventId, messageSeq: 1 }),
    ends: 'not_found',
  },
  'hello.get': { payload: () => ({}), ends: 'empty' },
  sync: { payload: ({ conversationId }) => ({ conversationId, since: 0 }), ends: 'not_found' },
  history: { payload: ({ conversationId }) => ({ conversationId }), ends: 'not_found' },
  heads: {
    payload: ({ conversationId }) => ({ conversationIds: [conversationId] }),
    ends: 'empty',
  },
  'cursor.advance': {
    payload: ({ conversationId }) => ({ conversationId, read: 1 }),
    ends: 'not_found',
  },
  'typing.set': {
    payload: ({ conversationId }) => ({ conversationId, isTyping: true }),
    ends: 'not_found',
  },
};

const visitorRows: Record<string, Row> = {
  ...shared,
  'session.renew': { payload: ({ accessToken }) => ({ accessToken }), ends: 'forbidden' },
  'contact.identify': { payload: () => ({ name: 'Intruder' }), ends: 'empty' },
  'page.visit': {
    payload: () => ({ url: 'https://shop.example/intruder', title: 'Intruder' }),
    ends: 'empty',
  },
};

const agentRows: Record<string, Row> = {
  ...shared,
  'session.renew': { payload: ({ accessToken }) => ({ accessToken }), ends: 'forbidden' },
  'conversation.assign': {
    payload: ({ conversationId }) => ({ conversationId, clientEventId, assignee: null }),
    ends: 'not_found',
  },
  'conversation.resolve': {
    payload: ({ conversationId }) => ({ conversationId, clientEventId }),
    ends: 'not_found',
  },
  'conversation.reopen': {
    payload: ({ conversationId }) => ({ conversationId, clientEventId }),
    ends: 'not_found',
  },
  'inbox.list': { payload: () => ({ view: 'all' }), ends: 'empty' },
  // The victim's own cursor would do, but it names nothing but a moment.
  'inbox.sync': { payload: () => ({ cursor: 'CURSOR' }), ends: 'empty' },
  'inbox.get': {
    payload: ({ conversationId }) => ({ conversationIds: [conversationId] }),
    ends: 'empty',
  },
  'contact.get': { payload: ({ contactId }) => ({ contactId }), ends: 'not_found' },
  'receipt.get': {
    payload: ({ conversationId }) => ({ conversationId, messageSeq: 1 }),
    ends: 'not_found',
  },
};

let gateway: TestGateway;
let victim: VisitorPrincipal;
let victimAgent: AgentPrincipal;
let sameShopVisitor: VisitorPrincipal;
let otherShopVisitor: VisitorPrincipal;
let otherShopAgent: AgentPrincipal;
let conversationId: string;
let victimClients: TestClient[];
let inboxCursor: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  const [shop, otherShop] = [await gateway.createWorkspace(), await gateway.createWorkspace()];
  victim = await shop.addVisitor();
  victimAgent = await shop.addAgent('Support');
  sameShopVisitor = await shop.addVisitor();
  otherShopVisitor = await otherShop.addVisitor();
  otherShopAgent = await otherShop.addAgent('Intruder');
  victimClients = [gateway.connect(victim), gateway.connect(victimAgent)];
  const [own] = victimClients;
  const sent = await own?.ask('message.send', {
    clientConversationId: 'cl_first',
    clientMessageId: 'cl_1',
    content: { kind: 'text', text: 'My secret' },
  });
  if (!sent?.ok) throw new Error('the victim could not write');
  conversationId = sent.conversationId;
  inboxCursor = await gateway.storage.forWorkspace(otherShop.id).conversations.currentCursor();
});

afterAll(() => gateway.close());

const victims = (principal: Principal): Target => ({
  conversationId,
  contactId: victim.contactId,
  accessToken: gateway.issue(principal.kind === 'visitor' ? victim : victimAgent),
  agentId: victimAgent.agentId,
});

const nobodys = (principal: Principal): Target => ({
  conversationId: createId('cv'),
  contactId: createId('co'),
  accessToken: victims(principal).accessToken,
  agentId: createId('ag'),
});

/** Everything that is stored about the victim. */
async function victimsWorld() {
  const { conversations, contacts } = gateway.storage.forWorkspace(victim.workspaceId);
  return {
    conversation: await conversations.get(conversationId),
    events: await conversations.readEvents({ conversationId, audience: 'agents', limit: 100 }),
    cursors: await conversations.cursorsOf([conversationId]),
    contact: await contacts.get(victim.contactId),
  };
}

function describeIntrusion(who: string, intruder: () => Principal, rows: Record<string, Row>) {
  describe(`${who}`, () => {
    it.each(Object.entries(rows))('gets nowhere with %s', async (name, row) => {
      const principal = intruder();
      const before = await victimsWorld();
      const client = gateway.connect(principal);
      await client.next('hello');
      const ask = async (target: Target) => {
        const payload = JSON.parse(
          JSON.stringify(row.payload(target)).replace('CURSOR', inboxCursor),
        );
        return (await client.askAnything(name, payload)) as Record<string, unknown>;
      };
      const onVictim = await ask(victims(principal));
      const onNobody = await ask(nobodys(principal));
      expect(onVictim).toMatchObject(
        row.ends === 'empty' ? { ok: true } : { ok: false, code: row.ends },
      );
      // What is somebody else's cannot be told from what is not there.
      expect(onVictim).toEqual(onNobody);
      for (const secret of [conversationId, victim.visitorId, victim.contactId, 'My secret']) {
        expect(JSON.stringify(onVictim)).not.toContain(secret);
      }
      expect(await victimsWorld()).toEqual(before);
      client.socket.disconnect();
    });
  });
}

describeIntrusion('another visitor of the same shop', () => sameShopVisitor, visitorRows);
describeIntrusion('a visitor of another shop', () => otherShopVisitor, visitorRows);
describeIntrusion('an agent of another shop', () => otherShopAgent, agentRows);

describe('the rows', () => {
  it('cover every command of a visitor', () => {
    expect(Object.keys(visitorRows).toSorted()).toEqual(
      Object.keys(visitorCommandSchemas).toSorted(),
    );
  });

  it('cover every command of an agent', () => {
    expect(Object.keys(agentRows).toSorted()).toEqual(Object.keys(agentCommandSchemas).toSorted());
  });
});

describe('what the victim does', () => {
  it('is pushed to nobody else, and what intruders tried was not pushed to the victim', async () => {
    const [own, agentClient] = victimClients;
    if (!own || !agentClient) throw new Error('the victim is not connected');
    const intruders = [sameShopVisitor, otherShopVisitor, otherShopAgent].map((principal) =>
      gateway.connect(principal),
    );
    await Promise.all(intruders.map((client) => client.next('hello')));
    for (const client of intruders) client.frames.length = 0;

    await own.ask('typing.set', { conversationId, isTyping: true });
    await own.ask('contact.identify', { name: 'Victim' });
    await own.ask('cursor.advance', { conversationId, read: 1 });
    await agentClient.ask('message.send', {
      conversationId,
      clientMessageId: 'cl_2',
      content: { kind: 'text', text: 'Welcome' },
    });
    await agentClient.ask('typing.set', { conversationId, isTyping: true });
    await agentClient.ask('cursor.advance', { conversationId, read: 2 });
    await agentClient.ask('conversation.resolve', { conversationId, clientEventId: 'cl_3' });
    await own.next('event', { type: 'conversation.status_changed' });

    // Frames arrive in order: once one of their own is back, nothing of the victim's is still on its way.
    for (const client of intruders) {
      await client.ask('heads', { conversationIds: [conversationId] });
      const strange = client.frames.filter(({ payload }) => payload.type !== 'presence');
      expect(JSON.stringify(strange)).not.toContain(conversationId);
      expect(JSON.stringify(strange)).not.toContain(victim.contactId);
    }
    expect(JSON.stringify([own.frames, agentClient.frames])).not.toContain('Let me in');
    expect(JSON.stringify(own.frames)).not.toContain(sameShopVisitor.visitorId);
  });
});

describe('client ids', () => {
  it('of two visitors are two conversations, though they be the same', async () => {
    const client = gateway.connect(sameShopVisitor);
    const sent = await client.ask('message.send', {
      clientConversationId: 'cl_first',
      clientMessageId: 'cl_1',
      content: { kind: 'text', text: 'Not the same' },
    });
    expect(sent).toMatchObject({ ok: true, seq: 1, duplicate: false });
    expect(sent).not.toMatchObject({ conversationId });
  });
});

describe('an agent of another shop', () => {
  it('cannot be made responsible', async () => {
    const [, agentClient] = victimClients;
    const assigned = await agentClient?.ask('conversation.assign', {
      conversationId,
      clientEventId: 'cl_assign',
      assignee: { agentId: otherShopAgent.agentId },
    });
    expect(assigned).toMatchObject({
      ok: false,
      code: 'invalid',
      message: 'There is no such agent in this workspace.',
    });
  });
});
