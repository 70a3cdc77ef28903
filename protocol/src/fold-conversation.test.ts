import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVisibleTo } from './audience.ts';
import type { Actor, Assignee, ConversationRow } from './entities.ts';
import { sideOf } from './entities.ts';
import type { ConversationEvent, EventDraft } from './events.ts';
import { emptyConversation, foldConversation, previewOf } from './fold-conversation.ts';
import { eventIdOf } from './ids.ts';
import { WIRE_LIMITS } from './limits.ts';
import { conversationRowSchema } from './schemas.ts';

const VISITOR: Actor = { kind: 'visitor', id: 'vi_1' };
const AGENT: Actor = { kind: 'agent', id: 'ag_1', name: 'Agent' };
const BOT: Actor = { kind: 'bot', id: 'bo_1', name: 'Bot' };

const opened = emptyConversation({
  id: 'cv_1',
  visitorId: 'vi_1',
  contactId: 'co_1',
  createdAt: '2030-01-01T00:00:00.000Z',
});

type What =
  | { type: 'message.created'; actor: Actor; text: string; assigns?: Assignee }
  | { type: 'message.edited'; actor: Actor; messageSeq: number; text: string }
  | { type: 'message.deleted'; actor: Actor; messageSeq: number }
  | { type: 'conversation.assigned'; actor: Actor; assignee: Assignee | null }
  | {
      type: 'conversation.status_changed';
      actor: Actor;
      status: 'open' | 'snoozed' | 'resolved';
    };

function says(actor: Actor, text = 'hello', assigns?: Assignee): What {
  return { type: 'message.created', actor, text, ...(assigns ? { assigns } : {}) };
}

const resolves: What = { type: 'conversation.status_changed', actor: AGENT, status: 'resolved' };
const reopens: What = { type: 'conversation.status_changed', actor: AGENT, status: 'open' };

/** The log that these acts make, one second apart. */
function logOf(acts: readonly What[]): ConversationEvent[] {
  return acts.map((act, index) => ({
    ...draftOf(act, index),
    id: eventIdOf('cv_1', index + 1),
    conversationId: 'cv_1',
    seq: index + 1,
    prev: index,
    at: new Date(Date.UTC(2030, 0, 1, 0, 0, index + 1)).toISOString(),
  }));
}

function draftOf(act: What, index: number): EventDraft {
  const base = { via: 'widget', clientEventId: `cl_${index}` } as const;
  if (!('text' in act)) return { ...base, ...act };
  const { text, ...rest } = act;
  return { ...base, ...rest, content: { kind: 'text', text } };
}

function fold(acts: readonly What[], from: ConversationRow = opened): ConversationRow {
  return logOf(acts).reduce(foldConversation, from);
}

