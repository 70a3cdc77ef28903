import { createId, WIRE_LIMITS } from '@alcove/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { wrapConversations } from '../testing/wrap-conversations.ts';
import { createDomain } from './create-domain.ts';
import type { EventPublisher } from './event-publisher.ts';
import { startConversation } from '../testing/start-conversation.ts';
import type { AgentPrincipal, Caller, VisitorPrincipal } from './principal.ts';

let gateway: TestGateway;
let shop: Awaited<ReturnType<TestGateway['createWorkspace']>>;
let visitor: Caller<VisitorPrincipal>;
let support: Caller<AgentPrincipal>;
let conversationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

beforeEach(async () => {
  ({ shop, visitor, support, conversationId } = await startConversation(gateway));
});

const newId = () => createId('cl');
const text = (words: string) => ({ kind: 'text' as const, text: words });

const say = (caller: Caller, words: string, more: object = {}) =>
  gateway.domain.messages.send(caller, {
    conversationId,
    clientMessageId: newId(),
    content: text(words),
    ...more,
  });

const change = () => ({ conversationId, clientEventId: newId() });

const withCode = (code: string) => expect.objectContaining({ name: 'DomainError', code });

describe('a decision', () => {
  it('is refused in words when there is nothing left to decide', async () => {
    const { conversations } = gateway.domain;
    await expect(conversations.reopen(support, change())).rejects.toThrow(
      'This conversation is already open.',
    );
    await conversations.resolve(support, change());
    await expect(conversations.resolve(support, change())).rejects.toThrow(withCode('conflict'));
    const toRobin = { agentId: support.principal.agentId };
    await conversations.assign(support, { ...change(), assignee: toRobin });
    await expect(conversations.assign(support, { ...change(), assignee: toRobin })).rejects.toThrow(
      'This conversation already has this assignee.',
    );
    await conversations.assign(support, { ...change(), assignee: null });
    await expect(conversations.assign(support, { ...change(), assignee: null })).rejects.toThrow(
      'This conversation has no assignee.',
    );
  });

  it('that was stored before answers its first result, whatever came after', async () => {
    const { conversations } = gateway.domain;
    const act = change();
    const first = await conversations.resolve(support, act);
    expect(await conversations.resolve(support, act)).toEqual({ ...first, duplicate: true });
    await say(visitor, 'Wait');
    expect(await conversations.resolve(support, act)).toEqual({ ...first, duplicate: true });
    await expect(conversations.reopen(support, act)).rejects.toThrow(withCode('id_conflict'));
  });

  it('is made again when another event came first', async () => {
    let overtaken = 0;
    const domain = domainWithAppend(async (conversations, request) => {
      if (overtaken++ < 2) await say(visitor, 'Quick');
      return conversations.append(request);
    });
    expect(await domain.conversations.resolve(support, change())).toMatchObject({ seq: 4 });
  });

  it('gives up in words when it is always overtaken', async () => {
    const domain = domainWithAppend(async (conversations, request) => {
      await say(visitor, 'Quick');
      return conversations.append(request);
    });
    await expect(domain.conversations.resolve(support, change())).rejects.toThrow(withCode('busy'));
  });

  it('does not make strangers or disabled agents responsible', async () => {
    const { conversations, messages } = gateway.domain;
    const disabled = await shop.addAgent('Sales', true);
    const assign = (assignee: object) => conversations.assign(support, { ...change(), assignee });
    await expect(assign({ agentId: 'ag_stranger' })).rejects.toThrow('There is no such agent');
    await expect(assign({ agentId: disabled.agentId })).rejects.toThrow('Sales is disabled');
    await expect(assign({ teamId: 'te_1' })).rejects.toThrow('This workspace has no teams');
    const taking = { conversationId, clientMessageId: newId(), content: text('Mine') };
    await expect(
      messages.send(support, { ...taking, assigns: { agentId: disabled.agentId } }),
    ).rejects.toThrow(withCode('conflict'));
    await expect(
      messages.send(visitor, { ...taking, assigns: { agentId: support.principal.agentId } }),
    ).rejects.toThrow(withCode('forbidden'));
  });

  /** The domain on a store in which something happens right before each append. */
  function domainWithAppend(
    append: (
      conversations: { append: AppendOf },
      request: Parameters<AppendOf>[0],
    ) => ReturnType<AppendOf>,
  ) {
    const storage = wrapConversations(gateway.storage, (conversations) => ({
      append: (request) => append(conversations, request),
    }));
    const { cluster, clock, limits } = gateway;
    const domain = createDomain({ storage, cluster, clock, limits, publisher: silent });
    onTestFinished(domain.close);
    return domain;
  }
});

