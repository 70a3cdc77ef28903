import { createId } from '@alcove/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerOf, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import { startConversation } from '../testing/start-conversation.ts';
import type { AgentPrincipal, Caller, VisitorPrincipal } from './principal.ts';

let gateway: TestGateway;
let visitor: Caller<VisitorPrincipal>;
let support: Caller<AgentPrincipal>;
let colleague: Caller<AgentPrincipal>;
let conversationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

beforeEach(async () => {
  const scene = await startConversation(gateway, 'Where is my oder?');
  ({ visitor, support, conversationId } = scene);
  colleague = callerOf(await scene.shop.addAgent('Helpdesk'));
});

const newId = () => createId('cl');
const text = (words: string) => ({ kind: 'text' as const, text: words });
const withCode = (code: string) => expect.objectContaining({ name: 'DomainError', code });

const say = (caller: Caller, words: string) =>
  gateway.domain.messages.send(caller, {
    conversationId,
    clientMessageId: newId(),
    content: text(words),
  });

const edit = (caller: Caller, messageSeq: number, words: string, clientEventId = newId()) =>
  gateway.domain.messageChanges.edit(caller, {
    conversationId,
    clientEventId,
    messageSeq,
    content: text(words),
  });

const remove = (caller: Caller, messageSeq: number, clientEventId = newId()) =>
  gateway.domain.messageChanges.delete(caller, { conversationId, clientEventId, messageSeq });

const read = async (caller: Caller) =>
  (await gateway.domain.logReader.history(caller.principal, { conversationId })).events;

describe('an edit', () => {
  it('is an event of its own, and what is read later has taken it', async () => {
    const { seq, at } = await edit(visitor, 1, 'Where is my order?');
    for (const reader of [visitor, support]) {
      expect(await read(reader)).toMatchObject([
        { seq: 1, content: text('Where is my order?'), editedAt: at },
        { seq, type: 'message.edited', messageSeq: 1, content: text('Where is my order?') },
      ]);
    }
  });

  it('changes the last words that the inbox shows', async () => {
    await edit(visitor, 1, 'Where is my order?');
    const { rows } = await gateway.domain.inbox.get(support.principal, {
      conversationIds: [conversationId],
    });
    expect(rows[0]).toMatchObject({ lastMessage: { text: 'Where is my order?' }, messageCount: 1 });
  });

  it('sent again under its id answers the first result, even when more came after it', async () => {
    const id = newId();
    const first = await edit(visitor, 1, 'Where is my order?', id);
    await edit(visitor, 1, 'Where is it?');
    expect(await edit(visitor, 1, 'Where is my order?', id)).toEqual({ ...first, duplicate: true });
    expect((await read(visitor))[0]).toMatchObject({ content: text('Where is it?') });
    await remove(visitor, 1);
    expect(await edit(visitor, 1, 'Where is my order?', id)).toEqual({ ...first, duplicate: true });
  });

  it('leaves the message’s own id good for its first words, so that a late repeat is no conflict', async () => {
    const message = { conversationId, clientMessageId: newId(), content: text('Hello?') };
    const sent = await gateway.domain.messages.send(visitor, message);
    await edit(visitor, sent.seq, 'Hello!');
    expect(await gateway.domain.messages.send(visitor, message)).toEqual({
      ...sent,
      duplicate: true,
    });
    await expect(
      gateway.domain.messages.send(visitor, { ...message, content: text('Hello!') }),
    ).rejects.toThrow(withCode('id_conflict'));
  });

  it('is the author’s alone: neither the other side nor a colleague may put words into a mouth', async () => {
    const { seq } = await say(support, 'On its way.');
    await expect(edit(visitor, seq, 'Never.')).rejects.toThrow(withCode('forbidden'));
    await expect(edit(colleague, seq, 'Never.')).rejects.toThrow(withCode('forbidden'));
    await expect(edit(support, 1, 'Never mind.')).rejects.toThrow(withCode('forbidden'));
    expect((await edit(support, seq, 'It arrives today.')).seq).toBe(seq + 1);
  });

  it('is refused in words when there is nothing to change, or no such message', async () => {
    await expect(edit(visitor, 1, 'Where is my oder?')).rejects.toThrow(
      'The message already says this.',
    );
    await expect(edit(visitor, 7, 'Hm')).rejects.toThrow(withCode('invalid'));
    await gateway.domain.conversations.assign(support, {
      conversationId,
      clientEventId: newId(),
      assignee: { agentId: support.principal.agentId },
    });
    // An event that visitors cannot see must look like none.
    await expect(edit(visitor, 2, 'Hm')).rejects.toThrow(
      'messageSeq must be the seq of a message in this conversation.',
    );
  });

  it('does not reopen a resolved conversation, and does not count as an answer', async () => {
    await gateway.domain.conversations.resolve(support, {
      conversationId,
      clientEventId: newId(),
    });
    await edit(visitor, 1, 'Found it.');
    const { rows } = await gateway.domain.inbox.get(support.principal, {
      conversationIds: [conversationId],
    });
    expect(rows[0]).toMatchObject({ status: 'resolved', unansweredCount: 0 });
  });
});

