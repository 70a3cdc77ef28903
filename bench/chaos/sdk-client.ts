import { createVisitorClient } from '@alcove/sdk';
import { type ConversationState, createAgentClient } from '@alcove/sdk/agent';
import type { TimelineItem } from '@alcove/sdk/agent';
import {
  type Burst,
  type ChaosClient,
  type ClientSpec,
  copyTimes,
  createTimes,
  type Heads,
  type Sent,
  type Standing,
  type ToSend,
} from './client.ts';
import * as firstRelease from './first-release/sdk.js';
import { type Final, now, type Record, type ShownItem } from './history.ts';
import { reachHeads, sendBurst } from './pace.ts';
import type { Random } from './random.ts';
import { createTokens } from './session-tokens.ts';
import { describeLine } from './shown-lines.ts';

/** What visitor's and agent's clients have in common. */
interface Engine {
  getState(): {
    connection: { status: string; retryAt?: number };
    pending: readonly {
      clientMessageId: string;
      conversationId?: string;
      state: string;
      failure?: string;
    }[];
    logs: Readonly<{ [conversationId: string]: ConversationState }>;
  };
  subscribe(listener: () => void): () => void;
  openConversation(conversationId: string): Promise<void>;
  timeline(conversationId: string): readonly TimelineItem[];
  close(): Promise<void>;
  start(): void;
  post(message: ToSend): Promise<string>;
}

type State = ReturnType<Engine['getState']>;

interface Unsettled {
  invokedAt: number;
  conversationId?: string;
  failure?: string;
}

/** Alcove's own client, written down from outside: what it is told, and what it shows. */
export class SdkClient implements ChaosClient {
  readonly #spec: ClientSpec;
  readonly #record: Record;
  readonly #random: Random;
  readonly #engine: Engine;
  readonly #unsettled = new Map<string, Unsettled>();
  readonly #settled = new Map<string, Sent | Error>();
  readonly #waiting = new Map<string, (outcome: Sent | Error) => void>();
  #seen: Partial<State> = {};
  readonly #times = createTimes();
  #isClosing = false;
  #beingKept = 0;

  constructor(spec: ClientSpec, record: Record, random: Random) {
    this.#spec = spec;
    this.#record = record;
    this.#random = random;
    this.#engine = spec.side === 'visitor' ? createVisitor(spec) : createAgent(spec);
    this.#engine.subscribe(() => this.#look());
  }

  async connect(): Promise<void> {
    this.#engine.start();
    if (this.#spec.side === 'visitor') return;
    await new Promise<void>((resolve) => {
      const stop = this.#engine.subscribe(() => {
        if (this.#engine.getState().connection.status !== 'online') return;
        stop();
        resolve();
      });
    });
  }

  disconnect(): Promise<void> {
    throw new Error('an SDK client stays connected: cut its connection in a proxy');
  }

