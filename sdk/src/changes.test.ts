import { describe, expect, it } from 'vitest';
import type { TimelineItem } from './conversation-state.ts';
import { FAKE_AGENT } from './testing/fake-workspace.ts';
import { setScene, until } from './testing/scene.ts';
import type { VisitorClient } from './visitor-client.ts';

const scene = setScene();
const { openPage, connectAgent, asked } = scene;

/** A visitor whose conversation has these messages, and its id. */
async function talk(...texts: string[]): Promise<{ client: VisitorClient; id: string }> {
  const client = openPage();
  for (const text of texts) await client.send(text);
  const id = () => client.getState().conversations[0]?.id ?? '';
  await until(() => client.getState().logs[id()]?.have === texts.length);
  return { client, id: id() };
}

type Line = TimelineItem & { kind: 'message' };
const messagesOf = (client: Pick<VisitorClient, 'timeline'>, id: string) =>
  client.timeline(id).filter((line): line is Line => line.kind === 'message');

describe('an edit', () => {
  it('is shown at once, then as the log has it', async () => {
    const { client, id } = await talk('helo');
    const shown: (Line | undefined)[] = [];
    client.subscribe(() => shown.push(messagesOf(client, id)[0]));
    await client.edit(id, 1, 'hello');
    expect(shown[0]).toMatchObject({ content: { text: 'hello' }, isMine: true, isSaving: true });
    await until(() => messagesOf(client, id)[0]?.isSaving === false);
    expect(messagesOf(client, id)).toMatchObject([{ content: { text: 'hello' }, isEdited: true }]);
    expect(client.getState().conversations[0]?.lastMessage?.text).toBe('hello');
    expect(client.getState().changes).toEqual([]);
  });

  it('never flickers back between its ack and its event', async () => {
    const { client, id } = await talk('helo');
    const shown: string[] = [];
    client.subscribe(() => shown.push(JSON.stringify(messagesOf(client, id)[0]?.content)));
    scene.server.faults.onPush = (_, deliver) => void setTimeout(deliver, 50);
    await client.edit(id, 1, 'hello');
    await until(() => client.getState().changes.length === 0);
    const first = shown.findIndex((content) => content.includes('hello'));
    expect(shown.slice(first).every((content) => content.includes('hello'))).toBe(true);
  });

  it('is repeated under one id while its answer is lost, and counts once', async () => {
    const { client, id } = await talk('helo');
    let tries = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.edit' && ++tries < 3
        ? { ok: false, code: 'busy', message: 'later', retryable: true, retryAfterMs: 5 }
        : 'answer';
    await client.edit(id, 1, 'hello');
    const ids = asked('message.edit').map(({ payload }) => payload.clientEventId);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(scene.server.workspace.find(id).events).toHaveLength(2);
  });

  it('that is refused is taken back, with the reason', async () => {
    const { client, id } = await talk('hello');
    scene.server.workspace.say(id, 'an answer');
    await until(() => messagesOf(client, id).length === 2);
    await expect(client.edit(id, 2, 'not mine')).rejects.toMatchObject({ code: 'forbidden' });
    expect(messagesOf(client, id)[1]).toMatchObject({ content: { text: 'an answer' } });
    expect(messagesOf(client, id)[1]).toMatchObject({ isMine: false, isSaving: false });
    await expect(client.edit(id, 1, ' ')).rejects.toMatchObject({ code: 'invalid' });
    expect(asked('message.edit')).toHaveLength(1);
  });

  it('that the server fails at again and again is given up', async () => {
    const { client, id } = await talk('hello');
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.edit'
        ? { ok: false, code: 'internal', message: 'oh', retryable: true, retryAfterMs: 1 }
        : 'answer';
    await expect(client.edit(id, 1, 'poison')).rejects.toMatchObject({ code: 'internal' });
    expect(asked('message.edit')).toHaveLength(5);
    expect(messagesOf(client, id)[0]).toMatchObject({ content: { text: 'hello' } });
  });

  it('goes out in the order in which it was made, however often an earlier one has to be repeated', async () => {
    const { client, id } = await talk('one');
    let tries = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.edit' && ++tries < 3
        ? { ok: false, code: 'busy', message: 'later', retryable: true, retryAfterMs: 20 }
        : 'answer';
    const edits = Promise.all(['two', 'three', 'four'].map((text) => client.edit(id, 1, text)));
    await until(() => client.getState().changes.length === 3);
    expect(messagesOf(client, id)).toMatchObject([{ content: { text: 'four' } }]);
    await edits;
    await until(() => client.getState().changes.length === 0);
    expect(messagesOf(client, id)).toMatchObject([{ content: { text: 'four' } }]);
    expect(scene.storedTexts()).toEqual(['four']);
  });

  it('goes out although the one before it was refused', async () => {
    const { client, id } = await talk('one');
    const refused = client.edit(id, 99, 'nowhere');
    const stored = client.edit(id, 1, 'two');
    await expect(refused).rejects.toBeDefined();
    await stored;
    await until(() => client.getState().changes.length === 0);
    expect(messagesOf(client, id)).toMatchObject([{ content: { text: 'two' } }]);
  });

  it('of a message that is not loaded changes only what lists show', async () => {
    const { client, id } = await talk('helo');
    const next = openPage();
    await next.resume();
    await until(() => next.getState().connection.status === 'online');
    await client.edit(id, 1, 'hello');
    await until(() => next.getState().conversations[0]?.lastMessage?.text === 'hello');
    await next.openConversation(id);
    expect(messagesOf(next, id)).toMatchObject([{ content: { text: 'hello' }, isEdited: true }]);
  });
});

