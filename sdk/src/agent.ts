import {
  type AgentHello,
  type ConversationRow,
  createId,
  type InboxView,
  NAMESPACES,
  type Signal,
  sideOf,
} from '@alcove/protocol';
import {
  type AgentAction,
  type AgentState,
  type AgentStep,
  initialAgentState,
} from './agent-state.ts';
import { isEvent } from './apply-event.ts';
import { type Commands, Connection, type Request } from './connection.ts';
import { Conversations } from './conversations.ts';
import type { ConnectionState, TimelineItem } from './conversation-state.ts';
import { Inbox } from './inbox.ts';
import { createEvents, type Unsubscribe } from './listeners.ts';
import { reduceAgent } from './reduce-agent.ts';
import { isFinal } from './retry.ts';
import { openSocketIoClient } from './socket-io-client.ts';
import { type ClientStore, createStore } from './store.ts';
import { createTimeline } from './timeline.ts';

export interface AgentClientOptions {
  serverUrl: string;
  /** Answers a fresh access token; called at connect and before the old one ends. */
  getAccessToken(): Promise<{ accessToken: string; accessExpiresAt: string }>;
  /** Keys the outbox: the account and workspace. */
  identity: string;
  /** The `Origin` to send outside of browsers: the server's own. */
  origin?: string;
  /** Where the state lives; the client's own store unless given. A Redux store fits, see `reduceAgent`. */
  store?: ClientStore<AgentState, AgentAction>;
}

export interface AgentClientEvents {
  /** A visitor's message arrived; once each, never for history. */
  message: { conversationId: string; row: ConversationRow };
  connection: ConnectionState;
  /** The server ended the session: sign in again. */
  sessionEnded: { message: string };
}

/** An agent's engine: inbox, conversations, outbox, connection, catch-up, state. */
export interface AgentClient {
  getState(): AgentState;
  subscribe(listener: () => void): Unsubscribe;
  on<Name extends keyof AgentClientEvents>(
    name: Name,
    listener: (event: AgentClientEvents[Name]) => void,
  ): Unsubscribe;
  connect(): void;
  /** Loads the first page of a view, or the next one when it is loaded. */
  loadInbox(view: InboxView): Promise<void>;
  /** Loads the newest page and keeps it current until `closeConversation`. */
  openConversation(conversationId: string): Promise<void>;
  closeConversation(conversationId: string): void;
  loadOlder(conversationId: string): Promise<void>;
  loadContact(contactId: string): Promise<void>;
  timeline(conversationId: string): readonly TimelineItem[];
  send(conversationId: string, text: string, options?: { assignsSelf?: boolean }): Promise<string>;
  retry(clientMessageId: string): Promise<void>;
  discard(clientMessageId: string): Promise<void>;
  /** @throws ChatError when the server refuses. */
  assign(conversationId: string, agentId: string | null): Promise<void>;
  /** @throws ChatError when the server refuses. */
  resolve(conversationId: string): Promise<void>;
  /** @throws ChatError when the server refuses. */
  reopen(conversationId: string): Promise<void>;
  markRead(conversationId: string, seq: number): void;
  setTyping(conversationId: string, isTyping: boolean): void;
  close(): Promise<void>;
}

/**
 * An agent's client.
 *
 * @example
 * const client = createAgentClient({ serverUrl, identity: agent.id, getAccessToken: () => http.refresh() });
 * client.on('message', ({ row }) => notify(row.lastMessage?.text));
 * client.connect();
 * await client.loadInbox('all');
 * await client.openConversation(client.getState().views.all.conversationIds[0]);
 */
export function createAgentClient(options: AgentClientOptions): AgentClient {
  return new AgentEngine(options);
}

/** How many ids the server takes at once. */
const MAX_IDS = 200;
/** A person waits for these: after so many tries they are told. */
const MAX_TRIES = 3;

/** Methods are arrow functions, so that they can be handed over by themselves. */
class AgentEngine implements AgentClient {
  readonly #scope: string;
  readonly #store: ClientStore<AgentState, AgentAction>;
  readonly #events = createEvents<AgentClientEvents>();
  readonly #connection: Connection<AgentHello>;
  readonly #conversations: Conversations;
  readonly #timeline = createTimeline('team', () => this.getState().agent?.id ?? '');
  readonly #inbox: Inbox;
  /** Messages to be marked as delivered, unless a colleague does it first. */
  readonly #undelivered = new Map<string, number>();
  #deliveryTimer: ReturnType<typeof setTimeout> | undefined;