const actor = fc.constantFrom(VISITOR, AGENT, BOT);
const assignee = fc.constantFrom<Assignee[]>({ agentId: 'ag_1' }, { agentId: 'ag_2' });
const act: fc.Arbitrary<What> = fc.oneof(
  fc.record(
    { type: fc.constant('message.created'), actor, text: fc.string(), assigns: assignee },
    { requiredKeys: ['type', 'actor', 'text'] },
  ),
  fc.record({
    type: fc.constant('message.edited'),
    actor,
    messageSeq: fc.integer({ min: 1, max: 10 }),
    text: fc.string(),
  }),
  fc.record({
    type: fc.constant('message.deleted'),
    actor,
    messageSeq: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({
    type: fc.constant('conversation.assigned'),
    actor: fc.constant(AGENT),
    assignee: fc.option(assignee),
  }),
  fc.record({
    type: fc.constant('conversation.status_changed'),
    actor: fc.constant(AGENT),
    status: fc.constantFrom('open', 'snoozed', 'resolved'),
  }),
) as fc.Arbitrary<What>;

describe('foldConversation', () => {
  it('starts the wait with the visitor’s first message and counts the following ones', () => {
    const row = fold([says(VISITOR, 'one'), says(VISITOR, 'two')]);
    expect(row).toMatchObject({
      appliedSeq: 2,
      visitorSeq: 2,
      messageCount: 2,
      unansweredCount: 2,
      waitingSince: '2030-01-01T00:00:01.000Z',
      lastActivityAt: '2030-01-01T00:00:02.000Z',
      lastMessage: { seq: 2, text: 'two', actor: VISITOR },
      lastMessageSeq: { visitor: 2, team: 0 },
    });
  });

  it.each([AGENT, BOT])('ends the wait when $kind answers', (answerer) => {
    expect(fold([says(VISITOR), says(answerer)])).toMatchObject({
      unansweredCount: 0,
      waitingSince: null,
      lastMessageSeq: { visitor: 1, team: 2 },
    });
  });

  it('ends the wait when the conversation is resolved without an answer', () => {
    expect(fold([says(VISITOR), resolves])).toMatchObject({
      status: 'resolved',
      unansweredCount: 0,
      waitingSince: null,
    });
  });

  it('reopens a resolved conversation when the visitor writes', () => {
    expect(fold([says(VISITOR), resolves, says(VISITOR)])).toMatchObject({
      status: 'open',
      unansweredCount: 1,
      waitingSince: '2030-01-01T00:00:03.000Z',
    });
  });

  it('leaves a resolved conversation resolved when the team writes', () => {
    expect(fold([says(VISITOR), resolves, says(AGENT)]).status).toBe('resolved');
  });

  it('reopens by hand without inventing a wait', () => {
    expect(fold([says(VISITOR), resolves, reopens])).toMatchObject({
      status: 'open',
      waitingSince: null,
    });
  });

  it('takes the conversation with a message that says so, and keeps it with one that does not', () => {
    const mine = { agentId: 'ag_1' };
    expect(fold([says(VISITOR), says(AGENT, 'hi', mine)]).assignee).toEqual(mine);
    expect(fold([says(VISITOR), says(AGENT, 'hi', mine), says(AGENT)]).assignee).toEqual(mine);
  });

  it('gives the conversation back to nobody', () => {
    const taken = says(AGENT, 'hi', { agentId: 'ag_1' });
    const returned: What = { type: 'conversation.assigned', actor: AGENT, assignee: null };
    expect(fold([says(VISITOR), taken, returned])).toMatchObject({
      assignee: null,
      appliedSeq: 3,
      visitorSeq: 2,
    });
  });

  it('shows the new words of an edited last message, and none of a deleted one', () => {
    const edits = (messageSeq: number): What => ({
      type: 'message.edited',
      actor: VISITOR,
      messageSeq,
      text: 'new words',
    });
    const deletes: What = { type: 'message.deleted', actor: VISITOR, messageSeq: 2 };
    const said = [says(VISITOR, 'one'), says(VISITOR, 'two')];
    expect(fold([...said, edits(1)]).lastMessage?.text).toBe('two');
    expect(fold([...said, edits(2)])).toMatchObject({
      lastMessage: { seq: 2, text: 'new words', at: '2030-01-01T00:00:02.000Z' },
      messageCount: 2,
      unansweredCount: 2,
      appliedSeq: 3,
      visitorSeq: 3,
    });
    expect(fold([...said, deletes]).lastMessage).toMatchObject({ text: '', isDeleted: true });
    expect(fold([...said, deletes]).messageCount).toBe(2);
  });

  it('lets an event of a type that only a newer build knows take its place in the log', () => {
    const [message] = logOf([says(VISITOR)]);
    const unknown = { ...message, seq: 2, type: 'conversation.rated' } as unknown;
    const row = foldConversation(fold([says(VISITOR)]), unknown as ConversationEvent);
    expect(row).toMatchObject({ appliedSeq: 2, visitorSeq: 1, messageCount: 1, status: 'open' });
  });

  it.each([0, 2, 3])('refuses seq %i where 1 has to come', (seq) => {
    const [message] = logOf([says(VISITOR)]);
    if (!message) throw new Error('the log has one event');
    expect(() => foldConversation(opened, { ...message, seq })).toThrow(RangeError);
  });

  it('makes a valid row of any log, and the same one again', () => {
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const row = fold(acts);
        expect(conversationRowSchema.parse(row)).toEqual(row);
        expect(fold(acts)).toEqual(row);
      }),
    );
  });

  it('adds up: an old row and the events since make the new row', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1 }), fc.nat(), (acts, cut) => {
        const log = logOf(acts);
        const at = cut % log.length;
        const kept: ConversationRow = JSON.parse(
          JSON.stringify(log.slice(0, at).reduce(foldConversation, opened)),
        );
        expect(log.slice(at).reduce(foldConversation, kept)).toEqual(
          log.reduce(foldConversation, opened),
        );
      }),
    );
  });

  it('agrees with a plain count over the whole log', () => {
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const log = logOf(acts);
        const row = log.reduce(foldConversation, opened);
        const messages = log.filter((event) => event.type === 'message.created');
        const answeredAt = log.findLastIndex(
          (event) =>
            (event.type === 'message.created' && sideOf(event.actor) === 'team') ||
            (event.type === 'conversation.status_changed' && event.status === 'resolved'),
        );
        const unanswered = messages.filter(
          (event) => event.seq > answeredAt + 1 && sideOf(event.actor) === 'visitor',
        );
        expect(row.appliedSeq).toBe(log.length);
        expect(row.visitorSeq).toBe(
          log.findLast((event) => isVisibleTo('visitor', event.type))?.seq ?? 0,
        );
        expect(row.messageCount).toBe(messages.length);
        expect(row.lastMessage?.seq).toBe(messages.at(-1)?.seq);
        expect(row.unansweredCount).toBe(unanswered.length);
        expect(row.waitingSince).toBe(unanswered[0]?.at ?? null);
      }),
    );
  });

  it('never changes the row or the event that it was given', () => {
    const log = logOf([says(VISITOR), says(AGENT, 'hi', { agentId: 'ag_1' }), resolves]);
    const frozen = log.map((event) => deepFreeze(event));
    let row = deepFreeze(opened);
    for (const event of frozen) row = deepFreeze(foldConversation(row, event));
    expect(row.appliedSeq).toBe(3);
  });
});

describe('previewOf', () => {
  const preview = (text: string) => {
    const [event] = logOf([says(VISITOR, text)]);
    if (event?.type !== 'message.created') throw new Error('the log has one message');
    return previewOf(event).text;
  };

  it('puts a text of several lines into one', () => {
    expect(preview('  first\n\n\tsecond  ')).toBe('first second');
  });

  it('finds the words behind a long run of empty lines', () => {
    expect(preview(`${'\n'.repeat(2000)}here`)).toBe('here');
  });

  it('is at most as long as agreed and never ends in half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const shortened = preview(text);
        expect([...shortened].length).toBeLessThanOrEqual(WIRE_LIMITS.previewLength);
        expect(shortened).not.toMatch(/\p{Surrogate}/u);
      }),
    );
    expect(preview(`a${'😀'.repeat(300)}`)).toBe(`a${'😀'.repeat(WIRE_LIMITS.previewLength - 1)}`);
  });

  it('says nothing about a kind of content that only a newer build knows', () => {
    const [event] = logOf([says(VISITOR)]);
    const file = { ...event, content: { kind: 'file', url: 'https://files.example/1' } } as unknown;
    expect(foldConversation(opened, file as ConversationEvent).lastMessage).toMatchObject({
      seq: 1,
      text: '',
    });
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
