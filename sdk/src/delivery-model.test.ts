import type { ConversationEvent } from '@alcove/protocol';
import { textOf } from '@alcove/protocol';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import type { TimelineItem } from './conversation-state.ts';
import { createLocalStorage } from './testing/fake-browser.ts';
import { FakeInternet } from './testing/fake-internet.ts';
import { createVisitorClient } from './visitor.ts';
import type { VisitorClient } from './visitor-client.ts';

/**
 * The promises of delivery against everything that can happen between a person and the server, in every order: the
 * scheduler decides which frame, request or answer arrives next. 2,000 runs: `ALCOVE_MODEL_RUNS=2000`; one run again:
 * `ALCOVE_MODEL_SEED` and `ALCOVE_MODEL_PATH`, which a failure prints.
 */
const runs = Number(process.env['ALCOVE_MODEL_RUNS'] ?? 60);
const MAX_STEPS = 60;

const seed = process.env['ALCOVE_MODEL_SEED'];
const path = process.env['ALCOVE_MODEL_PATH'];

const DAY_MS = 24 * 60 * 60_000;

/** What can happen. `tab`: in which of two tabs. */
type Step =
  | { do: 'send' | 'reload' | 'read' | 'resend' | 'discard'; tab: number }
  | { do: 'edit' | 'delete'; tab: number; which: number }
  | { do: 'say' | 'cut' }
  | { do: 'network'; isUp: boolean }
  | { do: 'deliver' | 'lose'; count: number }
  | { do: 'pass' | 'jump'; ms: number };

const tab = fc.constantFrom(0, 0, 0, 1);
const which = fc.nat(9);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send' as const), tab }) },
  { weight: 12, arbitrary: countOf('deliver', 12) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('say' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('edit', 'delete'), tab, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('resend', 'discard'), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: countOf('lose', 3) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('network' as const), isUp: fc.boolean() }),
  },
  { weight: 5, arbitrary: msOf('pass', 100, 40_000) },
  { weight: 1, arbitrary: msOf('jump', -3 * DAY_MS, 3 * DAY_MS) },
);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it(`loses, doubles and reorders nothing, whatever happens (${runs} runs)`, {
  timeout: runs * 1_000 + 60_000,
}, async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: MAX_STEPS, size: 'max' }),
    fc.scheduler(),
    async (steps, scheduler) => {
      const world = new World(scheduler);
      try {
        for (const one of steps) {
          await world.take(one);
          world.checkScreens();
        }
        await world.calmDown();
        world.checkPromises();
      } finally {
        await world.end();
      }
    },
  );
  const again = seed === undefined ? {} : { seed: Number(seed), path };
  await fc.assert(property, { numRuns: runs, ...again });
});

/** A message that a tab promised to keep. */
interface Kept {
  id: string;
  tab: number;
}

