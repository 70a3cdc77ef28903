import {
  type AgentHello,
  type Appended,
  createId,
  type InboxView,
  type MessageReceipt,
  NAMESPACES,
  type Signal,
  sideOf,
} from '@alcove/protocol';
import type { AgentClient, AgentClientEvents, AgentClientOptions } from './agent-client.ts';
import {
  type AgentAction,
  type AgentState,
  type AgentStep,
  initialAgentState,
  type PendingAct,
} from './agent-state.ts';
import { isEvent } from './apply-event.ts';
import { Connection } from './connection.ts';
import type { Request } from './request.ts';
import { contentOf, Conversations } from './conversations.ts';
import type { ConnectionState, TimelineItem } from './conversation-state.ts';
import { Inbox } from './inbox.ts';
import { createEvents } from './listeners.ts';
import { postCommand } from './post-command.ts';
import { reduceAgent } from './reduce-agent.ts';
import { MAX_FAULTS } from './retry.ts';
import { openSocketIoClient } from './socket-io-client.ts';
import { type ClientStore, createStore } from './store.ts';
import { createTimeline } from './timeline.ts';

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
/** Over HTTP there is a hello every few seconds; the rows on the screen are read again this often. */
const ROWS_MS = 30_000;

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
  #lastAct: Promise<unknown> = Promise.resolve();
  #rowsReadAt = 0;

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
      onHello: (hello) => this.#hearHello(hello),
      onEvent: (event) => this.#hearEvent(event),
      onSignal: (signal) => this.#hearSignal(signal),
      onWake: () => this.#conversations.wake(),
      onLeave: (accessToken) => {
        const target = { serverUrl, origin, accessToken, namespace: NAMESPACES.agent };
        for (const payload of this.#conversations.outbox.next()) {
          postCommand(target, 'message.send', payload, { keepalive: true }).catch(ignore);
        }
      },
      onTabLeft: this.#recallUnsent,
    });
    this.#conversations = new Conversations({
      side: 'team',
      request: this.#connection.request,
      isOnline: () => this.#connection.isOnline,
      getSelf: () => this.getState().agent?.id ?? '',
      getLogs: () => this.getState().logs,
      write: (id, change) => this.#inbox.write(id, change),
      onCheck: () => {
        void this.#inbox.sync();
        this.#recallUnsent();
      },
      onPending: (pending, outboxStorage) =>
        this.#dispatch({ type: 'alcove/pending', pending, outboxStorage }),
      onChanges: (changes) => this.#dispatch({ type: 'alcove/changes', changes }),
    });
    this.#inbox = new Inbox({
      persist: this.#persist,
      getState: this.getState,
      dispatch: (step) => this.#dispatch(step),
      onMessage: (message) => this.#events.emit('message', message),
    });
  }

  readonly connect = (): void => {
    this.#recallUnsent();
    void this.#connection.share(this.#scope).then(() => this.#connection.start());
  };

  readonly loadInbox = (view: InboxView): Promise<void> => this.#inbox.load(view);

  readonly openConversation = async (conversationId: string): Promise<void> => {
    this.#dispatch({ type: 'alcove/opened', conversationId });
    try {
      await Promise.all([
        this.#conversations.participate((part) => part.open(conversationId)),
        this.getState().rows[conversationId] ?? this.#inbox.loadRows([conversationId]),
      ]);
    } catch (error) {
      this.closeConversation(conversationId);
      throw error;
    }
  };

  readonly closeConversation = (conversationId: string): void => {
    this.setTyping(conversationId, false);
    this.#dispatch({ type: 'alcove/closed', conversationId });
  };

  readonly loadOlder = (id: string): Promise<void> =>
    this.#conversations.participate((part) => part.loadOlder(id));

  readonly loadContact = async (contactId: string): Promise<void> => {
    const { contact } = await this.#persist('contact.get', { contactId });
    this.#dispatch({ type: 'alcove/contact', contact });
  };

  readonly timeline = (id: string): readonly TimelineItem[] => {
    const { logs, pending, changes } = this.getState();
    const unsent = pending.filter((message) => message.conversationId === id);
    return this.#timeline(id, logs[id], unsent, changes);
  };

  readonly send = (
    conversationId: string,
    text: string,
    { assignsSelf = false, replyTo }: { assignsSelf?: boolean; replyTo?: number } = {},
  ): Promise<string> =>
    this.#conversations.send(text, () => {
      const agentId = this.getState().agent?.id;
      const assigns = assignsSelf && agentId ? { agentId } : undefined;
      return { conversationId, replyTo, assigns };
    });

  readonly retry = (clientMessageId: string): Promise<void> =>
    this.#conversations.participate((part) => part.resend(clientMessageId));

  readonly discard = (clientMessageId: string): Promise<void> =>
    this.#conversations.participate((part) => part.discard(clientMessageId));

  readonly edit = async (id: string, seq: number, text: string): Promise<void> => {
    const content = contentOf(text);
    return this.#conversations.participate(({ changes }) => changes.make(id, seq, content));
  };

  readonly delete = (id: string, seq: number): Promise<void> =>
    this.#conversations.participate(({ changes }) => changes.make(id, seq, { kind: 'deleted' }));

  readonly getReceipt = async (conversationId: string, seq: number): Promise<MessageReceipt> =>
    (await this.#persist('receipt.get', { conversationId, messageSeq: seq })).receipt;

  readonly assign = (conversationId: string, assigneeId: string | null): Promise<void> => {
    const act: PendingAct = { id: createId('cl'), conversationId, kind: 'assign', assigneeId };
    const assignee = assigneeId === null ? null : { agentId: assigneeId };
    const payload = { conversationId, clientEventId: act.id, assignee };
    return this.#act(act, () => this.#connection.request('conversation.assign', payload));
  };

  readonly resolve = (conversationId: string): Promise<void> =>
    this.#setStatus('resolve', conversationId);

  readonly reopen = (conversationId: string): Promise<void> =>
    this.#setStatus('reopen', conversationId);

  readonly markRead = (id: string, seq: number): void =>
    this.#conversations.participation.use((part) => part.markRead(id, seq));

  readonly setTyping = (id: string, isTyping: boolean): void =>
    this.#conversations.participation.use(({ typing }) => typing.set(id, isTyping));

  readonly isLeader = (): boolean => this.#connection.isLeader;

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
    if (connection.status !== 'online') this.#conversations.outbox.refresh();
  }

  #hearHello(hello: AgentHello): void {
    this.#dispatch({ type: 'alcove/hello', hello });
    // Whoever was told may have closed the client.
    if (!this.#connection.isOnline) return;
    this.#conversations.resume();
    this.#conversations.checkHeads();
    if (Date.now() - this.#rowsReadAt < ROWS_MS && this.getState().connection.status === 'online')
      return;
    this.#rowsReadAt = Date.now();
    // Who came and went meanwhile is in no event: what is on the screen is read again.
    const { logs, views } = this.getState();
    const shown = Object.values(views).flatMap(({ conversationIds }) => conversationIds);
    const ids = [...new Set([...Object.keys(logs), ...shown])].slice(0, MAX_IDS);
    if (ids.length) this.#inbox.loadRows(ids).catch(ignore);
  }

  /** Another tab may have closed before it could send everything. */
  readonly #recallUnsent = (): void => {
    void this.#conversations.outbox.load(this.#scope);
  };

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
    if (signal.type === 'server.degraded') {
      this.#dispatch({ type: 'alcove/degraded' });
      // With the hello that ends it, whatever is on the screen.
      this.#rowsReadAt = 0;
    }
    if (signal.type !== 'cursor' || sideOf(signal.cursor.participant) !== 'team') return;
    const waiting = this.#undelivered.get(signal.conversationId) ?? Infinity;
    if (waiting <= signal.cursor.delivered) this.#undelivered.delete(signal.conversationId);
  }

  /** Asks until there is an answer. */
  readonly #persist: Request = (name, payload) =>
    this.#conversations.retry.untilDone(() => this.#connection.request(name, payload));

  #setStatus(kind: 'resolve' | 'reopen', conversationId: string): Promise<void> {
    const act: PendingAct = { id: createId('cl'), conversationId, kind };
    const payload = { conversationId, clientEventId: act.id };
    return this.#act(act, () => this.#connection.request(`conversation.${kind}`, payload));
  }

  /** An act of a person: shown as waiting, and repeated under its id, one after the other, until there is an answer. */
  async #act(act: PendingAct, tell: () => Promise<Appended>): Promise<void> {
    const set = (pendingActs: readonly PendingAct[]) =>
      this.#dispatch({ type: 'alcove/acts', pendingActs });
    set([...this.getState().pendingActs, act]);
    const told = this.#lastAct.then(() => this.#conversations.retry.untilDone(tell, MAX_FAULTS));
    this.#lastAct = told.catch(ignore);
    try {
      const { conversationId, seq: head } = await told;
      this.#conversations.change(conversationId, { kind: 'events', events: [], head });
      this.#inbox.hear(conversationId, head);
    } finally {
      set(this.getState().pendingActs.filter(({ id }) => id !== act.id));
    }
  }

  #dispatch(step: AgentStep): void {
    this.#store.dispatch(step);
  }
}

function ignore(): void {}