describe('a deletion', () => {
  it('leaves its place, and no word of it', async () => {
    const { client, id } = await talk('secret', 'second');
    await client.edit(id, 1, 'another secret');
    await client.delete(id, 1);
    await until(() => client.getState().changes.length === 0);
    expect(messagesOf(client, id)).toMatchObject([
      { content: { kind: 'deleted' }, seq: 1 },
      { content: { text: 'second' } },
    ]);
    expect(JSON.stringify(client.getState())).not.toContain('secret');
    await expect(client.edit(id, 1, 'again')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('of an unread message keeps the count and empties the preview', async () => {
    const { client, id } = await talk('hello');
    const { seq } = scene.server.workspace.say(id, 'oops');
    await until(() => client.getState().unreadCount === 1);
    scene.server.workspace.append(id, {
      type: 'message.deleted',
      actor: { kind: 'agent', id: FAKE_AGENT.id },
      via: 'console',
      clientEventId: 'cl_gone',
      messageSeq: seq,
    });
    await until(() => client.getState().conversations[0]?.lastMessage?.isDeleted === true);
    expect(client.getState().unreadCount).toBe(1);
  });
});

describe('a reply', () => {
  it('quotes what it answers, and follows its edits', async () => {
    const { client, id } = await talk('Do you ship to Norway?');
    await client.send('And to Iceland?', { replyTo: 1 });
    await until(() => client.getState().pending.length === 0);
    expect(messagesOf(client, id)[1]?.replyTo).toMatchObject({
      seq: 1,
      text: 'Do you ship to Norway?',
    });
    await client.edit(id, 1, 'Do you ship to Sweden?');
    await until(() => messagesOf(client, id)[1]?.replyTo?.text === 'Do you ship to Sweden?');
    await client.delete(id, 1);
    await until(() => messagesOf(client, id)[1]?.replyTo?.isDeleted === true);
    expect(messagesOf(client, id)[1]?.replyTo?.text).toBeUndefined();
    expect(asked('message.send')[1]?.payload).toMatchObject({ replyTo: 1 });
  });

  it('to what is not loaded says only which one', async () => {
    const { client, id } = await talk('hello');
    await client.send('to what?', { replyTo: 99 });
    await until(() => client.getState().pending.length === 0);
    expect(messagesOf(client, id)[1]?.replyTo).toEqual({ seq: 99 });
  });
});

describe('an agent', () => {
  /** A conversation with a question and this agent's answer, opened. */
  async function answered(agent: ReturnType<typeof connectAgent>, visitorId: string) {
    const { id } = scene.server.workspace.open(visitorId, '').row;
    scene.server.workspace.hear(id, 'question');
    await agent.openConversation(id);
    await agent.send(id, 'anser');
    await until(() => agent.getState().logs[id]?.have === 2);
    return id;
  }

  it('may change their own messages only, and not a colleague’s', async () => {
    const agent = connectAgent();
    const id = await answered(agent, 'vi_one');
    scene.server.workspace.append(id, {
      type: 'message.created',
      actor: { kind: 'agent', id: 'ag_colleague', name: 'A colleague' },
      via: 'console',
      clientEventId: 'cl_colleague',
      content: { kind: 'text', text: 'And from me' },
    });
    await until(() => messagesOf(agent, id).length === 3);
    const [question, own, colleagues] = messagesOf(agent, id);
    expect(question).toMatchObject({ isOwn: false, isMine: false });
    expect(own).toMatchObject({ isOwn: true, isMine: true });
    expect(colleagues).toMatchObject({ isOwn: true, isMine: false });
  });

  it('keeps nothing of an edit that is stored after the conversation was closed', async () => {
    const agent = connectAgent();
    const id = await answered(agent, 'vi_one');
    let isAway = true;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.edit' && isAway
        ? { ok: false, code: 'busy', message: 'later', retryable: true, retryAfterMs: 20 }
        : 'answer';
    const edited = agent.edit(id, 2, 'answer');
    await until(() => asked('message.edit').length === 1);
    agent.closeConversation(id);
    isAway = false;
    await edited;
    expect(agent.getState().changes).toEqual([]);
  });

  it('sees an edit as saving until its own conversation shows it, whatever others do', async () => {
    const agent = connectAgent();
    const one = await answered(agent, 'vi_one');
    const other = await answered(agent, 'vi_other');
    scene.server.faults.onPush = ({ type }, deliver) => type !== 'message.edited' && deliver();
    let isHeldBack = true;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'sync' && isHeldBack ? 'silence' : 'answer';
    await agent.edit(one, 2, 'answer');
    for (const text of ['more', 'and more']) scene.server.workspace.hear(other, text);
    await until(() => agent.getState().logs[other]?.have === 4);
    expect(messagesOf(agent, one)[1]).toMatchObject({
      isSaving: true,
      content: { text: 'answer' },
    });
    expect(messagesOf(agent, other)[1]).toMatchObject({
      isSaving: false,
      content: { text: 'anser' },
    });
    isHeldBack = false;
    scene.server.workspace.hear(one, 'closes the gap');
    scene.server.disconnectAll();
    await until(() => messagesOf(agent, one)[1]?.isSaving === false);
    expect(agent.getState().changes).toEqual([]);
  });

  it('edits and deletes, and asks how a message travelled', async () => {
    const { client: visitor, id } = await talk('hello');
    const agent = connectAgent();
    await agent.loadInbox('all');
    await agent.openConversation(id);
    await agent.send(id, 'anser', { replyTo: 1 });
    await until(() => agent.getState().pending.length === 0);
    await agent.edit(id, 2, 'answer');
    await until(() => agent.getState().rows[id]?.lastMessage?.text === 'answer');
    await until(() => messagesOf(visitor, id)[1]?.isEdited === true);
    visitor.markRead(id, 2);
    await until(() => asked('cursor.advance').some(({ payload }) => payload.read === 2));
    const receipt = await agent.getReceipt(id, 2);
    expect(receipt).toMatchObject({ seq: 2, actor: { id: FAKE_AGENT.id } });
    expect(receipt.receipts[0]?.readAt).toEqual(expect.any(String));
    expect(receipt.writtenAt).toEqual(expect.any(String));
    await agent.delete(id, 2);
    await until(() => agent.getState().rows[id]?.lastMessage?.isDeleted === true);
    expect(messagesOf(visitor, id)[1]?.content.kind).toBe('deleted');
  });
});
