import {
  type ConversationEvent,
  createId,
  HTTP_PATHS,
  type IdentifyContact,
  NAMESPACES,
  type Page,
  type Signal,
  sideOf,
  TEAM_ID,
  type VisitorConversation,
  type VisitorHello,
} from '@alcove/protocol';
import { emptyLog } from './apply-event.ts';
import { ChatError } from './chat-error.ts';
import { Connection } from './connection.ts';
import type { ConnectionState, PendingMessage, TimelineItem } from './conversation-state.ts';
import { contentOf, Conversations } from './conversations.ts';
import { createEvents, listen, notify, type Unsubscribe } from './listeners.ts';
import type { Draft } from './outbox-entry.ts';
import { findLostRecord } from './outbox-storage.ts';
import { isFinal } from './retry.ts';
import { openSlimSocket } from './slim-socket.ts';
import { createTimeline } from './timeline.ts';
import { emitChanges, type VisitorClientEvents } from './visitor-events.ts';
import type { VisitorClient, VisitorClientOptions } from './visitor-client.ts';
import { type VisitorRecord, VisitorSession } from './visitor-session.ts';
import {
  addConversation,
  changeVisitorLog,
  greet,
  initialVisitorState,
  type VisitorState,
} from './visitor-state.ts';

/**
 * A visitor's client: build your own chat upon it. It costs nothing until used: no request and no storage before the
 * visitor writes, unless this browser wrote before.
 *
 * @example
 * const client = createVisitorClient({ serverUrl: 'https://chat.example', workspaceKey: 'wk_…' });
 * client.subscribe(() => render(client.timeline(client.getState().conversations[0]?.id ?? null)));
 * client.on('message', ({ message }) => notify(message.content.text));
 * await client.resume();
 * await client.send('Where is my order?');
 */
export function createVisitorClient(options: VisitorClientOptions): VisitorClient {
  return new Visitor(options);
}

/** Methods are arrow functions, so that they can be handed over by themselves: `useSyncExternalStore(subscribe, getState)`. */
class Visitor implements VisitorClient {
  readonly #key: string;
  readonly #commandsUrl: string;
  readonly #events = createEvents<VisitorClientEvents>();
  readonly #listeners = new Set<() => void>();
  #state = initialVisitorState;
  readonly #session: VisitorSession;
  readonly #connection: Connection<VisitorHello>;
  readonly #conversations: Conversations;
  readonly #timeline = createTimeline('visitor', () => this.#state.visitorId ?? '');
  #page: Page | undefined;
  /** What the server has not been told of the visitor. */
  #person: IdentifyContact | undefined;

