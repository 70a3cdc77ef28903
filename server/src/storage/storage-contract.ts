import type {
  Actor,
  Assignee,
  Contact,
  ConversationEvent,
  ConversationStatus,
  EventDraft,
  InboxView,
} from '@alcove/protocol';
import {
  amendEvent,
  createId,
  emptyConversation,
  foldConversation,
  isChange,
  isVisibleTo,
  sideOf,
  textOf,
} from '@alcove/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  AccountRecord,
  AgentRecord,
  AppendRequest,
  AppendResult,
  ConversationRecord,
  ConversationStorage,
  EventQuery,
  InboxQuery,
  InvitationRecord,
  OpenConversation,
  SessionRecord,
  Storage,
  UnreadRule,
  VisitorRecord,
  WorkspaceRecord,
  WorkspaceStorage,
} from './storage.ts';
import { StoreUnavailableError } from './store-unavailable-error.ts';

/** A store for one run of the suite. */
export interface StorageUnderTest {
  storage: Storage;
  /** Closes the store and opens it again on the same data. */
  reopen(): Promise<Storage>;
  /** Closes the store and deletes its data. */
  destroy(): Promise<void>;
}

/** What every storage engine promises. An engine's own test is its set-up and one call of this. */
export function describeStorage(
  engine: string,
  createStorage: () => Promise<StorageUnderTest>,
): void {
  // Patience for a busy machine and for engines behind a network.
  describe(`${engine} keeps the storage contract`, { timeout: 60_000 }, () => {
    let underTest: StorageUnderTest;
    let storage: Storage;

    // One store for all tests: each works in workspaces of its own.
    beforeAll(async () => {
      underTest = await createStorage();
      storage = underTest.storage;
    });
    afterAll(() => underTest.destroy());
    const reopen = async (): Promise<Storage> => (storage = await underTest.reopen());

    describe('append', () => {
      it('gives 64 concurrent writers of one conversation the places 1 to n', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const seqs = await Promise.all(
          Array.from({ length: 64 }, async () => {
            const own: number[] = [];
            for (let turn = 0; turn < 8; turn += 1) {
              own.push(appended(await conversations.append(request(conversationId))).event.seq);
            }
            expect(own, 'one writer after another in its own order').toEqual(
              own.toSorted(ascending),
            );
            return own;
          }),
        );
        expect(seqs.flat().toSorted(ascending)).toEqual(upTo(64 * 8));
        expect((await conversations.get(conversationId))?.appliedSeq).toBe(64 * 8);
      });

      it('never shows a reader an event without those before it', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        let isWriting = true;
        const writers = Promise.all(
          Array.from({ length: 16 }, async (_, writer) => {
            for (let turn = 0; turn < 25; turn += 1) {
              const draft = (writer + turn) % 3 === 0 ? assigned(null) : message();
              await conversations.append(request(conversationId, draft));
            }
          }),
        ).finally(() => (isWriting = false));

        const logs: Record<'agents' | 'visitor', ConversationEvent[]> = { agents: [], visitor: [] };
        let reads = 0;
        for (let isLast = false; !isLast; ) {
          isLast = !isWriting;
          for (const audience of ['agents', 'visitor'] as const) {
            const log = logs[audience];
            const have = log.at(-1)?.seq ?? 0;
            const page = { conversationId, audience, after: have, limit: 50 };
            for (const event of await conversations.readEvents(page)) {
              expect(event.prev, `prev of ${event.seq} for ${audience}`).toBe(log.at(-1)?.seq ?? 0);
              log.push(event);
            }
            reads += 1;
          }
          await nextTurn();
        }
        await writers;
        expect(reads).toBeGreaterThan(10);
        const rest = await readAll(conversations, conversationId);
        expect(rest.map((event) => event.seq)).toEqual(upTo(16 * 25));
        expect(logs.agents).toEqual(rest.slice(0, logs.agents.length));
      });

      it('answers a repeated act with its first result', async () => {
        const { workspace, conversations, conversationId } = await oneConversation(storage);
        const act = request(conversationId, message('hello'));
        const first = appended(await conversations.append(act));
        await conversations.append(request(conversationId));

        const repeated = await conversations.append({ ...act, at: time(99), expectedSeq: 0 });
        expect(repeated).toEqual({ outcome: 'duplicate', event: first.event });
        const byOtherDoor = { ...act, event: { ...act.event, via: 'api' as const } };
        expect(await conversations.append(byOtherDoor)).toEqual(repeated);
        expect(await readAll(conversations, conversationId)).toHaveLength(2);

        const again = (await reopen()).forWorkspace(workspace.id).conversations;
        expect(await again.append(act)).toEqual(repeated);
        expect(await readAll(again, conversationId)).toHaveLength(2);
      });

      it('stores an act once when it is sent several times at once', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const act = request(conversationId);
        const results = await Promise.all(
          Array.from({ length: 8 }, () => conversations.append(act)),
        );
        const outcomes = results.map((result) => result.outcome);
        expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(7);
        expect(await readAll(conversations, conversationId)).toHaveLength(1);
      });

      it('takes the same content for the same, however its fields are ordered', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const act = request(conversationId, message('hello'));
        await conversations.append(act);
        const content = { text: 'hello', kind: 'text' } as const;
        const event = { ...act.event, content, replyTo: undefined } as EventDraft;
        expect((await conversations.append({ ...act, event })).outcome).toBe('duplicate');
      });

      it('refuses an id that the actor used for something else, and overwrites nothing', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const act = request(conversationId, message('hello'));
        const { event } = appended(await conversations.append(act));
        const { clientEventId, actor } = act.event;
        const altered: EventDraft[] = [
          { ...message('other'), clientEventId, actor },
          { ...message('hello'), clientEventId, actor, replyTo: 1 } as EventDraft,
          { ...assigned(null), clientEventId, actor },
        ];
        for (const draft of altered) {
          const result = await conversations.append(request(conversationId, draft));
          expect(result).toEqual({ outcome: 'id_conflict' });
        }
        expect(await readAll(conversations, conversationId)).toEqual([event]);
      });

      it('lets another actor, and another conversation, use the same client id', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        const act = request(conversationId, message('hello'));
        appended(await conversations.append(act));
        const byAgent = { ...act.event, actor: { kind: 'agent', id: visitor.id } } as EventDraft;
        const second = await conversations.append(request(conversationId, byAgent));
        const other = await conversations.open(openingBy(visitor));
        const third = await conversations.append({ ...act, conversationId: other.id });
        expect([second.outcome, third.outcome]).toEqual(['appended', 'appended']);
      });

      it('refuses a decision that was made before the newest event', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const decide = (expectedSeq: number) =>
          conversations.append({ ...request(conversationId, assigned(null)), expectedSeq });
        expect((await decide(0)).outcome).toBe('appended');
        expect(await decide(0)).toEqual({ outcome: 'stale' });
        expect((await decide(1)).outcome).toBe('appended');
        const decisions = await Promise.all(Array.from({ length: 8 }, () => decide(2)));
        expect(decisions.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
      });

      it('knows no conversation that was not opened', async () => {
        const { conversations } = await oneConversation(storage);
        expect(await conversations.append(request(createId('cv')))).toEqual({
          outcome: 'not_found',
        });
      });

      it('never lets time go back within a conversation', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const clock = [10, 3, 11, 11, -5, 12];
        for (const seconds of clock) {
          await conversations.append({ ...request(conversationId), at: time(seconds) });
        }
        const events = await readAll(conversations, conversationId);
        expect(events.map((event) => event.at)).toEqual([10, 10, 11, 11, 11, 12].map(time));
        expect((await conversations.get(conversationId))?.lastActivityAt).toBe(time(12));
      });

      it('tells the publisher which event the visitor saw before', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const drafts = [assigned(null), message(), assigned(null), assigned(null), message()];
        const results: [seq: number, prev: number, visitorPrev: number][] = [];
        for (const draft of drafts) {
          const { event, visitorPrev } = appended(
            await conversations.append(request(conversationId, draft)),
          );
          results.push([event.seq, event.prev, visitorPrev]);
        }
        expect(results).toEqual([
          [1, 0, 0],
          [2, 1, 0],
          [3, 2, 2],
          [4, 3, 2],
          [5, 4, 2],
        ]);
      });

      it('keeps every kind of text as it is', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const texts = [
          '👩‍👩‍👧 नमस्ते',
          'می‌خواهم',
          "'; DROP TABLE events; --",
          'a\u0000b',
          '"\\\n',
          'é'.repeat(4096),
        ];
        for (const text of texts)
          await conversations.append(request(conversationId, message(text)));
        const events = await readAll(conversations, conversationId);
        expect(
          events.map((event) => event.type === 'message.created' && textOf(event.content)),
        ).toEqual(texts);
      });

      it('answers with the event that is read afterwards', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const named = {
          ...message('hello'),
          actor: { ...agent('ag_1'), name: 'shown, not stored' },
        };
        const draft = { ...named, replyTo: 1, assigns: { agentId: 'ag_1' } } as EventDraft;
        const result = appended(await conversations.append(request(conversationId, draft)));
        expect(await readAll(conversations, conversationId)).toEqual([result.event]);
        expect((await conversations.get(conversationId))?.appliedSeq).toBe(1);
        expect(result.event.actor).toEqual(agent('ag_1'));
      });
    });

    describe('a message that is changed', () => {
      const actor = agent('ag_1');
      const saying = (text: string): EventDraft => ({ ...message(text), actor });
      const editing = (messageSeq: number, text: string): EventDraft => ({
        type: 'message.edited',
        actor,
        via: 'console',
        clientEventId: createId('cl'),
        messageSeq,
        content: { kind: 'text', text },
      });
      const deleting = (messageSeq: number): EventDraft => ({
        type: 'message.deleted',
        actor,
        via: 'console',
        clientEventId: createId('cl'),
        messageSeq,
      });
      const textsOf = (log: ConversationEvent[]) =>
        log.map((event) => ('content' in event ? textOf(event.content) : null));

      it('says from then on what it was edited to, and when', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const written = { ...saying('one'), writtenAt: time(-60), replyTo: 1 } as EventDraft;
        for (const [n, draft] of [written, editing(1, 'two'), editing(1, 'three')].entries()) {
          await conversations.append({ ...request(conversationId, draft), at: time(n) });
        }
        const log = await readAll(conversations, conversationId);
        expect(textsOf(log)).toEqual(['three', 'two', 'three']);
        expect(log[0]).toMatchObject({ at: time(0), writtenAt: time(-60), editedAt: time(2) });
        expect(log[0]).toMatchObject({ replyTo: 1, actor, via: 'widget' });
        const row = await conversations.get(conversationId);
        expect(row?.lastMessage).toMatchObject({ seq: 1, text: 'three' });
        expect(row?.messageCount).toBe(1);
      });

      it('keeps no words once it is deleted, neither in itself nor in its edits', async () => {
        const { workspace, conversations, conversationId } = await oneConversation(storage);
        const drafts = [saying('secret one'), saying('other'), editing(1, 'secret two')];
        for (const draft of [...drafts, editing(2, 'kept'), deleting(1)]) {
          await conversations.append(request(conversationId, draft));
        }
        const log = await readAll(conversations, conversationId);
        expect(textsOf(log)).toEqual(['', 'kept', '', 'kept', null]);
        expect(JSON.stringify(log)).not.toContain('secret');
        for (const seq of [1, 3]) {
          expect(log[seq - 1]).toMatchObject({ content: { kind: 'deleted' } });
        }
        await conversations.append(request(conversationId, deleting(2)));
        const row = await conversations.get(conversationId);
        expect(row).toMatchObject({ messageCount: 2, lastMessage: { seq: 2, isDeleted: true } });
        const again = (await reopen()).forWorkspace(workspace.id).conversations;
        expect(textsOf(await readAll(again, conversationId))).toEqual(['', '', '', '', null, null]);
      });

      it('is still known when it, or a change of it, is sent again', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const acts = [saying('one'), editing(1, 'two'), editing(1, 'three'), deleting(1)];
        for (const [n, draft] of acts.entries()) {
          const first = appended(await conversations.append(request(conversationId, draft)));
          for (const [seq, repeated] of acts.slice(0, n + 1).entries()) {
            const again = await conversations.append(request(conversationId, repeated));
            expect(again).toMatchObject({ outcome: 'duplicate', event: { seq: seq + 1 } });
            if (!('content' in repeated)) continue;
            const content = { kind: 'text' as const, text: 'not what was said' };
            const other = { ...repeated, content } as EventDraft;
            expect(await conversations.append(request(conversationId, other))).toEqual({
              outcome: 'id_conflict',
            });
          }
          expect(first.event.seq).toBe(n + 1);
        }
        expect(await readAll(conversations, conversationId)).toHaveLength(acts.length);
      });

      it('is the same however its author’s clock stood when it was sent again', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        const draft = { ...saying('one'), writtenAt: time(5) } as EventDraft;
        await conversations.append(request(conversationId, draft));
        for (const writtenAt of [time(6), undefined]) {
          const again = request(conversationId, { ...draft, writtenAt } as EventDraft);
          expect(await conversations.append(again)).toMatchObject({ outcome: 'duplicate' });
        }
        const [stored] = await readAll(conversations, conversationId);
        expect(stored).toMatchObject({ writtenAt: time(5) });
      });

      it('is what the shared fold of its log makes of it, for any history', async () => {
        const workspace = await createWorkspace(storage);
        const visitor = await createVisitor(workspace);
        const { conversations } = workspace;
        const seqs = fc.integer({ min: 1, max: 12 });
        const acts = fc.array(
          fc.oneof(
            fc.string().map((text) => () => saying(text)),
            fc.tuple(seqs, fc.string()).map(
              ([seq, text]) =>
                () =>
                  editing(seq, text),
            ),
            seqs.map((seq) => () => deleting(seq)),
            fc.constant(() => assigned(null)),
          ),
          { maxLength: 20 },
        );
        await fc.assert(
          fc.asyncProperty(acts, async (drafts) => {
            const opened = await conversations.open(openingBy(visitor));
            let expected: ConversationEvent[] = [];
            for (const draft of drafts) {
              const { event } = appended(await conversations.append(request(opened.id, draft())));
              expected = isChange(event)
                ? expected.map((earlier) => amendEvent(earlier, event))
                : expected;
              expected.push(event);
            }
            expect(await readAll(conversations, opened.id)).toEqual(expected);
          }),
          { numRuns: 30 },
        );
      });
    });

    describe('a conversation', () => {
      it('is, as a row, the fold of its log', async () => {
        const workspace = await createWorkspace(storage);
        const visitor = await createVisitor(workspace);
        const { conversations } = workspace;
        await fc.assert(
          fc.asyncProperty(history(visitor.id), async (acts) => {
            const opened = await conversations.open(openingBy(visitor));
            for (const [at, event] of acts) {
              await conversations.append({ conversationId: opened.id, event, at });
            }
            const log = await readAll(conversations, opened.id);
            expect(log).toHaveLength(acts.length);
            const { clientConversationId } = opened;
            const folded = log.reduce(foldConversation, emptyConversation(opened));
            expect(await conversations.get(opened.id)).toEqual({ ...folded, clientConversationId });
          }),
          { numRuns: 30 },
        );
      });

      it('is at its newest event in every view, right after that was acknowledged among many', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        const agentId = createId('ag');
        const views: (() => Promise<ConversationRecord[]>)[] = [
          async () => [(await conversations.get(conversationId)) ?? []].flat(),
          () => conversations.getMany([conversationId]),
          async () => (await conversations.listForVisitor(visitor.id, 10, allRead)).conversations,
          async () =>
            (await conversations.listInbox({ view: 'all', agentId, limit: 10 })).conversations,
          async () => [await conversations.open({ ...openingBy(visitor), ...opening })],
          async () => (await conversations.changedSince(cursor, 10)).conversations,
        ];
        const first = await conversations.get(conversationId);
        const opening = { clientConversationId: first?.clientConversationId ?? '' };
        const cursor = await conversations.currentCursor();
        for (const [round, view] of views.entries()) {
          await Promise.all(
            Array.from({ length: 50 }, () => conversations.append(request(conversationId))),
          );
          const seen = await view();
          expect(seen.map(({ appliedSeq }) => appliedSeq)).toEqual([50 * (round + 1)]);
        }
        const busy = Array.from({ length: 50 }, () => message());
        await Promise.all(
          [...busy, assigned({ agentId })].map((event) =>
            conversations.append(request(conversationId, event)),
          ),
        );
        expect(await conversations.countInbox(agentId, 9)).toMatchObject({
          mine: 1,
          unassigned: 0,
        });
      });

      it('is one, however many open it under the same client id', async () => {
        const workspace = await createWorkspace(storage);
        const visitor = await createVisitor(workspace);
        const { clientConversationId } = openingBy(visitor);
        const opened = await Promise.all(
          Array.from({ length: 8 }, () =>
            workspace.conversations.open({ ...openingBy(visitor), clientConversationId }),
          ),
        );
        expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
        const [first] = opened;
        const again = { ...openingBy(visitor), clientConversationId };
        await reopen();
        expect(await storage.forWorkspace(workspace.id).conversations.open(again)).toEqual(first);
      });

      it('belongs to the visitor: the same client id of another one opens another', async () => {
        const workspace = await createWorkspace(storage);
        const [one, other] = [await createVisitor(workspace), await createVisitor(workspace)];
        const opening = openingBy(one);
        const { id } = await workspace.conversations.open(opening);
        const { clientConversationId } = opening;
        const second = await workspace.conversations.open({
          ...openingBy(other),
          clientConversationId,
        });
        expect(second.id).not.toBe(id);
        expect(second.visitorId).toBe(other.id);
      });

      it('is listed nowhere before its first event', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        const cursor = await conversations.currentCursor();
        const lists = async () => [
          (await conversations.listForVisitor(visitor.id, 10, allRead)).conversations,
          (await conversations.listInbox({ view: 'all', agentId: 'ag_1', limit: 10 }))
            .conversations,
          (await conversations.changedSince(cursor, 10)).conversations,
        ];
        expect(await lists()).toEqual([[], [], []]);
        expect((await conversations.countInbox('ag_1', 9)).all).toBe(0);
        expect((await conversations.get(conversationId))?.appliedSeq).toBe(0);

        await conversations.append(request(conversationId));
        const conversation = await conversations.get(conversationId);
        expect(await lists()).toEqual([[conversation], [conversation], [conversation]]);
        expect((await conversations.countInbox('ag_1', 9)).all).toBe(1);
      });

      it('comes with others of its visitor, latest activity first', async () => {
        const workspace = await createWorkspace(storage);
        const visitor = await createVisitor(workspace);
        const { conversations } = workspace;
        const ids: string[] = [];
        for (const seconds of [5, 9, 7]) {
          const { id } = await conversations.open(openingBy(visitor));
          await conversations.append({ ...request(id), at: time(seconds) });
          ids.push(id);
        }
        const [first, second, third] = ids;
        const idsOf = (records: ConversationRecord[]) => records.map(({ id }) => id);
        const listed = await conversations.listForVisitor(visitor.id, 10, allRead);
        expect(idsOf(listed.conversations)).toEqual([second, third, first]);
        const newest = await conversations.listForVisitor(visitor.id, 1, allRead);
        expect(idsOf(newest.conversations)).toEqual([second]);
        const many = await conversations.getMany([ids[2] ?? '', createId('cv'), ids[0] ?? '']);
        expect(new Set(idsOf(many))).toEqual(new Set([third, first]));
      });

      it('comes with the cursors of everybody in it', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        await conversations.append(request(conversationId));
        const participant = { kind: 'visitor' as const, id: visitor.id };
        await conversations.advanceCursor({ conversationId, participant, read: 1, at: time(2) });
        const { cursors } = await conversations.listForVisitor(visitor.id, 10, allRead);
        expect(cursors).toEqual(await conversations.cursorsOf([conversationId]));
        expect(cursors.get(conversationId)).toMatchObject([{ participant, read: 1 }]);
      });

      it('comes with the number of messages that are unread by the rule given, which sees rows and cursors', async () => {
        const workspace = await createWorkspace(storage);
        const visitor = await createVisitor(workspace);
        const { conversations } = workspace;
        const participant = { kind: 'visitor' as const, id: visitor.id };
        const ids: string[] = [];
        for (const read of [0, 2, 3]) {
          const { id: conversationId } = await conversations.open(openingBy(visitor));
          for (let seq = 1; seq <= 3; seq++) await conversations.append(request(conversationId));
          if (read > 0) {
            await conversations.advanceCursor({ conversationId, participant, read, at: time(2) });
          }
          ids.push(conversationId);
        }
        const { unread } = await conversations.listForVisitor(visitor.id, 10, (row, [cursor]) => {
          const after = cursor?.read ?? 0;
          if (after === row.appliedSeq) return null;
          return { conversationId: row.id, side: 'visitor', after, limit: 9 };
        });
        expect(ids.map((id) => unread.get(id))).toEqual([3, 1, undefined]);
      });
    });

    describe('a log', () => {
      it('reads the same from both ends, for both audiences, with any page size', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        for (const draft of Array.from({ length: 23 }, (_, n) =>
          n % 3 === 1 ? assigned(null) : message(),
        )) {
          await conversations.append(request(conversationId, draft));
        }
        const all = await readAll(conversations, conversationId);
        expect(all.map(({ seq, prev }) => [seq, prev])).toEqual(
          upTo(23).map((seq) => [seq, seq - 1]),
        );
        const visible = all.filter((event) => isVisibleTo('visitor', event.type));
        const visitors = visible.map((event, n) => ({ ...event, prev: visible[n - 1]?.seq ?? 0 }));
        expect(visitors.length).toBeLessThan(all.length);

        for (const [audience, log] of [
          ['agents', all],
          ['visitor', visitors],
        ] as const) {
          for (const limit of [1, 2, 7, 23, 50]) {
            expect(await pageUpwards(conversations, { conversationId, audience, limit })).toEqual(
              log,
            );
            expect(await pageDownwards(conversations, { conversationId, audience, limit })).toEqual(
              log,
            );
          }
        }
      });

      it('has nothing above its newest event, nor below its first', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        await conversations.append(request(conversationId));
        const page = { conversationId, audience: 'agents', limit: 5 } as const;
        expect(await conversations.readEvents({ ...page, after: 1 })).toEqual([]);
        expect(await conversations.readEvents({ ...page, after: 900 })).toEqual([]);
        expect(await conversations.readEvents({ ...page, before: 1 })).toEqual([]);
        expect(await conversations.readEvents({ ...page, conversationId: createId('cv') })).toEqual(
          [],
        );
      });

      it('counts the messages of a side above a place as a recount does', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        const drafts = fc
          .sample(fc.array(act(visitor.id), { minLength: 60, maxLength: 60 }), 1)
          .flat();
        for (const draft of drafts) await conversations.append(request(conversationId, draft));
        const log = await readAll(conversations, conversationId);
        const queries = (['visitor', 'team'] as const).flatMap((side) =>
          [0, 1, 17, 59, 60, 99].flatMap((after) =>
            [3, 100].map((limit) => ({ conversationId, side, after, limit })),
          ),
        );
        const recount = queries.map(({ side, after, limit }) => {
          const messages = log.filter((event) => event.type === 'message.created');
          const found = messages.filter(
            (event) => event.seq > after && sideOf(event.actor) === side,
          );
          return Math.min(limit, found.length);
        });
        expect(await conversations.countMessages(queries)).toEqual(recount);
        const nowhere = {
          conversationId: createId('cv'),
          side: 'team',
          after: 0,
          limit: 9,
        } as const;
        expect(await conversations.countMessages([nowhere])).toEqual([0]);
      });
    });

    describe('a cursor', () => {
      it('only moves forward, never beyond the log, and what was read was delivered', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        const participants = [
          { kind: 'visitor', id: visitor.id },
          agent('ag_1'),
          agent('ag_2'),
        ] as const;
        const highest = new Map<string, { delivered: number; read: number }>();
        const anywhere = fc.option(fc.integer({ min: -20, max: 60 }), { nil: undefined });
        const moves = fc.sample(
          fc.record({
            participant: fc.constantFrom(...participants),
            delivered: anywhere,
            read: anywhere,
          }),
          1000,
        );
        let head = 0;
        for (const [n, move] of moves.entries()) {
          if (n % 30 === 0) {
            head = appended(await conversations.append(request(conversationId))).event.seq;
          }
          const { id } = move.participant;
          const before = highest.get(id) ?? { delivered: 0, read: 0 };
          const read = Math.max(before.read, Math.min(move.read ?? 0, head));
          const delivered = Math.max(before.delivered, Math.min(move.delivered ?? 0, head), read);
          highest.set(id, { delivered, read });

          const result = await conversations.advanceCursor({
            conversationId,
            ...move,
            at: time(n),
          });
          expect(result?.cursor).toMatchObject({ participant: move.participant, delivered, read });
          expect(result?.hasMoved).toBe(delivered > before.delivered || read > before.read);
        }
        const stored = (await conversations.cursorsOf([conversationId])).get(conversationId) ?? [];
        expect(
          new Map(
            stored.map(({ participant, delivered, read }) => [participant.id, { delivered, read }]),
          ),
        ).toEqual(highest);
      });

      it('goes no further than what both sides see', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        const drafts = [message(), assigned(null), assigned(null)];
        for (const draft of drafts) await conversations.append(request(conversationId, draft));
        for (const participant of [agent('ag_1'), { kind: 'visitor' as const, id: visitor.id }]) {
          const reach = { conversationId, participant, at: time(1), delivered: 3, read: 2 };
          const moved = await conversations.advanceCursor(reach);
          expect(moved).toMatchObject({ cursor: { delivered: 1, read: 1 }, hasMoved: true });
          const again = await conversations.advanceCursor({ ...reach, at: time(2) });
          expect(again, 'an internal event moves nothing').toEqual({ ...moved, hasMoved: false });
        }
      });

      it('remembers when each of its halves last moved', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        for (let n = 0; n < 3; n += 1) await conversations.append(request(conversationId));
        const participant = agent('ag_1');
        const move = async (reach: { delivered?: number; read?: number }, at: string) =>
          (await conversations.advanceCursor({ conversationId, participant, at, ...reach }))
            ?.cursor;
        expect(await move({ delivered: 2 }, time(1))).toEqual({
          participant,
          delivered: 2,
          deliveredAt: time(1),
          read: 0,
          readAt: null,
        });
        expect(await move({ read: 3 }, time(2))).toEqual({
          participant,
          delivered: 3,
          deliveredAt: time(2),
          read: 3,
          readAt: time(2),
        });
        expect(await move({ delivered: 1, read: 1 }, time(3))).toMatchObject({
          deliveredAt: time(2),
        });
      });

      it('leaves a receipt of each event: when its participant first received and read it', async () => {
        const { conversations, conversationId, visitor } = await oneConversation(storage);
        for (let n = 0; n < 6; n += 1) await conversations.append(request(conversationId));
        const me = { kind: 'visitor' as const, id: visitor.id };
        const moves = [
          [me, { delivered: 2 }],
          [me, { delivered: 4, read: 1 }],
          [agent('ag_1'), { read: 3 }],
          [me, { read: 4 }],
          [me, { delivered: 3, read: 2 }],
        ] as const;
        for (const [n, [participant, reach]] of moves.entries()) {
          await conversations.advanceCursor({
            conversationId,
            participant,
            ...reach,
            at: time(n + 1),
          });
        }
        const receiptsOf = async (seq: number) =>
          new Map(
            (await conversations.receiptsOf({ conversationId, seq })).map(
              ({ participant, deliveredAt, readAt }) => [participant.id, [deliveredAt, readAt]],
            ),
          );
        const receipts = await Promise.all([1, 2, 3, 4, 5].map(receiptsOf));
        expect(receipts.map((one) => one.get(visitor.id))).toEqual([
          [time(1), time(2)],
          [time(1), time(4)],
          [time(2), time(4)],
          [time(2), time(4)],
          [null, null],
        ]);
        expect(receipts.map((one) => one.get('ag_1'))).toEqual([
          [time(3), time(3)],
          [time(3), time(3)],
          [time(3), time(3)],
          [null, null],
          [null, null],
        ]);
        const nowhere = { conversationId: createId('cv'), seq: 1 };
        expect(await conversations.receiptsOf(nowhere)).toEqual([]);
      });

      it('has no place without a conversation', async () => {
        const { conversations } = await oneConversation(storage);
        const conversationId = createId('cv');
        const advance = { conversationId, participant: agent('ag_1'), read: 1, at: time(1) };
        expect(await conversations.advanceCursor(advance)).toBeNull();
        expect(await conversations.cursorsOf([conversationId])).toEqual(
          new Map([[conversationId, []]]),
        );
      });
    });

    describe('the inbox', () => {
      const views: InboxView[] = ['all', 'mine', 'unassigned', 'resolved'];

      it('shows in each view, page by page, what a recount finds, and counts it', async () => {
        const workspace = await createWorkspace(storage);
        const { conversations } = workspace;
        const visitor = await createVisitor(workspace);
        const ids = await Promise.all(
          Array.from({ length: 40 }, async () => (await conversations.open(openingBy(visitor))).id),
        );
        const steps = fc.sample(fc.tuple(fc.constantFrom(...ids), act(visitor.id)), 400);
        for (const [n, [conversationId, event]] of steps.entries()) {
          // Several share a time: pages must not lose or repeat rows at their edges.
          await conversations.append({ conversationId, event, at: time(Math.floor(n / 5)) });
        }
        const listed = (await conversations.getMany(ids)).filter((row) => row.appliedSeq > 0);
        const belongsTo: Record<InboxView, (row: ConversationRecord, agentId: string) => boolean> =
          {
            all: (row) => row.status === 'open',
            mine: (row, agentId) => row.status === 'open' && row.assignee?.agentId === agentId,
            unassigned: (row) => row.status === 'open' && row.assignee === null,
            resolved: (row) => row.status === 'resolved',
          };
        for (const agentId of ['ag_1', 'ag_2', 'ag_3']) {
          const counts = await conversations.countInbox(agentId, 99);
          const upToTwo = await conversations.countInbox(agentId, 2);
          for (const view of views) {
            const expected = listed.filter((row) => belongsTo[view](row, agentId));
            expect(counts[view], `${view} of ${agentId}`).toBe(expected.length);
            expect(upToTwo[view], `${view}, up to two`).toBe(Math.min(2, expected.length));
            for (const limit of [1, 7, expected.length || 1, 100]) {
              const rows = await pageInbox(conversations, { view, agentId, limit });
              expect(byId(rows)).toEqual(byId(expected));
              const times = rows.map((row) => row.lastActivityAt);
              expect(times).toEqual(times.toSorted().toReversed());
            }
          }
        }
      });

      it('offers no next page when the last row is on this one', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        await conversations.append(request(conversationId));
        const page = await conversations.listInbox({ view: 'all', agentId: 'ag_1', limit: 1 });
        expect(page.conversations).toHaveLength(1);
        expect(page.next).toBeNull();
      });

      it('refuses a place and a cursor that it cannot read', async () => {
        const { conversations } = await oneConversation(storage);
        for (const text of ['', '!', 'bnVsbA', 'WyJhIl0', '{"a":1}']) {
          const page = conversations.listInbox({
            view: 'all',
            agentId: 'ag_1',
            before: text,
            limit: 1,
          });
          await expect(page).rejects.toThrow(RangeError);
          await expect(conversations.changedSince(text, 1)).rejects.toThrow(RangeError);
        }
      });

      it('begins anew for a cursor that it has not given out', async () => {
        const { conversations, conversationId } = await oneConversation(storage);
        await conversations.append(request(conversationId));
        const cursor = await conversations.currentCursor();
        expect((await conversations.changedSince(cursor, 9)).conversations).toEqual([]);
        // Numbers from a later time, as after a backup was put back, or from another life of the data.
        const { conversations: elsewhere, conversationId: other } = await oneConversation(storage);
        for (let n = 0; n < 9; n += 1) await elsewhere.append(request(other));
        const unknown = await elsewhere.currentCursor();
        const found = await conversations.changedSince(unknown, 9);
        expect(found.conversations.map(({ id }) => id)).toEqual([conversationId]);
        expect((await conversations.changedSince(found.cursor, 9)).conversations).toEqual([]);
      });

      it('misses no change while others write', async () => {
        const workspace = await createWorkspace(storage);
        const { conversations } = workspace;
        const visitor = await createVisitor(workspace);
        const ids = await Promise.all(
          Array.from({ length: 12 }, async () => (await conversations.open(openingBy(visitor))).id),
        );
        let cursor = await conversations.currentCursor();
        let isWriting = true;
        const writers = Promise.all(
          ids.map(async (conversationId, writer) => {
            for (let turn = 0; turn < 20 + writer; turn += 1) {
              await conversations.append(request(conversationId));
            }
          }),
        ).finally(() => (isWriting = false));

        const seen = new Map<string, ConversationRecord>();
        for (let isLast = false, more = false; !isLast || more; ) {
          isLast = !isWriting;
          const page = await conversations.changedSince(cursor, 3);
          expect(page.conversations.length).toBeLessThanOrEqual(3);
          for (const row of page.conversations) {
            expect(row.appliedSeq).toBeGreaterThanOrEqual(seen.get(row.id)?.appliedSeq ?? 0);
            seen.set(row.id, row);
          }
          ({ cursor, more } = page);
          await nextTurn();
        }
        await writers;
        expect(byId([...seen.values()])).toEqual(byId(await conversations.getMany(ids)));
        expect((await conversations.changedSince(cursor, 10)).conversations).toEqual([]);
        const later = (await reopen()).forWorkspace(workspace.id).conversations;
        const [conversationId = ''] = ids;
        await later.append(request(conversationId));
        const conversation = await later.get(conversationId);
        expect((await later.changedSince(cursor, 10)).conversations).toContainEqual(conversation);
      });
    });

    describe('a workspace', () => {
      it('has a key of its own', async () => {
        const record = workspaceRecord();
        expect(await storage.directory.workspaces.create(record)).toBe('created');
        expect(await storage.directory.workspaces.create(record), 'asked again').toBe('created');
        const other = workspaceRecord({ key: record.key, createdAt: time(-1) });
        expect(await storage.directory.workspaces.create(other)).toBe('key_taken');
        expect(await storage.directory.workspaces.findByKey(record.key)).toEqual(record);
        expect(await storage.directory.workspaces.findByKey('wk_none')).toBeNull();
        const older = workspaceRecord({ createdAt: time(-2) });
        await storage.directory.workspaces.create(older);
        const list = await storage.directory.workspaces.list();
        expect(list.filter(({ id }) => id === record.id || id === older.id)).toEqual([
          older,
          record,
        ]);
        const times = list.map(({ createdAt }) => createdAt);
        expect(times, 'oldest first').toEqual(times.toSorted());
      });

      it('changes the settings that are given and keeps the others', async () => {
        const record = workspaceRecord();
        await storage.directory.workspaces.create(record);
        const { settings } = storage.forWorkspace(record.id);
        await settings.update({ allowedOrigins: ['https://shop.example'] });
        await settings.update({ name: 'New name', look: undefined });
        const changed = { ...record, name: 'New name', allowedOrigins: ['https://shop.example'] };
        expect(await settings.get()).toEqual(changed);
        expect(await storage.forWorkspace('ws_none').settings.get()).toBeNull();
      });

      it('is closed to every other workspace', async () => {
        const { workspace, conversations, conversationId, visitor } =
          await oneConversation(storage);
        const other = await createWorkspace(storage);
        const theirs = other.conversations;
        const cursor = await theirs.currentCursor();
        const { event } = appended(await conversations.append(request(conversationId)));
        const conversation = await conversations.get(conversationId);
        await conversations.advanceCursor({
          conversationId,
          participant: agent('ag_1'),
          read: 1,
          at: time(1),
        });
        const member = await createAgent(storage, workspace);
        const invitation = invitationRecord(workspace.id);
        await workspace.invitations.create(invitation);

        const page = { conversationId, audience: 'agents', limit: 9 } as const;
        const list = { view: 'all', agentId: member.id, limit: 9 } as const;
        const count = { conversationId, side: 'visitor', after: 0, limit: 9 } as const;
        const advance = { conversationId, participant: agent('ag_1'), read: 1, at: time(2) };
        // Each method of the other workspace's handle, asked for what is not its own.
        const attempts: Record<string, [attempt: () => Promise<unknown>, answer?: unknown]> = {
          'settings.get': [async () => (await other.settings.get())?.id, other.id],
          'settings.update': [() => other.settings.update({ name: 'Theirs' })],
          'agents.create': [
            () => other.agents.create({ ...member, id: createId('ag') }),
            'created',
          ],
          'agents.get': [() => other.agents.get(member.id), null],
          'agents.list': [
            async () => (await other.agents.list()).filter((one) => one.workspaceId !== other.id),
            [],
          ],
          'agents.update': [() => other.agents.update(member.id, { isDisabled: true })],
          'invitations.create': [() => other.invitations.create(invitation)],
          'invitations.list': [() => other.invitations.list(time(0)), []],
          'invitations.delete': [() => other.invitations.delete(invitation.id)],
          'visitors.create': [() => createVisitor(other)],
          'visitors.get': [() => other.visitors.get(visitor.id), null],
          'contacts.get': [() => other.contacts.get(visitor.contactId), null],
          'contacts.getMany': [() => other.contacts.getMany([visitor.contactId]), []],
          'contacts.update': [
            () => other.contacts.update(visitor.contactId, { name: 'Theirs' }),
            null,
          ],
          'conversations.open': [
            () => theirs.open({ ...openingBy(visitor) }).catch(() => 'refused'),
          ],
          'conversations.get': [() => theirs.get(conversationId), null],
          'conversations.getMany': [() => theirs.getMany([conversationId]), []],
          'conversations.listForVisitor': [
            () => theirs.listForVisitor(visitor.id, 9, allRead),
            { conversations: [], cursors: new Map(), unread: new Map() },
          ],
          'conversations.append': [
            () => theirs.append(request(conversationId)),
            { outcome: 'not_found' },
          ],
          'conversations.readEvents': [() => theirs.readEvents(page), []],
          'conversations.listInbox': [
            () => theirs.listInbox(list),
            { conversations: [], next: null },
          ],
          'conversations.changedSince': [
            async () => (await theirs.changedSince(cursor, 9)).conversations,
            [],
          ],
          'conversations.currentCursor': [() => theirs.currentCursor()],
          'conversations.countInbox': [
            () => theirs.countInbox(member.id, 9),
            { all: 0, mine: 0, unassigned: 0, resolved: 0 },
          ],
          'conversations.countMessages': [() => theirs.countMessages([count]), [0]],
          'conversations.advanceCursor': [() => theirs.advanceCursor(advance), null],
          'conversations.cursorsOf': [
            () => theirs.cursorsOf([conversationId]),
            new Map([[conversationId, []]]),
          ],
          'conversations.receiptsOf': [() => theirs.receiptsOf({ conversationId, seq: 1 }), []],
        };
        expect(Object.keys(attempts).toSorted()).toEqual(methodsOf(other).toSorted());
        for (const [method, [attempt, answer]] of Object.entries(attempts)) {
          const answered = await attempt();
          expect({ method, answered }).toEqual({
            method,
            answered: answer === undefined ? answered : answer,
          });
        }

        expect((await workspace.settings.get())?.name).not.toBe('Theirs');
        expect(await workspace.agents.list()).toEqual([member]);
        expect(await workspace.invitations.list(time(0))).toEqual([invitation]);
        expect((await workspace.contacts.get(visitor.contactId))?.name).toBeNull();
        expect(await conversations.get(conversationId)).toEqual(conversation);
        expect(await readAll(conversations, conversationId)).toEqual([event]);
        const { conversations: listed } = await conversations.listForVisitor(
          visitor.id,
          9,
          allRead,
        );
        expect(listed).toEqual([conversation]);
        const cursors = (await conversations.cursorsOf([conversationId])).get(conversationId);
        expect(cursors?.map(({ readAt }) => readAt)).toEqual([time(1)]);
      });
    });

    describe('accounts and agents', () => {
      it('give an e-mail address to one account', async () => {
        const { accounts } = storage.directory;
        const account = accountRecord();
        expect(await accounts.create(account)).toBe('created');
        expect(await accounts.create(account), 'asked again').toBe('created');
        expect(await accounts.create(accountRecord({ email: account.email }))).toBe('email_taken');
        expect(await accounts.setPassword(account.id, 'new')).toBe(true);
        expect(await accounts.setPassword(account.id, 'newer', account.passwordHash)).toBe(false);
        expect(await accounts.setPassword(account.id, 'newer', 'new')).toBe(true);
        expect(await accounts.setPassword(account.id, 'newer', 'new'), 'asked again').toBe(true);
        expect(await accounts.setPassword('ac_none', 'new')).toBe(false);
        const changed = { ...account, passwordHash: 'newer' };
        expect(await accounts.get(account.id)).toEqual(changed);
        expect(await accounts.findByEmail(account.email)).toEqual(changed);
        expect(await accounts.get('ac_none')).toBeNull();
        expect(await accounts.findByEmail('nobody@shop.example')).toBeNull();
      });

      it('let an account be an agent once in a workspace, and in several workspaces', async () => {
        const [one, two] = [await createWorkspace(storage), await createWorkspace(storage)];
        const first = await createAgent(storage, one, { createdAt: time(2) });
        expect(await one.agents.create(first), 'asked again').toBe('created');
        expect(await one.agents.create({ ...first, id: createId('ag') })).toBe('already_member');
        const second = { ...first, id: createId('ag'), workspaceId: two.id, createdAt: time(1) };
        expect(await two.agents.create(second)).toBe('created');
        expect(await storage.directory.accounts.memberships(first.accountId)).toEqual([
          second,
          first,
        ]);
        expect(await storage.directory.accounts.memberships('ac_none')).toEqual([]);
      });

      it('change what is given of an agent and list them oldest first', async () => {
        const workspace = await createWorkspace(storage);
        const younger = await createAgent(storage, workspace, { createdAt: time(5) });
        const older = await createAgent(storage, workspace, { createdAt: time(1) });
        await workspace.agents.update(older.id, { isDisabled: true });
        await workspace.agents.update(older.id, { role: 'admin', name: undefined });
        await workspace.agents.update('ag_none', { name: 'Nobody' });
        const changed: AgentRecord = { ...older, isDisabled: true, role: 'admin' };
        expect(await workspace.agents.list()).toEqual([changed, younger]);
        expect(await workspace.agents.get(older.id)).toEqual(changed);
        expect(await workspace.agents.get('ag_none')).toBeNull();
      });
    });

    describe('a session', () => {
      it('is rotated once, however often it is asked', async () => {
        const { sessions } = storage.directory;
        const first = await createSession(storage);
        const next = { ...first, tokenHash: createId('se'), createdAt: time(10) };
        expect(await sessions.rotate(first.tokenHash, time(10), next)).toBe(true);
        const tries = Array.from({ length: 4 }, (_, n) =>
          sessions.rotate(first.tokenHash, time(11 + n), next),
        );
        expect(await Promise.all(tries)).toEqual([true, true, true, true]);
        expect(await sessions.find(first.tokenHash)).toEqual({ ...first, rotatedAt: time(10) });
        expect(await sessions.find(next.tokenHash)).toEqual(next);
        await sessions.rotate(next.tokenHash, time(20), { ...next, tokenHash: createId('se') });
        await sessions.rotate(first.tokenHash, time(21), next);
        expect((await sessions.find(next.tokenHash))?.rotatedAt, 'not reset').toBe(time(20));
      });

      it('that is gone or revoked gets no successor', async () => {
        const { sessions } = storage.directory;
        const session = await createSession(storage);
        const next = { ...session, tokenHash: createId('se') };
        await sessions.revokeFamily(session.familyId, time(5));
        expect(await sessions.rotate(session.tokenHash, time(6), next)).toBe(false);
        expect(await sessions.rotate('none', time(6), next)).toBe(false);
        expect(await sessions.find(next.tokenHash)).toBeNull();
        expect(await sessions.isActive(session.familyId, time(6))).toBe(false);
      });

      it('is active until it expires or its family is revoked', async () => {
        const { sessions } = storage.directory;
        const session = await createSession(storage, { expiresAt: time(100) });
        expect(await sessions.isActive(session.familyId, time(99))).toBe(true);
        expect(await sessions.isActive(session.familyId, time(100))).toBe(false);
        expect(await sessions.isActive('none', time(1))).toBe(false);
        await sessions.create(session);
        await sessions.revokeFamily(session.familyId, time(50));
        await sessions.revokeFamily(session.familyId, time(60));
        expect(await sessions.isActive(session.familyId, time(51))).toBe(false);
        expect((await sessions.find(session.tokenHash))?.revokedAt, 'the first time').toBe(
          time(50),
        );
      });

      it('ends with those of its principal in one workspace, and stays in another', async () => {
        const { sessions } = storage.directory;
        const here = await createSession(storage);
        const { principalId, workspaceId } = here;
        const elsewhere = await createSession(storage, { principalId });
        expect(await sessions.revokeAll(principalId, time(2), workspaceId)).toEqual([
          here.familyId,
        ]);
        expect(await sessions.isActive(here.familyId, time(2))).toBe(false);
        expect(await sessions.isActive(elsewhere.familyId, time(2))).toBe(true);
      });

      it('ends with all others of its principal', async () => {
        const { sessions } = storage.directory;
        const one = await createSession(storage);
        const principal = { principalId: one.principalId, workspaceId: one.workspaceId };
        const two = await createSession(storage, principal);
        await createSession(storage, { ...principal, familyId: two.familyId });
        const expired = await createSession(storage, { ...principal, expiresAt: time(1) });
        const stranger = await createSession(storage);
        const families = await sessions.revokeAll(one.principalId, time(2));
        expect(families.toSorted()).toEqual([one.familyId, two.familyId].toSorted());
        expect(await sessions.revokeAll(one.principalId, time(3))).toEqual([]);
        expect(await sessions.isActive(two.familyId, time(3))).toBe(false);
        expect(await sessions.isActive(expired.familyId, time(0))).toBe(false);
        expect(await sessions.isActive(stranger.familyId, time(3))).toBe(true);
      });

      it('is forgotten some time after it expired or was replaced', async () => {
        const { sessions } = storage.directory;
        const expired = await createSession(storage, { expiresAt: time(10) });
        const replaced = await createSession(storage);
        const successor = { ...replaced, tokenHash: createId('se') };
        await sessions.rotate(replaced.tokenHash, time(10), successor);
        await sessions.prune(time(10));
        expect(await sessions.find(expired.tokenHash)).not.toBeNull();
        await sessions.prune(time(11));
        expect(await sessions.find(expired.tokenHash)).toBeNull();
        expect(await sessions.find(replaced.tokenHash)).toBeNull();
        expect(await sessions.find(successor.tokenHash)).toEqual(successor);
      });
    });

    describe('an invitation', () => {
      it('is used up by one of many who come at once', async () => {
        const workspace = await createWorkspace(storage);
        const invitation = invitationRecord(workspace.id);
        await workspace.invitations.create(invitation);
        const { invitations } = storage.directory;
        const { tokenHash } = invitation;
        const answers = await Promise.all(
          Array.from({ length: 16 }, () => invitations.consume(tokenHash, time(5))),
        );
        expect(answers.filter((isMine) => isMine)).toHaveLength(1);
        expect(await invitations.find(tokenHash)).toEqual({ ...invitation, usedAt: time(5) });
        expect(await workspace.invitations.list(time(6))).toEqual([]);
      });

      it('cannot be used when it expired, was withdrawn, or never was', async () => {
        const workspace = await createWorkspace(storage);
        const { invitations } = storage.directory;
        const [expired, withdrawn] = [
          invitationRecord(workspace.id),
          invitationRecord(workspace.id),
        ];
        await workspace.invitations.create({ ...expired, expiresAt: time(10) });
        await workspace.invitations.create(withdrawn);
        await workspace.invitations.delete(withdrawn.id);
        expect(await invitations.consume(expired.tokenHash, time(10))).toBe(false);
        expect(await invitations.consume(withdrawn.tokenHash, time(1))).toBe(false);
        expect(await invitations.consume('none', time(1))).toBe(false);
        expect(await invitations.find(withdrawn.tokenHash)).toBeNull();
        expect(await invitations.consume(expired.tokenHash, time(9))).toBe(true);
      });

      it('is listed while it is good, newest first', async () => {
        const workspace = await createWorkspace(storage);
        const older = invitationRecord(workspace.id, { createdAt: time(1) });
        const newer = invitationRecord(workspace.id, { createdAt: time(2), expiresAt: time(50) });
        for (const invitation of [older, newer, newer])
          await workspace.invitations.create(invitation);
        expect(await workspace.invitations.list(time(49))).toEqual([newer, older]);
        expect(await workspace.invitations.list(time(50))).toEqual([older]);
      });
    });

    describe('a contact', () => {
      it('comes with its visitor and changes in the fields that are given', async () => {
        const workspace = await createWorkspace(storage);
        const visitor = await createVisitor(workspace);
        const { contacts } = workspace;
        expect(await workspace.visitors.get(visitor.id)).toEqual(visitor);
        const contact = await contacts.get(visitor.contactId);
        const page = { url: 'https://shop.example/a', title: 'A' };
        const named = {
          ...contact,
          name: 'Support',
          email: 'support@shop.example',
          page,
          lastSeenAt: time(9),
        };
        const { name, email, lastSeenAt } = named;
        expect(await contacts.update(visitor.contactId, { name, email, page, lastSeenAt })).toEqual(
          named,
        );
        expect(await contacts.update(visitor.contactId, { email: null, name: undefined })).toEqual({
          ...named,
          email: null,
        });
        expect(await contacts.getMany([visitor.contactId, 'co_none'])).toEqual([
          { ...named, email: null },
        ]);
        expect(await contacts.get('co_none')).toBeNull();
        expect(await contacts.update('co_none', { name: 'Nobody' })).toBeNull();
        expect(await workspace.visitors.get('vi_none')).toBeNull();
      });
    });

    describe('the store', () => {
      it('says when it is ready', async () => {
        await expect(storage.check()).resolves.not.toThrow();
      });

      it('finishes what it accepted before it closes, and then refuses', async () => {
        const { workspace, conversations, conversationId } = await oneConversation(storage);
        const appends = upTo(200).map(() => conversations.append(request(conversationId)));
        const closed = storage.close();
        for (const result of await Promise.all(appends)) expect(result.outcome).toBe('appended');
        await closed;
        await expect(conversations.get(conversationId)).rejects.toThrow(StoreUnavailableError);
        const late = conversations.append(request(conversationId));
        await expect(late).rejects.toThrow(StoreUnavailableError);
        await expect(storage.check()).rejects.toThrow(StoreUnavailableError);
        await storage.close();

        const again = (await reopen()).forWorkspace(workspace.id).conversations;
        expect(await readAll(again, conversationId)).toHaveLength(200);
      });
    });
  });
}