describe('a deletion', () => {
  it('leaves the message’s place in the conversation, and none of its words anywhere', async () => {
    await edit(visitor, 1, 'My card number is 4111');
    await remove(visitor, 1);
    const log = await read(support);
    expect(log.map(({ type }) => type)).toEqual([
      'message.created',
      'message.edited',
      'message.deleted',
    ]);
    expect(JSON.stringify(log)).not.toMatch(/4111|oder/);
    expect(log[0]).toMatchObject({ content: { kind: 'deleted' } });
    const { rows } = await gateway.domain.inbox.get(support.principal, {
      conversationIds: [conversationId],
    });
    expect(rows[0]?.lastMessage).toMatchObject({ seq: 1, text: '', isDeleted: true });
  });

  it('happens once, and nothing can be edited after it', async () => {
    const id = newId();
    const first = await remove(visitor, 1, id);
    expect(await remove(visitor, 1, id)).toEqual({ ...first, duplicate: true });
    await expect(remove(visitor, 1)).rejects.toThrow('This message was already deleted.');
    await expect(edit(visitor, 1, 'Back again')).rejects.toThrow('This message was deleted.');
  });

  it('is the author’s alone', async () => {
    await expect(remove(support, 1)).rejects.toThrow(withCode('forbidden'));
  });

  it('and an edit that race end in the same order for everybody, the words gone', async () => {
    await Promise.allSettled([
      edit(visitor, 1, 'Race'),
      remove(visitor, 1),
      edit(visitor, 1, 'Race 2'),
    ]);
    const log = await read(visitor);
    expect(log[0]).toMatchObject({ content: { kind: 'deleted' } });
    expect(JSON.stringify(log)).not.toContain('Race');
  });
});

describe('an answer to a message', () => {
  it('can be given to one that was deleted meanwhile', async () => {
    await remove(visitor, 1);
    const sent = await gateway.domain.messages.send(support, {
      conversationId,
      clientMessageId: newId(),
      content: text('No problem.'),
      replyTo: 1,
    });
    expect((await read(support))[sent.seq - 1]).toMatchObject({ replyTo: 1 });
  });
});

describe('when it was written', () => {
  it('is stored as the author’s clock said, and plays no part in what is the same', async () => {
    const message = { conversationId, clientMessageId: newId(), content: text('Typed on a train') };
    const writtenAt = '2001-01-01T00:00:00.000Z';
    const sent = await gateway.domain.messages.send(visitor, { ...message, writtenAt });
    expect((await read(support)).at(-1)).toMatchObject({ seq: sent.seq, writtenAt });
    expect(await gateway.domain.messages.send(visitor, message)).toMatchObject({ duplicate: true });
  });
});