  readonly getState = (): VisitorState => this.#state;
  readonly subscribe = (listener: () => void): Unsubscribe => listen(this.#listeners, listener);
  readonly on = this.#events.on;

  constructor({ serverUrl: url, workspaceKey, locale, origin }: VisitorClientOptions) {
    const serverUrl = url.replace(/\/+$/, '');
    this.#key = `alcove ${serverUrl} ${workspaceKey}`;
    this.#commandsUrl = serverUrl + HTTP_PATHS.visitorCommands;
    this.#session = new VisitorSession({
      serverUrl,
      workspaceKey,
      locale: locale ?? globalThis.navigator?.language,
      key: this.#key,
      origin,
    });
    this.#connection = new Connection<VisitorHello>({
      openSocket: openSlimSocket,
      serverUrl,
      origin,
      namespace: NAMESPACES.visitor,
      getPage: () => this.#page,
      getToken: (isRefused) => this.#session.getToken(isRefused),
      onState: (connection) => this.#hearConnection(connection),
      onHello: (hello) => this.#hearHello(hello),
      onEvent: (event) => this.#conversations.hearEvent(event),
      onSignal: (signal) => this.#hearSignal(signal),
      onWake: () => this.#conversations.wake(),
      onLeave: (accessToken) => this.#sayGoodbye(accessToken),
      onTabLeft: this.#recallUnsent,
    });
    this.#conversations = new Conversations({
      side: 'visitor',
      request: this.#connection.request,
      isOnline: () => this.#connection.isOnline,
      getSelf: () => this.#state.visitorId ?? '',
      getLogs: () => this.#state.logs,
      write: (id, change) => this.#set(changeVisitorLog(this.#state, id, change)),
      onApplied: (_, events) => this.#announce(events),
      onNamed: (message, id) => this.#hearName(message, id),
      onCheck: this.#recallUnsent,
      onPending: (pending, outboxStorage) => this.#patch({ pending, outboxStorage }),
      onChanges: (changes) => this.#patch({ changes }),
    });
    globalThis.addEventListener?.('storage', this.#hearStorage);
  }

  readonly resume = async (): Promise<void> => {
    if (!this.#session.read()) await findLostRecord(this.#scopeOf({ epoch: '' }), this.#session);
    const record = this.#session.read();
    if (!record) return;
    await Promise.all([this.#recall(record), this.#connection.share(this.#scopeOf(record))]);
    // Asked again: meanwhile they may have signed out.
    if (this.#session.read()?.refreshToken || this.#state.pending.length) this.#connection.start();
  };

  readonly send = (
    text: string,
    { conversationId, replyTo }: { conversationId?: string; replyTo?: number } = {},
  ): Promise<string> =>
    this.#conversations.send(text, () => ({ ...this.#aim(conversationId), replyTo }));

  readonly retry = (clientMessageId: string): Promise<void> =>
    this.#conversations.participate((part) => {
      const { pending, conversations } = this.#state;
      const failed = pending.find((message) => message.clientMessageId === clientMessageId);
      // A conversation that is gone must not be tried for ever.
      const known = conversations.find(({ id }) => id === failed?.conversationId);
      return part.resend(clientMessageId, () => this.#aim(known?.id));
    });

  readonly discard = (clientMessageId: string): Promise<void> =>
    this.#conversations.participate((part) => part.discard(clientMessageId));

  readonly openConversation = (id: string): Promise<void> => {
    const { logs } = this.#state;
    if (!logs[id]) this.#patch({ logs: { ...logs, [id]: emptyLog(id, 'open', 0, false) } });
    return this.#conversations.participate((part) => part.open(id));
  };

  readonly loadOlder = (id: string): Promise<void> =>
    this.#conversations.participate((part) => part.loadOlder(id));

  readonly edit = async (id: string, seq: number, text: string): Promise<void> => {
    const content = contentOf(text);
    return this.#conversations.participate(({ changes }) => changes.make(id, seq, content));
  };

  readonly delete = (id: string, seq: number): Promise<void> =>
    this.#conversations.participate(({ changes }) => changes.make(id, seq, { kind: 'deleted' }));

  readonly timeline = (id: string | null): readonly TimelineItem[] => {
    const { logs, pending, conversations, changes } = this.#state;
    // Before the server was reached, nobody knows the conversations: then all that is unsent is on its way.
    const placeOf = (message: PendingMessage) =>
      conversations.find((one) =>
        message.conversationId
          ? one.id === message.conversationId
          : one.clientConversationId === message.clientConversationId,
      )?.id ?? null;
    const unsent = pending.filter((message) => placeOf(message) === id);
    return this.#timeline(id ?? '', id === null ? undefined : logs[id], unsent, changes);
  };

  readonly markRead = (id: string, seq: number): void =>
    this.#conversations.participation.use((part) => part.markRead(id, seq));

  readonly setTyping = (id: string, isTyping: boolean): void =>
    this.#conversations.participation.use(({ typing }) => typing.set(id, isTyping));

  readonly identify = (person: IdentifyContact): Promise<void> => {
    this.#person = { ...this.#person, ...person };
    return this.#tellPerson();
  };

  readonly setPage = ({ url, title }: Page): void => {
    this.#page = { url: url.slice(0, MAX_URL), title: title.slice(0, MAX_TITLE) };
    if (/^https?:/.test(url)) this.#connection.request('page.visit', this.#page).catch(ignore);
  };

  readonly isLeader = (): boolean => this.#connection.isLeader;

  readonly signOut = async (): Promise<void> => {
    const record = this.#session.read();
    this.#connection.stop();
    // Opened, if it is not yet, so that it can be taken away.
    if (record) void this.#recall(record);
    this.#session.forget();
    await this.#leave();
  };

  readonly close = async (): Promise<void> => {
    globalThis.removeEventListener?.('storage', this.#hearStorage);
    this.#connection.close();
    this.#conversations.close();
  };

  #scopeOf({ epoch }: VisitorRecord): string {
    return `${this.#key} ${epoch}`;
  }

  #recall(record: VisitorRecord): Promise<void> {
    const visitorId = this.#state.visitorId ?? record.visitorId ?? null;
    this.#patch({ hasSession: true, visitorId });
    return this.#conversations.outbox.load(this.#scopeOf(record));
  }

  /** Another tab may have closed before it could send everything. */
  readonly #recallUnsent = (): void => {
    const record = this.#session.read();
    if (record) void this.#recall(record);
  };

  /** The visitor acts: from now on there is something to keep, and somebody to be. */
  #act(): VisitorRecord {
    let record = this.#session.read();
    if (!record) {
      record = { epoch: String(Date.now()) };
      this.#session.write(record);
    }
    void this.#recall(record);
    this.#connection.start();
    return record;
  }

  /** Where a message goes: the conversation asked for, else the newest, else the one that it opens. */
  #aim(id?: string): Omit<Draft, 'content'> {
    const record = this.#act();
    const { conversations } = this.#state;
    const known = conversations.find((one) => one.id === id) ?? (id ? undefined : conversations[0]);
    // One that an event told of before its own ack did: what this browser wrote first has opened it, and stays ahead.
    const isOwn = known && (record.conversationId ?? known.id) === known.id;
    const lane = known?.clientConversationId || (isOwn ? record.clientConversationId : undefined);
    if (known || id) return { conversationId: known?.id ?? id, clientConversationId: lane };
    const { conversationId, clientConversationId = createId('cl') } = record;
    if (!conversationId) this.#session.write({ ...record, clientConversationId });
    return { conversationId, clientConversationId };
  }

  /** Sends past the socket, which dies with the page, without waiting for an answer and under the same client ids. */
  #sayGoodbye(accessToken: string): void {
    for (const payload of this.#conversations.outbox.next()) {
      const body = JSON.stringify({ command: 'message.send', payload, accessToken });
      // As plain text with the token in it: a page that goes away has no time to ask permission first.
      fetch(this.#commandsUrl, { method: 'POST', keepalive: true, body }).catch(ignore);
    }
  }

  #hearConnection(connection: ConnectionState): void {
    this.#patch({ connection });
    if (connection.status === 'refused') {
      this.#events.emit('error', new ChatError(connection.code, connection.reason));
    }
    if (connection.status !== 'online') this.#conversations.outbox.refresh();
  }

  #hearHello(hello: VisitorHello): void {
    const before = this.#state.visitorId;
    this.#set(greet(this.#state, hello));
    this.#remember(hello, before);
    // Whoever was told may have closed the client.
    if (!this.#connection.isOnline) return;
    this.#conversations.resume();
    this.#recallUnsent();
    this.#tellPerson().catch((error: unknown) => {
      if (error instanceof ChatError) this.#events.emit('error', error);
    });
  }

  #remember({ visitorId }: VisitorHello, before: string | null): void {
    const record = this.#session.read();
    if (!record) return;
    let { id: conversationId, clientConversationId } =
      this.#state.conversations[0] ?? ({} as Partial<VisitorConversation>);
    if (before && before !== visitorId) {
      // What is unsent is sent as the new visitor, whose first conversation it opens.
      clientConversationId ??= createId('cl');
      this.#conversations.outbox.retarget({ conversationId, clientConversationId });
    } else {
      conversationId ??= record.conversationId;
      clientConversationId ||= record.clientConversationId;
    }
    this.#session.write({ ...record, visitorId, conversationId, clientConversationId });
  }

  #hearName({ clientConversationId = '' }: PendingMessage, conversationId: string): void {
    this.#set(addConversation(this.#state, conversationId, clientConversationId));
    const record = this.#session.read();
    if (record?.clientConversationId === clientConversationId && !record.conversationId) {
      this.#session.write({ ...record, conversationId });
    }
  }

  #hearSignal(signal: Signal): void {
    if (signal.type === 'presence' && signal.actor?.id === TEAM_ID) {
      this.#patch({ isTeamOnline: signal.status !== 'offline' });
    } else this.#conversations.hearSignal(signal);
  }

  /** Another tab has signed out, or cleared the whole storage (no key). */
  readonly #hearStorage = ({ key, newValue }: StorageEvent): void => {
    if (newValue || (key === null ? this.#session.read() : key !== this.#key)) return;
    this.#connection.stop();
    void this.#leave();
  };

  #leave(): Promise<void> | undefined {
    const gone = this.#conversations.outbox.clear();
    this.#person = undefined;
    this.#set(initialVisitorState);
    return gone;
  }

  /** What cannot be told now is told with the next connection. */
  async #tellPerson(): Promise<void> {
    const person = this.#person;
    if (!person) return;
    const told = this.#connection.request('contact.identify', person);
    const error: unknown = await told.then(ignore, (reason: unknown) => reason);
    if (error && !isFinal(error)) return;
    if (person === this.#person) this.#person = undefined;
    if (isFinal(error)) throw error;
  }

  #announce(events: readonly ConversationEvent[]): void {
    const record = this.#session.read();
    // A first message is through: whatever else may be loaded from now on.
    if (record) void this.#connection.share(this.#scopeOf(record));
    for (const event of events) {
      if (event.type !== 'message.created' || event.content.kind === 'deleted') continue;
      if (sideOf(event.actor) === 'team') {
        this.#events.emit('message', { message: event });
      }
    }
  }

  #patch(patch: Partial<VisitorState>): void {
    this.#set({ ...this.#state, ...patch });
  }

  #set(state: VisitorState): void {
    const before = this.#state;
    if (state === before) return;
    this.#state = state;
    emitChanges(this.#events.emit, before, state);
    notify(this.#listeners, undefined);
  }
}

const MAX_URL = 2048;
const MAX_TITLE = 300;

function ignore(): void {}