const ascending = (a: number, b: number) => a - b;

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

/** `seconds` after a fixed moment, ISO 8601. */
function time(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function byId(rows: ConversationRecord[]): Map<string, ConversationRecord> {
  expect(new Set(rows.map(({ id }) => id)).size, 'no row twice').toBe(rows.length);
  return new Map(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((row) => [row.id, row]));
}

function appended(result: AppendResult) {
  if (result.outcome !== 'appended') throw new Error(`not appended but ${result.outcome}`);
  return result;
}

function methodsOf(workspace: WorkspaceStorage): string[] {
  return Object.entries(workspace).flatMap(([part, methods]) =>
    typeof methods === 'object' ? Object.keys(methods).map((method) => `${part}.${method}`) : [],
  );
}

/** Reads a whole log as agents see it. */
async function readAll(
  conversations: ConversationStorage,
  conversationId: string,
): Promise<ConversationEvent[]> {
  return await pageUpwards(conversations, { conversationId, audience: 'agents', limit: 1000 });
}

type PageQuery = Pick<EventQuery, 'conversationId' | 'audience' | 'limit'>;

async function pageUpwards(
  conversations: ConversationStorage,
  query: PageQuery,
): Promise<ConversationEvent[]> {
  const log: ConversationEvent[] = [];
  for (;;) {
    const page = await conversations.readEvents({ ...query, after: log.at(-1)?.seq ?? 0 });
    expect(page.length).toBeLessThanOrEqual(query.limit);
    log.push(...page);
    if (page.length < query.limit) return log;
  }
}

async function pageDownwards(
  conversations: ConversationStorage,
  query: PageQuery,
): Promise<ConversationEvent[]> {
  const log = await conversations.readEvents(query);
  for (let page = log; page.length === query.limit; ) {
    page = await conversations.readEvents({ ...query, before: log[0]?.seq ?? 0 });
    log.unshift(...page);
  }
  return log;
}

async function pageInbox(
  conversations: ConversationStorage,
  query: InboxQuery,
): Promise<ConversationRecord[]> {
  const rows: ConversationRecord[] = [];
  for (let before: string | undefined; ; ) {
    const page = await conversations.listInbox({ ...query, before });
    expect(page.conversations.length).toBeLessThanOrEqual(query.limit);
    rows.push(...page.conversations);
    if (page.next === null) return rows;
    before = page.next;
  }
}

function agent(id: string): Actor {
  return { kind: 'agent', id };
}

const allRead: UnreadRule = () => null;

function message(text = 'How are you?'): EventDraft {
  return {
    type: 'message.created',
    actor: { kind: 'visitor', id: 'vi_any' },
    via: 'widget',
    clientEventId: createId('cl'),
    content: { kind: 'text', text },
  };
}

function assigned(assignee: Assignee | null): EventDraft {
  return {
    type: 'conversation.assigned',
    actor: agent('ag_1'),
    via: 'console',
    clientEventId: createId('cl'),
    assignee,
  };
}

function request(conversationId: string, event = message()): AppendRequest {
  return { conversationId, event, at: time(1) };
}

/** Anything that a participant may do. */
function act(visitorId: string): fc.Arbitrary<EventDraft> {
  const agentIds = fc.constantFrom('ag_1', 'ag_2');
  const assignees = agentIds.map((agentId): Assignee => ({ agentId }));
  const base = { via: 'console' as const };
  return (
    fc
      .oneof(
        {
          weight: 3,
          arbitrary: fc
            .record({ text: fc.string({ unit: 'grapheme', maxLength: 200 }) })
            .map(({ text }) => ({
              ...message(text),
              actor: { kind: 'visitor' as const, id: visitorId },
            })),
        },
        {
          weight: 3,
          arbitrary: fc
            .record({ id: agentIds, assigns: fc.option(assignees, { nil: undefined }) })
            .map(({ id, assigns }) => ({
              ...message('Hello'),
              ...base,
              actor: agent(id),
              assigns,
            })),
        },
        fc.option(assignees).map(assigned),
        fc
          .record({
            id: agentIds,
            status: fc.constantFrom<ConversationStatus>('open', 'snoozed', 'resolved'),
          })
          .map(({ id, status }) => ({
            type: 'conversation.status_changed' as const,
            ...base,
            actor: agent(id),
            clientEventId: '',
            status,
          })),
      )
      // An id of its own for each act, drawn when it is made: fast-check repeats values.
      .map((draft): EventDraft => ({ ...draft, clientEventId: createId('cl') }))
  );
}

/** Acts and the times at which the server's clock stood, not always in order. */
function history(visitorId: string): fc.Arbitrary<[at: string, event: EventDraft][]> {
  const times = fc.integer({ min: 0, max: 60 }).map(time);
  return fc.array(fc.tuple(times, act(visitorId)), { maxLength: 25 });
}

function openingBy(visitor: VisitorRecord): OpenConversation {
  return {
    id: createId('cv'),
    visitorId: visitor.id,
    contactId: visitor.contactId,
    clientConversationId: createId('cl'),
    createdAt: time(-100),
  };
}

function workspaceRecord(given: Partial<WorkspaceRecord> = {}): WorkspaceRecord {
  return {
    id: createId('ws'),
    key: createId('wk'),
    name: 'Shop',
    look: { colour: '#3355ff', side: 'end', theme: 'auto' },
    allowedOrigins: [],
    createdAt: time(0),
    ...given,
  };
}

async function createWorkspace(storage: Storage): Promise<WorkspaceStorage> {
  const record = workspaceRecord();
  await storage.directory.workspaces.create(record);
  return storage.forWorkspace(record.id);
}

async function createVisitor(workspace: WorkspaceStorage): Promise<VisitorRecord> {
  const visitor = { id: createId('vi'), contactId: createId('co'), createdAt: time(0) };
  const contact: Contact = {
    id: visitor.contactId,
    name: null,
    email: null,
    page: null,
    userAgent: 'Browser/1.0',
    locale: 'en-GB',
    createdAt: time(0),
    lastSeenAt: time(0),
  };
  await workspace.visitors.create(visitor, contact);
  return visitor;
}

/** A workspace with one visitor, who has opened a conversation and said nothing yet. */
async function oneConversation(storage: Storage) {
  const workspace = await createWorkspace(storage);
  const visitor = await createVisitor(workspace);
  const { conversations } = workspace;
  const { id: conversationId } = await conversations.open(openingBy(visitor));
  return { workspace, conversations, conversationId, visitor };
}

function accountRecord(given: Partial<AccountRecord> = {}): AccountRecord {
  const id = createId('ac');
  return { id, email: `${id}@shop.example`, passwordHash: 'hash', createdAt: time(0), ...given };
}

async function createAgent(
  storage: Storage,
  workspace: WorkspaceStorage,
  given: Partial<AgentRecord> = {},
): Promise<AgentRecord> {
  const account = accountRecord();
  await storage.directory.accounts.create(account);
  const record: AgentRecord = {
    id: createId('ag'),
    workspaceId: workspace.id,
    accountId: account.id,
    name: 'Support',
    email: account.email,
    role: 'agent',
    isDisabled: false,
    createdAt: time(0),
    ...given,
  };
  await workspace.agents.create(record);
  return record;
}

async function createSession(
  storage: Storage,
  given: Partial<SessionRecord> = {},
): Promise<SessionRecord> {
  const session: SessionRecord = {
    tokenHash: createId('se'),
    familyId: createId('se'),
    principalId: createId('ac'),
    kind: 'agent',
    workspaceId: given.workspaceId ?? (await createWorkspace(storage)).id,
    createdAt: time(0),
    expiresAt: time(1000),
    rotatedAt: null,
    revokedAt: null,
    ...given,
  };
  await storage.directory.sessions.create(session);
  return session;
}

function invitationRecord(
  workspaceId: string,
  given: Partial<InvitationRecord> = {},
): InvitationRecord {
  return {
    id: createId('in'),
    workspaceId,
    tokenHash: createId('in'),
    role: 'agent',
    createdAt: time(0),
    expiresAt: time(1000),
    usedAt: null,
    ...given,
  };
}