  async send(message: ToSend): Promise<Sent> {
    this.#beingKept++;
    const id = await this.#engine.post(message).finally(() => this.#beingKept--);
    const outcome =
      this.#settled.get(id) ??
      (await new Promise<Sent | Error>((resolve) => this.#waiting.set(id, resolve)));
    this.#settled.delete(id);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  burst(burst: Burst): Promise<number[]> {
    return sendBurst((message) => this.send(message), burst, this.#random);
  }

  follow(conversationId: string): Promise<void> {
    return this.#engine.openConversation(conversationId);
  }

  ask(command: string): Promise<unknown> {
    throw new Error(`${command}: bare clients take commands, SDK clients have methods`);
  }

  async standing(): Promise<Standing> {
    return this.#stand();
  }

  reach(heads: Heads, timeoutMs: number): Promise<{ isThere: boolean; ms: number }> {
    return reachHeads(() => this.#stand(), { heads, side: this.#spec.side, timeoutMs });
  }

  async close(): Promise<void> {
    for (const log of Object.values(this.#engine.getState().logs)) {
      if (log.isLoaded) this.#record({ type: 'final', ...this.#final(log) });
    }
    this.#isClosing = true;
    await this.#engine.close();
  }

  #stand(): Standing {
    const { connection, pending, logs } = this.#engine.getState();
    const unsent = pending.filter(({ state }) => state !== 'failed').length;
    return {
      isOnline: connection.status === 'online',
      pending: unsent + this.#beingKept,
      have: Object.fromEntries(Object.values(logs).map(({ id, have }) => [id, have])),
      ...copyTimes(this.#times),
      connects: this.#times.onlineAt.length,
      retries: 0,
      syncs: 0,
    };
  }

  /** After each change of the state. */
  #look(): void {
    const before = this.#seen;
    const after = this.#engine.getState();
    this.#seen = after;
    if (before.connection !== after.connection) this.#lookAtConnection(before, after.connection);
    if (before.pending !== after.pending) this.#lookAtPending(after.pending);
    if (before.logs === after.logs) return;
    for (const [id, log] of Object.entries(after.logs)) {
      const { events = [] } = before.logs?.[id] ?? {};
      if (events !== log.events) this.#lookAtEvents(id, events, log.events);
    }
  }

  #lookAtConnection(before: Partial<State>, { status, retryAt }: State['connection']): void {
    const wasOnline = before.connection?.status === 'online';
    if (status !== 'idle') this.#times.begunAt ??= now();
    if (status === 'online' && !wasOnline) this.#times.onlineAt.push(now());
    if (status !== 'online' && wasOnline && !this.#isClosing) this.#times.lostAt.push(now());
    if (retryAt !== undefined) this.#times.waits.push({ at: now(), ms: retryAt - Date.now() });
  }

  #lookAtPending(pending: State['pending']): void {
    const present = new Set<string>();
    for (const { clientMessageId: id, conversationId, state, failure } of pending) {
      present.add(id);
      let entry = this.#unsettled.get(id);
      if (!entry) {
        entry = { invokedAt: now() };
        this.#unsettled.set(id, entry);
        this.#record({ type: 'invoke', id, conversation: conversationId });
      }
      entry.conversationId ??= conversationId;
      if (state === 'failed' && !entry.failure) {
        entry.failure = failure ?? 'failed';
        this.#record({ type: 'fail', id, code: entry.failure });
        this.#settle(id, new Error(entry.failure));
      }
    }
    for (const [id, entry] of this.#unsettled) {
      if (present.has(id)) continue;
      this.#unsettled.delete(id);
      // It leaves the outbox when it is stored: because of the answer, or because the log shows it.
      if (!entry.failure) this.#acknowledge(id, entry);
    }
  }

  #acknowledge(id: string, { invokedAt, ...entry }: Unsettled): void {
    const { logs } = this.#engine.getState();
    const places = entry.conversationId ? [logs[entry.conversationId]] : Object.values(logs);
    const event = places
      .flatMap((log) => log?.events.slice(-200) ?? [])
      .find(({ clientEventId }) => clientEventId === id);
    const conversationId = event?.conversationId ?? entry.conversationId;
    this.#record({ type: 'ok', id, conversation: conversationId, seq: event?.seq });
    const sent = { id, conversationId: conversationId ?? '', seq: event?.seq };
    this.#settle(id, { ...sent, ackMs: now() - invokedAt });
  }

  #settle(id: string, outcome: Sent | Error): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) waiting(outcome);
    else this.#settled.set(id, outcome);
  }

  /** Pages of history come at the front and are no news; what follows the last one known is. */
  #lookAtEvents(
    conversation: string,
    before: ConversationState['events'],
    after: ConversationState['events'],
  ): void {
    const last = before.at(-1)?.seq;
    const at = after.findLastIndex(({ seq }) => seq === last);
    if (last !== undefined && at < 0) this.#record({ type: 'reset', conversation });
    for (const { seq, clientEventId } of after.slice(at + 1)) {
      this.#record({ type: 'apply', conversation, seq, id: clientEventId });
    }
  }

  #final({ id, have, events }: ConversationState): Final {
    const eventIds = new Map(events.map((event) => [event.seq, event.clientEventId]));
    const items = this.#engine.timeline(id).flatMap((item): ShownItem[] => {
      const { seq } = item;
      const line = seq === undefined ? undefined : describeLine(toVisible(item, seq));
      return line === undefined || seq === undefined
        ? [[0, item.key, 'still on its way']]
        : [[seq, eventIds.get(seq) ?? '', line]];
    });
    return { conversation: id, side: this.#spec.side, have, from: events[0]?.prev ?? 0, items };
  }
}

const TYPES = {
  message: 'message.created',
  status: 'conversation.status_changed',
  assignment: 'conversation.assigned',
};

function toVisible(item: TimelineItem, seq: number) {
  // An answered message is shown as a quotation, by whatever of it is loaded.
  const replyTo: unknown = 'replyTo' in item ? item.replyTo : undefined;
  const answered = typeof replyTo === 'object' ? Object(replyTo).seq : replyTo;
  return {
    ...item,
    seq,
    type: TYPES[item.kind],
    clientEventId: item.key,
    replyTo: answered as number | undefined,
  };
}

function createVisitor({ kind, url, origin, workspaceKey }: ClientSpec): Engine {
  const client = releaseOf(kind).createVisitorClient({ serverUrl: url, workspaceKey, origin });
  return {
    ...client,
    start: () => void client.resume(),
    post: ({ text, conversationId }) => client.send(text, { conversationId }),
  };
}

function createAgent(spec: ClientSpec): Engine {
  const getToken = createTokens(spec);
  const client = releaseOf(spec.kind).createAgentClient({
    serverUrl: spec.url,
    origin: spec.origin,
    identity: spec.name,
    getAccessToken: getToken,
  });
  return {
    ...client,
    start: () => client.connect(),
    post: ({ text, conversationId = '' }) => client.send(conversationId, text),
  };
}

function releaseOf(kind: ClientSpec['kind']) {
  return kind === 'first-release' ? firstRelease : { createVisitorClient, createAgentClient };
}
