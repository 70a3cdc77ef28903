import { createId } from '@alcove/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { startConversation } from '../testing/start-conversation.ts';
import type { AgentPrincipal, Caller, VisitorPrincipal } from './principal.ts';

let gateway: TestGateway;
let visitor: Caller<VisitorPrincipal>;
let support: Caller<AgentPrincipal>;
let conversationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

beforeEach(async () => {
  ({ visitor, support, conversationId } = await startConversation(gateway));
});

const say = (caller: Caller, words: string) =>
  gateway.domain.messages.send(caller, {
    conversationId,
    clientMessageId: createId('cl'),
    content: { kind: 'text', text: words },
    writtenAt: '2030-01-01T00:00:00.000Z',
  });

const advance = (caller: Caller, move: { delivered?: number; read?: number }) =>
  gateway.domain.readCursors.advance(caller.principal, { conversationId, ...move });

const receiptOf = async (messageSeq: number) =>
  (await gateway.domain.receipts.get(support.principal, { conversationId, messageSeq })).receipt;

describe('the story of a message', () => {
  it('tells when it was written, stored, received and read', async () => {
    const { seq, at } = await say(support, 'How can we help?');
    expect(await receiptOf(seq)).toEqual({
      seq,
      actor: { kind: 'agent', id: support.principal.agentId, name: 'Support' },
      writtenAt: '2030-01-01T00:00:00.000Z',
      storedAt: at,
      receipts: [],
    });
    const delivered = await advance(visitor, { delivered: seq });
    const read = await advance(visitor, { read: seq });
    expect((await receiptOf(seq)).receipts).toEqual([
      {
        participant: { kind: 'visitor', id: visitor.principal.visitorId },
        deliveredAt: delivered.cursor.deliveredAt,
        readAt: read.cursor.readAt,
      },
    ]);
  });

  it('keeps its times when later messages are read', async () => {
    const first = await say(support, 'One');
    await advance(visitor, { read: first.seq });
    const before = await receiptOf(first.seq);
    const second = await say(support, 'Two');
    const undelivered = await receiptOf(second.seq);
    expect(undelivered.receipts).toMatchObject([{ deliveredAt: null, readAt: null }]);
    await advance(visitor, { read: second.seq });
    expect(await receiptOf(first.seq)).toEqual(before);
  });

  it('leaves the author out: that they have their own message is no news', async () => {
    await advance(support, { read: 1 });
    await advance(visitor, { read: 1 });
    expect((await receiptOf(1)).receipts.map(({ participant }) => participant.kind)).toEqual([
      'agent',
    ]);
  });

  it('is told of messages only', async () => {
    await gateway.domain.conversations.resolve(support, {
      conversationId,
      clientEventId: createId('cl'),
    });
    await expect(receiptOf(2)).rejects.toMatchObject({ code: 'invalid' });
    await expect(receiptOf(9)).rejects.toMatchObject({ code: 'invalid' });
  });
});