  readonly getState: () => AgentState;
  readonly subscribe: AgentClient['subscribe'];
  readonly on = this.#events.on;

  constructor({ serverUrl: url, identity, getAccessToken, store, origin }: AgentClientOptions) {
    const serverUrl = url.replace(/\/+$/, '');
    this.#scope = `alcove ${serverUrl} ${identity}`;
    this.#store = store ?? createStore<AgentState, AgentAction>(reduceAgent, initialAgentState);
    this.getState = this.#store.getState;
    this.subscribe = this.#store.subscribe;
    this.#connection = new Connection<AgentHello>({
      openSocket: openSocketIoClient,
      serverUrl,
      origin,
      namespace: NAMESPACES.agent,
      getToken: getAccessToken,
      onState: (connection) => this.#hearConnection(connection),
      onHello: (hello) => this.#dispatch({ type: 'alcove/hello', hello }),
      onEvent: (event) => this.#hearEvent(event),
      onSignal: (signal) => this.#hearSignal(signal),
      onWake: () => this.#conversations.wake(),
    });
    this.#conversations = new Conversations({
      side: 'team',
      request: this.#connection.request,
      isOnline: () => this.#connection.isOnline,
      getSelf: () => this.getState().agent?.id ?? '',
      getLogs: () => this.getState().logs,
      write: (id, change) => this.#inbox.write(id, change),
      onCheck: () => void this.#inbox.sync(),
      onPending: (pending, outboxStorage) =>
        this.#dispatch({ type: 'alcove/pending', pending, outboxStorage }),
    });
    this.#inbox = new Inbox({
      persist: this.#persist,
      getState: this.getState,
      dispatch: (step) => this.#dispatch(step),
      onMessage: (message) => this.#events.emit('message', message),
    });
  }

  readonly connect = (): void => {
    void this.#conversations.outbox.load(this.#scope);
    this.#connection.start();
  };

  readonly loadInbox = (view: InboxView): Promise<void> => this.#inbox.load(view);

  readonly openConversation = async (conversationId: string): Promise<void> => {
    this.#dispatch({ type: 'alcove/opened', conversationId });
    try {
      await Promise.all([
        this.#conversations.open(conversationId),
        this.getState().rows[conversationId] ?? this.#inbox.loadRows([conversationId]),
      ]);
    } catch (error) {
      this.closeConversation(conversationId);
      throw error;
    }
  };

  readonly closeConversation = (conversationId: string): void => {
    this.#conversations.setTyping(conversationId, false);
    this.#dispatch({ type: 'alcove/closed', conversationId });
  };

  readonly loadOlder = (id: string): Promise<void> => this.#conversations.loadOlder(id);

  readonly loadContact = async (contactId: string): Promise<void> => {
    const { contact } = await this.#persist('contact.get', { contactId });
    this.#dispatch({ type: 'alcove/contact', contact });
  };

  readonly timeline = (id: string): readonly TimelineItem[] => {
    const { logs, pending } = this.getState();
    const unsent = pending.filter((message) => message.conversationId === id);
    return this.#timeline(id, logs[id], unsent);
  };

  readonly send = (
    conversationId: string,
    text: string,
    { assignsSelf = false }: { assignsSelf?: boolean } = {},
  ): Promise<string> =>
    this.#conversations.send(text, () => {
      const agentId = this.getState().agent?.id;
      return { conversationId, assigns: assignsSelf && agentId ? { agentId } : undefined };
    });

  readonly retry = (clientMessageId: string): Promise<void> =>
    this.#conversations.outbox.retry(clientMessageId);

  readonly discard = async (clientMessageId: string): Promise<void> =>
    this.#conversations.outbox.discard(clientMessageId);

  readonly assign = (conversationId: string, agentId: string | null): Promise<void> => {
    const assignee = agentId === null ? null : { agentId };
    const clientEventId = createId('cl');
    return this.#act('conversation.assign', { conversationId, clientEventId, assignee });
  };

  readonly resolve = (conversationId: string): Promise<void> =>
    this.#act('conversation.resolve', { conversationId, clientEventId: createId('cl') });

  readonly reopen = (conversationId: string): Promise<void> =>
    this.#act('conversation.reopen', { conversationId, clientEventId: createId('cl') });

  readonly markRead = (id: string, seq: number): void => this.#conversations.markRead(id, seq);

  readonly setTyping = (id: string, isTyping: boolean): void =>
    this.#conversations.setTyping(id, isTyping);

  readonly close = async (): Promise<void> => {
    this.#inbox.close();
    clearTimeout(this.#deliveryTimer);
    this.#connection.close();
    this.#conversations.close();
  };

  #hearConnection(connection: ConnectionState): void {
    this.#dispatch({ type: 'alcove/connection', connection });
    this.#events.emit('connection', connection);
    if (connection.status === 'refused' && connection.code === 'unauthenticated') {
      this.#events.emit('sessionEnded', { message: connection.reason });
    }
    // Not `connection.status`: whoever was told may have closed the client.
    if (!this.#connection.isOnline) {
      this.#conversations.outbox.refresh();
      return;
    }
    this.#conversations.resume();
    void this.#conversations.sync.checkHeads();
    void this.#conversations.outbox.load(this.#scope);
    // Who came and went meanwhile is in no event: what is on the screen is read again.
    const { logs, views } = this.getState();
    const shown = Object.values(views).flatMap(({ conversationIds }) => conversationIds);
    const ids = [...new Set([...Object.keys(logs), ...shown])].slice(0, MAX_IDS);
    if (ids.length) this.#inbox.loadRows(ids).catch(ignore);
  }

  #hearEvent(event: unknown): void {
    this.#conversations.hearEvent(event);
    if (!isEvent(event)) return;
    const { conversationId, seq } = event;
    const { rows, logs, agent } = this.getState();
    const row = rows[conversationId];
    this.#inbox.hear(conversationId, seq);
    // One console tells that the message has arrived: of whom it concerns, and only if no colleague's was faster.
    const concerns = !row?.assignee?.agentId || row.assignee.agentId === agent?.id;
    if (event.type !== 'message.created' || event.actor.kind !== 'visitor') return;
    if (logs[conversationId] || !concerns) return;
    this.#undelivered.set(conversationId, seq);
    this.#deliveryTimer ??= setTimeout(() => this.#deliver(), 300 + Math.random() * 700);
  }

  #deliver(): void {
    this.#deliveryTimer = undefined;
    for (const [conversationId, delivered] of this.#undelivered) {
      this.#conversations.advance({ conversationId, delivered });
    }
    this.#undelivered.clear();
  }

  #hearSignal(signal: Signal): void {
    if (signal.type === 'presence') {
      this.#dispatch({ type: 'alcove/presence', id: signal.actor.id, status: signal.status });
    } else if (signal.type === 'contact') {
      this.#dispatch({ type: 'alcove/contact', contact: signal.contact });
    } else this.#conversations.hearSignal(signal);
    if (signal.type !== 'cursor' || sideOf(signal.cursor.participant) !== 'team') return;
    const waiting = this.#undelivered.get(signal.conversationId) ?? Infinity;
    if (waiting <= signal.cursor.delivered) this.#undelivered.delete(signal.conversationId);
  }

  /** Asks until there is an answer. */
  readonly #persist: Request = (name, payload) =>
    this.#conversations.retry.untilDone(() => this.#connection.request(name, payload));

  /** An act of a person: repeated under its client event id a few times, then the person is told. */
  async #act<Name extends 'conversation.assign' | 'conversation.resolve' | 'conversation.reopen'>(
    name: Name,
    payload: Commands[Name]['payload'],
  ): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const { conversationId, seq: head } = await this.#connection.request(name, payload);
        this.#conversations.change(conversationId, { kind: 'events', events: [], head });
        this.#inbox.hear(conversationId, head);
        return;
      } catch (error) {
        if (isFinal(error) || attempt + 1 >= MAX_TRIES) throw error;
        await this.#conversations.retry.wait(attempt, error);
      }
    }
  }

  #dispatch(step: AgentStep): void {
    this.#store.dispatch(step);
  }
}

function ignore(): void {}