type AppendOf = ReturnType<TestGateway['storage']['forWorkspace']>['conversations']['append'];

const silent: EventPublisher = {
  event: () => {},
  cursor: () => {},
  typing: () => {},
  contact: () => {},
  presence: () => {},
};

describe('a reply', () => {
  it('names a message that its author can see', async () => {
    const answered = await say(support, 'Which size?');
    expect(await say(visitor, 'Large', { replyTo: answered.seq })).toMatchObject({ seq: 3 });
    await gateway.domain.conversations.assign(support, {
      ...change(),
      assignee: { agentId: support.principal.agentId },
    });
    for (const replyTo of [4, 5, 999]) {
      await expect(say(visitor, 'What?', { replyTo })).rejects.toThrow(withCode('invalid'));
      await expect(say(support, 'What?', { replyTo })).rejects.toThrow(withCode('invalid'));
    }
  });
});

describe('an agent', () => {
  it('opens no conversation', () => {
    const message = { clientMessageId: newId(), content: text('Hi') };
    return expect(
      gateway.domain.messages.send(support, { ...message, clientConversationId: newId() }),
    ).rejects.toThrow('Only visitors open conversations');
  });

  it('finds no conversation that has no event yet', async () => {
    const { conversations } = gateway.storage.forWorkspace(shop.id);
    const { visitorId, contactId } = visitor.principal;
    const opened = await conversations.open({
      id: createId('cv'),
      visitorId,
      contactId,
      clientConversationId: newId(),
      createdAt: '2030-01-01T00:00:00.000Z',
    });
    const empty = { conversationId: opened.id, clientEventId: newId() };
    await expect(gateway.domain.conversations.reopen(support, empty)).rejects.toThrow(
      withCode('not_found'),
    );
    const asked = { conversationIds: [opened.id, conversationId] };
    const { rows } = await gateway.domain.inbox.get(support.principal, asked);
    expect(rows.map(({ id }) => id)).toEqual([conversationId]);
  });
});

describe('catching up', () => {
  it('goes in pages, each saying whether there is more', async () => {
    for (let index = 2; index <= 5; index++) await say(support, `Line ${index}`);
    const { logReader } = gateway.domain;
    const sync = (since: number) =>
      logReader.sync(visitor.principal, { conversationId, since, limit: 2 });
    expect(await sync(0)).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], head: 5, more: true });
    expect(await sync(2)).toMatchObject({ events: [{ seq: 3 }, { seq: 4 }], more: true });
    expect(await sync(4)).toMatchObject({ events: [{ seq: 5 }], head: 5, more: false });
    expect(await sync(5)).toMatchObject({ events: [], head: 5, more: false });
  });

  it('starts anew from the newest page when the gap is too wide, or the log shorter', async () => {
    const sends = Array.from({ length: WIRE_LIMITS.resetGap }, (_, index) =>
      say(support, `Line ${index}`),
    );
    await Promise.all(sends);
    const head = WIRE_LIMITS.resetGap + 1;
    const { logReader } = gateway.domain;
    const sync = (since: number) =>
      logReader.sync(visitor.principal, { conversationId, since, limit: 2 });
    const newest = { events: [{ seq: head - 1 }, { seq: head }], head, more: false, reset: true };
    expect(await sync(0)).toMatchObject(newest);
    expect(await sync(head + 1)).toMatchObject(newest);
    expect(await sync(1)).not.toHaveProperty('reset');
  });

  it('goes upwards by history', async () => {
    for (let index = 2; index <= 5; index++) await say(support, `Line ${index}`);
    const { logReader } = gateway.domain;
    const page = (before?: number) =>
      logReader.history(support.principal, { conversationId, before, limit: 2 });
    expect(await page()).toMatchObject({ events: [{ seq: 4 }, { seq: 5 }], head: 5 });
    expect(await page(4)).toMatchObject({ events: [{ seq: 2 }, { seq: 3 }], head: 5 });
    expect(await page(2)).toMatchObject({ events: [{ seq: 1, prev: 0 }] });
  });
});
