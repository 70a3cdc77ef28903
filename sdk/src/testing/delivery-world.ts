import assert from 'node:assert/strict';
import { type ConversationEvent, textOf } from '@alcove/protocol';
import type { TimelineItem } from '../conversation-state.ts';
import { createVisitorClient } from '../visitor.ts';
import type { VisitorClient } from '../visitor-client.ts';
import { FakeInternet, type Schedule } from './fake-internet.ts';

/** What can happen. `tab`: in which one. */
export type Step =
  | { do: 'send' | 'reload' | 'read' | 'resend' | 'discard'; tab: number }
  | { do: 'edit' | 'delete'; tab: number; which: number }
  | { do: 'say' | 'cut' }
  | { do: 'network'; isUp: boolean }
  | { do: 'deliver' | 'lose'; count: number }
  | { do: 'pass' | 'jump'; ms: number };

/** What moves the world: chance, time and the network's doors. */
export interface Forces {
  schedule: Schedule;
  /** How many things are on their way, and letting one of them arrive. */
  waiting(): number;
  goOn(): Promise<unknown>;
  pass(ms: number): Promise<unknown>;
  /** The clock is set; no time passes. */
  jump(ms: number): unknown;
  setNetwork(network: Pick<FakeInternet, 'WebSocket' | 'fetch'>): void;
}

/** A message that a tab promised to keep. */
interface Kept {
  id: string;
  tab: number;
}

/** An edit, or a deletion: then without a text. */
interface Edit {
  id: string;
  seq: number;
  tab: number;
  text: string | undefined;
  /** Without an acknowledgement nobody knows. */
  isStored: boolean;
}

/**
 * One visitor with one tab or more, a team, and the network between them. Its checks throw `AssertionError`.
 */
export class DeliveryWorld {
  readonly #forces: Forces;
  readonly #internet: FakeInternet;
  readonly #tabs: VisitorClient[] = [];
  /** In the order of writing. */
  readonly #kept: Kept[] = [];
  /** Taken back or sent again as something new: may be stored, need not. */
  readonly #given = new Set<string>();
  readonly #edits: Edit[] = [];
  readonly #opened = new Map<VisitorClient, Set<string>>();
  #words = 0;

  constructor(tabs: number, forces: Forces) {
    this.#forces = forces;
    this.#internet = new FakeInternet(forces.schedule);
    forces.setNetwork(this.#internet);
    for (let number = 0; number < tabs; number++) this.#open(number);
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
        for (let left = what.count; left > 0 && this.#forces.waiting() > 0; left--) {
          await this.#forces.goOn();
          await settle();
        }
        break;
      case 'lose':
        this.#internet.toLose += what.count;
        break;
      case 'pass':
        await this.#forces.pass(what.ms);
        break;
      case 'jump':
        this.#forces.jump(what.ms);
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
      while (this.#forces.waiting() > 0) {
        await this.#forces.goOn();
        await settle();
      }
      await this.#forces.pass(1_000);
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
        assert.equal(new Set(keys).size, keys.length, 'each line once');
        const seqs = lines.map(({ seq = Infinity }) => seq);
        assert.deepEqual(
          seqs,
          seqs.toSorted((a, b) => a - b),
          'in order',
        );
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
    const doubled = [...places.values()].filter((seqs) => seqs.length > 1);
    assert.deepEqual(doubled, [], 'stored twice');
    assert.ok(conversations.size <= 1, 'one conversation');

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
    assert.deepEqual(lost, [], 'lost');
    for (const number of this.#tabs.keys()) {
      const seqs = this.#kept.flatMap((one) =>
        one.tab === number && !this.#given.has(one.id) ? (places.get(one.id) ?? []) : [],
      );
      assert.deepEqual(
        seqs,
        seqs.toSorted((a, b) => a - b),
        'in the order of writing',
      );
    }
    this.#checkLogs();
  }

  async end(): Promise<void> {
    await Promise.all(this.#tabs.map((client) => client.close()));
  }

  #checkLogs(): void {
    for (const client of this.#tabs) {
      const { visitorId, logs, pending, changes } = client.getState();
      assert.deepEqual(changes, [], 'still being changed');
      const unsent = pending.filter(({ state }) => state !== 'failed');
      assert.deepEqual(unsent, [], 'still on its way');
      for (const id of Object.keys(logs)) {
        const stored = this.#internet.workspace.logFor(
          { kind: 'visitor', id: visitorId ?? '' },
          id,
        );
        const shown = client.timeline(id).filter(({ seq }) => seq !== undefined);
        const from = logs[id]?.events[0]?.prev ?? 0;
        const wanted = stored.filter(({ seq }) => seq > from).flatMap(lineOf);
        assert.deepEqual(shown.map(wordsOf), wanted, 'the same as stored');
      }
    }
    for (const { id, seq, tab, text, isStored } of this.#edits) {
      const message = this.#internet.workspace.find(id).events.find((event) => event.seq === seq);
      if (message?.type !== 'message.created' || text === undefined || !isStored) continue;
      const ofMessage = this.#edits.filter((edit) => edit.id === id && edit.seq === seq);
      if (ofMessage.at(-1)?.text === text && ofMessage.every((edit) => edit.tab === tab)) {
        assert.equal(textOf(message.content), text, 'edited');
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
    const edit: Edit = {
      id,
      seq,
      tab: number,
      text: how === 'edit' ? text : undefined,
      isStored: false,
    };
    this.#edits.push(edit);
    changing.then(
      () => {
        edit.isStored = true;
      },
      () => undefined,
    );
  }

  #isQuiet(): boolean {
    if (this.#kept.some(({ id }) => id === '')) return false;
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
