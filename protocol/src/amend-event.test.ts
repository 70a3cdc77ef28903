import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amendEvent, isChange } from './amend-event.ts';
import { isVisibleTo, type Audience } from './audience.ts';
import type { ConversationEvent, EventDraft, MessageCreated } from './events.ts';
import { emptyConversation, foldConversation } from './fold-conversation.ts';
import { eventIdOf } from './ids.ts';

const base = {
  actor: { kind: 'visitor', id: 'vi_1' },
  via: 'widget',
  clientEventId: 'cl',
} as const;
const says = (text: string): EventDraft => ({
  ...base,
  type: 'message.created',
  content: { kind: 'text', text },
});
const edits = (messageSeq: number, text: string): EventDraft => ({
  ...base,
  type: 'message.edited',
  messageSeq,
  content: { kind: 'text', text },
});
const deletes = (messageSeq: number): EventDraft => ({
  ...base,
  type: 'message.deleted',
  messageSeq,
});
const assigns: EventDraft = { ...base, type: 'conversation.assigned', assignee: null };
const resolves: EventDraft = {
  ...base,
  type: 'conversation.status_changed',
  status: 'resolved',
};

/** What a store holds after these acts: each new event amends the ones before it. */
function store(drafts: readonly EventDraft[], log: ConversationEvent[] = []): ConversationEvent[] {
  return drafts.reduce<ConversationEvent[]>((before, draft) => {
    const seq = before.length + 1;
    const at = new Date(Date.UTC(2030, 0, 1, 0, 0, seq)).toISOString();
    const event = {
      ...draft,
      id: eventIdOf('cv_1', seq),
      conversationId: 'cv_1',
      seq,
      prev: 0,
      at,
    };
    return take(before, event);
  }, log);
}

/** What a reader holds after one more event. */
function take(log: readonly ConversationEvent[], event: ConversationEvent): ConversationEvent[] {
  return [...(isChange(event) ? log.map((earlier) => amendEvent(earlier, event)) : log), event];
}

function read(log: readonly ConversationEvent[], audience: Audience): ConversationEvent[] {
  return log.filter(({ type }) => isVisibleTo(audience, type));
}

const draft = fc.oneof(
  fc.string().map(says),
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.string()).map(([seq, text]) => edits(seq, text)),
  fc.integer({ min: 1, max: 12 }).map(deletes),
  fc.constantFrom(assigns, resolves),
);
const history = fc.array(draft, { maxLength: 25 });

/** Those of the drafts that a server accepts: changes of messages that are there, not yet deleted, and other words. */
function accepted(drafts: readonly EventDraft[]): EventDraft[] {
  const taken: EventDraft[] = [];
  let log: ConversationEvent[] = [];
  for (const one of drafts) {
    if (one.type === 'message.edited' || one.type === 'message.deleted') {
      const message = log[one.messageSeq - 1];
      if (message?.type !== 'message.created' || message.content.kind === 'deleted') continue;
    }
    taken.push(one);
    log = store([one], log);
  }
  return taken;
}

describe('amendEvent', () => {
  const message = (log: readonly ConversationEvent[], seq = 1) => log[seq - 1] as MessageCreated;

  it('lets a message take its edits, the newest one last', () => {
    const log = store([says('one'), edits(1, 'two'), edits(1, 'three')]);
    expect(message(log).content).toEqual({ kind: 'text', text: 'three' });
    expect(message(log).editedAt).toBe(log[2]?.at);
    expect(log[1]).toMatchObject({ content: { kind: 'text', text: 'two' } });
  });

  it('leaves no words of a deleted message, neither in it nor in its edits', () => {
    const log = store([says('secret'), edits(1, 'secret too'), says('other'), deletes(1)]);
    expect(JSON.stringify(log)).not.toContain('secret');
    expect(message(log, 3).content).toEqual({ kind: 'text', text: 'other' });
  });

  it('gives back the very same object when the change is about something else', () => {
    const [one, two] = store([says('one'), says('two')]);
    const change = store([edits(1, 'new')])[0];
    if (!one || !two || !change || !isChange(change)) throw new Error('three events were made');
    expect(amendEvent(two, change)).toBe(two);
    expect(amendEvent(one, change)).not.toBe(one);
  });

  it.each(['visitor', 'agents'] as const)(
    'keeps the law for %s: what was read before and the events since make what is read now',
    (audience) => {
      fc.assert(
        fc.property(history, fc.nat(), (drafts, cut) => {
          const acts = accepted(drafts);
          const at = cut % (acts.length + 1);
          const before = store(acts.slice(0, at));
          const now = store(acts.slice(at), before);
          const since = read(now, audience).filter(({ seq }) => seq > at);
          expect(since.reduce(take, read(before, audience))).toEqual(read(now, audience));
        }),
        { numRuns: 500 },
      );
    },
  );

  it('keeps the law for the row: a log that took its changes folds into the same row as the live one', () => {
    const opened = emptyConversation({
      id: 'cv_1',
      visitorId: 'vi_1',
      contactId: 'co_1',
      createdAt: '2030-01-01T00:00:00.000Z',
    });
    fc.assert(
      fc.property(history, (drafts) => {
        const acts = accepted(drafts);
        let live = opened;
        let log: ConversationEvent[] = [];
        for (const act of acts) {
          log = store([act], log);
          live = foldConversation(live, log.at(-1) as ConversationEvent);
        }
        expect(log.reduce(foldConversation, opened)).toEqual(live);
      }),
      { numRuns: 500 },
    );
  });
});