/** One visitor with two tabs, a team, and the network between them. */
class World {
  readonly #scheduler: fc.Scheduler;
  readonly #internet: FakeInternet;
  readonly #tabs: VisitorClient[] = [];
  /** In the order of writing. */
  readonly #kept: Kept[] = [];
  /** Taken back or sent again as something new: may be stored, need not. */
  readonly #given = new Set<string>();
  readonly #edits: { id: string; seq: number; clientText: string | undefined }[] = [];
  readonly #opened = new Map<VisitorClient, Set<string>>();
  #words = 0;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
    this.#internet = new FakeInternet((what) => scheduler.schedule(Promise.resolve(), what));
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    });
    vi.stubGlobal('WebSocket', this.#internet.WebSocket);
    vi.stubGlobal('fetch', this.#internet.fetch);
    vi.stubGlobal('localStorage', createLocalStorage());
    vi.stubGlobal('indexedDB', undefined);
    // No locks: what keeps tabs apart must be the ids.
    vi.stubGlobal('navigator', {});
    for (const number of [0, 1]) this.#open(number);
  }

  async take(what: Step): Promise<void> {
    switch (what.do) {
      case 'send':
        this.#send(what.tab);
        break;
      case 'reload':
        await this.#tabs[what.tab]?.close();
        this.#open(what.tab);
        break;
      case 'read':
        this.#read(what.tab);
        break;
      case 'resend':
      case 'discard':
        this.#giveUp(what.tab, what.do);
        break;
      case 'edit':
      case 'delete':
        this.#change(what);
        break;
      case 'say':
        for (const id of this.#internet.workspace.conversations.keys()) {
          this.#internet.workspace.say(id, `answer ${this.#words++}`);
        }
        break;
      case 'cut':
        this.#internet.cut();
        break;
      case 'network':
        this.#internet.setUp(what.isUp);
        break;
      case 'deliver':
        for (let left = what.count; left > 0 && this.#scheduler.count() > 0; left--) {
          await this.#scheduler.waitNext(1);
          await settle();
        }
        break;
      case 'lose':
        this.#internet.toLose += what.count;
        break;
      case 'pass':
        await vi.advanceTimersByTimeAsync(what.ms);
        break;
      case 'jump':
        vi.setSystemTime(Date.now() + what.ms);
        break;
    }
    await settle();
  }

  /** The network is well again, and there is time. */
  async calmDown(): Promise<void> {
    this.#internet.toLose = 0;
    this.#internet.setUp(true);
    for (let second = 0; second < CALM_S && !this.#isQuiet(); second++) {
      for (const client of this.#tabs) {
        for (const { id } of client.getState().conversations) this.#openOnce(client, id);
      }
      while (this.#scheduler.count() > 0) {
        await this.#scheduler.waitNext(1);
        await settle();
      }
      await vi.advanceTimersByTimeAsync(1_000);
      await settle();
    }
  }

  /** What holds at every moment: nothing twice, in the order of the log, and what is on its way at the end. */
  checkScreens(): void {
    for (const client of this.#tabs) {
      const { conversations } = client.getState();
      for (const { id } of conversations) {
        const lines = client.timeline(id);
        const keys = lines.map(({ key }) => key);
        expect(new Set(keys).size, 'each line once').toBe(keys.length);
        const seqs = lines.map(({ seq = Infinity }) => seq);
        expect(seqs, 'in order').toEqual(seqs.toSorted((a, b) => a - b));
      }
    }
  }

  /** What holds when all is quiet. */
  checkPromises(): void {
    const { conversations } = this.#internet.workspace;
    const log = [...conversations.values()].flatMap(({ events }) => events);
    const places = new Map<string, number[]>();
    for (const { clientEventId, seq } of log) {
      places.set(clientEventId, [...(places.get(clientEventId) ?? []), seq]);
    }
    expect(
      [...places.values()].filter((seqs) => seqs.length > 1),
      'stored twice',
    ).toEqual([]);
    expect(conversations.size, 'one conversation').toBeLessThanOrEqual(1);

    const failed = new Set(
      this.#tabs.flatMap((client) =>
        client
          .getState()
          .pending.flatMap(({ state, clientMessageId }) =>
            state === 'failed' ? clientMessageId : [],
          ),
      ),
    );
    const lost = this.#kept.filter(
      ({ id }) => !places.has(id) && !failed.has(id) && !this.#given.has(id),
    );
    expect(lost, 'lost').toEqual([]);
    for (const number of [0, 1]) {
      const seqs = this.#kept.flatMap((one) =>
        one.tab === number && !this.#given.has(one.id) ? (places.get(one.id) ?? []) : [],
      );
      expect(seqs, 'in the order of writing').toEqual(seqs.toSorted((a, b) => a - b));
    }
    this.#checkLogs();
  }

  async end(): Promise<void> {
    await Promise.all(this.#tabs.map((client) => client.close()));
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }

  #checkLogs(): void {
    for (const client of this.#tabs) {
      const { visitorId, logs, pending, changes } = client.getState();
      expect(changes, 'still being changed').toEqual([]);
      expect(
        pending.filter(({ state }) => state !== 'failed'),
        'still on its way',
      ).toEqual([]);
      for (const id of Object.keys(logs)) {
        const stored = this.#internet.workspace.logFor(
          { kind: 'visitor', id: visitorId ?? '' },
          id,
        );
        const shown = client.timeline(id).filter(({ seq }) => seq !== undefined);
        const from = logs[id]?.events[0]?.prev ?? 0;
        const wanted = stored.filter(({ seq }) => seq > from).flatMap(lineOf);
        expect(shown.map(wordsOf), 'the same as stored').toEqual(wanted);
      }
    }
    for (const { id, seq, clientText } of this.#edits) {
      const message = this.#internet.workspace.find(id).events.find((event) => event.seq === seq);
      if (message?.type !== 'message.created' || clientText === undefined) continue;
      const isLater = this.#edits.findLast((edit) => edit.id === id && edit.seq === seq);
      if (isLater?.clientText === clientText) {
        expect(textOf(message.content), 'edited').toBe(clientText);
      }
    }
  }

  #open(number: number): void {
    const client = createVisitorClient({
      serverUrl: 'https://chat.example',
      workspaceKey: 'wk_test',
    });
    this.#tabs[number] = client;
    void client.resume();
  }

  /** As a panel does that comes into view. */
  #openOnce(client: VisitorClient, id: string): void {
    if (this.#opened.get(client)?.has(id)) return;
    this.#opened.set(client, new Set([...(this.#opened.get(client) ?? []), id]));
    client.openConversation(id).catch(() => undefined);
  }

  #send(number: number): void {
    const client = this.#tabs[number];
    const kept = { id: '', tab: number };
    // Its place among what was written is now; that it is kept is known later.
    this.#kept.push(kept);
    client?.send(`words ${this.#words++}`).then(
      (id) => {
        kept.id = id;
      },
      () => undefined,
    );
  }

  #read(number: number): void {
    const client = this.#tabs[number];
    const [conversation] = client?.getState().conversations ?? [];
    if (conversation) client?.markRead(conversation.id, conversation.head);
  }

  #giveUp(number: number, how: 'resend' | 'discard'): void {
    const client = this.#tabs[number];
    const one = client
      ?.getState()
      .pending.find(({ state }) => how === 'discard' || state === 'failed');
    if (!client || !one) return;
    this.#given.add(one.clientMessageId);
    const done =
      how === 'resend' ? client.retry(one.clientMessageId) : client.discard(one.clientMessageId);
    done.catch(() => undefined);
  }

  #change({ tab: number, which: at, do: how }: Step & { do: 'edit' | 'delete' }): void {
    const client = this.#tabs[number];
    const id = client?.getState().conversations[0]?.id;
    if (!client || !id) return;
    const own = client.timeline(id).filter((line) => line.kind === 'message' && line.isOwn);
    const seq = own.length ? own[at % own.length]?.seq : undefined;
    if (seq === undefined) return;
    const text = `words ${this.#words++}`;
    const changing = how === 'edit' ? client.edit(id, seq, text) : client.delete(id, seq);
    changing.then(
      () => this.#edits.push({ id, seq, clientText: how === 'edit' ? text : undefined }),
      () => undefined,
    );
  }

  #isQuiet(): boolean {
    const { conversations } = this.#internet.workspace;
    return this.#tabs.every((client) => {
      const { connection, pending, logs, changes, conversations: own } = client.getState();
      if (pending.some(({ state }) => state !== 'failed')) return false;
      if (changes.length > 0) return false;
      if (connection.status === 'idle') return true;
      const isOnline = connection.status === 'online';
      const isThere = Object.values(logs).every(
        ({ id, have, isLoaded }) => isLoaded && have === conversations.get(id)?.row.visitorSeq,
      );
      return isOnline && isThere && own.length === conversations.size;
    });
  }
}

/** Two backoffs of 30 s, a look at heads every 30 s, and room. */
const CALM_S = 300;

/** Lets promises and imports, which are real, catch up. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function wordsOf(line: TimelineItem): string {
  return line.kind === 'message' ? `${line.seq} ${textOf(line.content)}` : `${line.seq}`;
}

function lineOf(event: ConversationEvent): string[] {
  if (event.type === 'message.created') return [`${event.seq} ${textOf(event.content)}`];
  return event.type === 'conversation.status_changed' ? [`${event.seq}`] : [];
}

function countOf<Name extends 'deliver' | 'lose'>(name: Name, max: number) {
  return fc.record({ do: fc.constant(name), count: fc.integer({ min: 1, max }) });
}

function msOf<Name extends 'pass' | 'jump'>(name: Name, min: number, max: number) {
  return fc.record({ do: fc.constant(name), ms: fc.integer({ min, max }) });
}
