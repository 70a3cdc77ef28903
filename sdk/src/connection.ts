import {
  type Ack,
  PROTOCOL_VERSION,
  type Refusal,
  SERVER_FRAMES,
  type Signal,
} from '@alcove/protocol';
import { ChatError, unreachable } from './chat-error.ts';
import type { AccessToken, ConnectionOptions } from './connection-options.ts';
import type { ConnectionState } from './conversation-state.ts';
import type { Commands, Request } from './request.ts';
import { backoffMs } from './retry.ts';
import type { OpenSocket, Socket } from './socket.ts';
import type { Tabs, TabsOptions } from './tabs.ts';

/** The server answers within 5 s; silence for this long means that nobody knows what became of the command. */
const ACK_TIMEOUT_MS = 8_000;
/** For the token, then once more for opening, handshake and hello. */
const CONNECT_TIMEOUT_MS = 15_000;
/** After so many sockets that never said hello, something on the way may let only HTTP through. */
const MAX_FAILURES = 2;
/** For these sockets: two of them, and what comes between, leave time to be on HTTP within 20 s of a hanging network. */
const FIRST_CONNECT_TIMEOUT_MS = 6_500;

const PAGE_EVENTS = [
  'online',
  'offline',
  'focus',
  'pageshow',
  'pagehide',
  'visibilitychange',
] as const;
/** Absent in Node. */
const page = globalThis as Partial<
  Pick<Window, 'addEventListener' | 'removeEventListener' | 'document' | 'navigator'>
>;

/**
 * One connection to one namespace, and the loop that makes it again, with full jitter up to half a minute: by the socket,
 * by HTTP where sockets fail, or by way of the tab that leads.
 */
export class Connection<Hello extends { serverTime: string }> {
  readonly #options: ConnectionOptions<Hello>;
  #socket: Socket | undefined;
  #status: ConnectionState['status'] = 'idle';
  /** The next try, the end of this one, or the next renewal. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts tries, so that what an abandoned one still brings is not taken for the present one's. */
  #run = 0;
  #attempt = 0;
  #isWaiting = false;
  #mayNotComeBefore = 0;
  #drainMs = 0;
  #isTokenRefused = false;
  /** From here on one more command without an answer means that the connection is lost. Events put it off, unless it is 0. */
  #silentAt = 0;
  #clockSkewMs = 0;
  /** Whether the present socket has said hello: until then nothing can be asked. */
  #isGreeted = false;
  /** Sockets in a row that never did. */
  #failures = 0;
  /** The token in use; none for a tab that follows. */
  #accessToken: string | undefined;
  #scope: string | undefined;
  #tabs: Tabs | undefined;
  /** Why nothing is tried any more. */
  #refusal: ChatError | undefined;
  #isFollowing = false;

  constructor(options: ConnectionOptions<Hello>) {
    this.#options = options;
    for (const name of PAGE_EVENTS) page.addEventListener?.(name, this.#hearPage);
  }

  get isOnline(): boolean {
    return this.#status === 'online';
  }

  /** Whether this tab has the socket; true where tabs cannot be told apart. */
  get isLeader(): boolean {
    return this.#tabs?.isLeader ?? true;
  }

  get #isIdle(): boolean {
    return this.#status === 'idle' || this.#status === 'refused';
  }

  /** Connects, and stays at it. Cuts a backoff short, and tries once more after a refusal. */
  start(): void {
    if (this.#isIdle) void this.#open();
    else this.#hurry();
  }

  /** From now on all tabs of this scope use one socket, if this browser can tell them apart. Never rejects. */
  async share(scope: string): Promise<void> {
    if (!page.document || scope === this.#scope) return;
    this.#leaveTabs();
    this.#scope = scope;
    try {
      const { joinTabs } = await import('./later.ts');
      if (scope === this.#scope) this.#tabs = joinTabs(scope, this.#forTabs);
      this.#tabs?.enter();
    } catch {
      // Each tab has a socket of its own, which is as correct.
      this.#tabs = undefined;
    }
  }

  /** Disconnects until the next start. */
  stop(): void {
    this.#leaveTabs();
    this.#drop();
    if (this.#status !== 'idle') this.#tell({ status: 'idle' });
  }

  close(): void {
    this.#leaveTabs();
    this.#drop();
    // Not idle: nothing starts it any more.
    this.#status = 'offline';
    for (const name of PAGE_EVENTS) page.removeEventListener?.(name, this.#hearPage);
  }

  readonly request: Request = async (name, payload) => {
    const ack = (await this.#ask(name, payload)) as
      | Ack<Commands[typeof name]['result']>
      | undefined;
    if (ack?.ok === true) return ack;
    throw ChatError.from(ack);
  };

  /**
   * Answers what was acknowledged, a refusal too.
   *
   * @throws ChatError `busy` when nobody knows what became of it, or the reason why nothing is tried any more.
   */
  readonly #ask = async (name: string, payload: unknown): Promise<unknown> => {
    const socket = this.#socket;
    if (!this.#isGreeted || !socket) throw this.#refusal ?? unreachable();
    let ack: unknown;
    try {
      ack = await socket.ask(name, payload, ACK_TIMEOUT_MS);
    } catch {
      const error = unreachable();
      // Where other things came meanwhile, one lost answer is a lost answer; two in a row, or nothing at all for so long, are a
      // connection that only looks alive.
      if (socket === this.#socket && Date.now() >= this.#silentAt) this.#lose(error);
      this.#silentAt = 0;
      throw error;
    }
    this.#silentAt = Date.now() + ACK_TIMEOUT_MS;
    const { code } = (ack ?? {}) as Partial<Refusal>;
    if (socket === this.#socket && code === 'unauthenticated') this.#lose(ChatError.from(ack));
    return ack;
  };

  readonly #forTabs: TabsOptions = {
    ask: (name, payload) => this.#ask(name, payload),
    // Goes over to the leading tab's socket, or to one of its own, while everything else stays as it is.
    onRole: () => {
      if (!this.#isIdle && this.#isFollowing === this.isLeader) void this.#open();
    },
    onLeaderOnline: () => this.#hurry(),
    onTabLeft: () => this.#options.onTabLeft(),
  };

  async #open(): Promise<void> {
    this.#drop();
    const run = this.#run;
    this.#schedule(() => this.#lose(), CONNECT_TIMEOUT_MS);
    if (this.#isIdle) this.#tell({ status: 'connecting' });
    try {
      await this.#tabs?.settled;
      if (run !== this.#run) return;
      this.#isFollowing = !this.isLeader;
      const openSocket = await this.#choose();
      // Who follows needs no token: the tab that leads has one.
      const token = this.#isFollowing
        ? undefined
        : await this.#options.getToken(this.#isTokenRefused);
      if (run === this.#run) this.#connect(openSocket, token);
    } catch (error) {
      if (run === this.#run) this.#lose(error);
    }
  }

  async #choose(): Promise<OpenSocket> {
    const { openSocket } = this.#options;
    if (this.#tabs && this.#isFollowing) return this.#tabs.openSocket;
    if (this.#failures < MAX_FAILURES) return openSocket;
    const forgive = () => {
      this.#failures = 0;
    };
    try {
      const { httpBeside } = await import('./http-socket.ts');
      return httpBeside(openSocket, forgive);
    } catch {
      // Out of reach, or gone since the server was upgraded, which may be why sockets failed: they are tried once more.
      forgive();
      return openSocket;
    }
  }

  #connect(openSocket: OpenSocket, token: AccessToken | undefined): void {
    const { serverUrl, namespace, origin, getPage, onEvent } = this.#options;
    const isFirst = this.#failures < MAX_FAILURES;
    this.#schedule(() => this.#lose(), isFirst ? FIRST_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS);
    const accessToken = (this.#accessToken = token?.accessToken);
    this.#socket = openSocket({
      serverUrl,
      namespace,
      origin,
      auth: { protocol: PROTOCOL_VERSION, accessToken, page: getPage?.() },
      onRefused: (reason) => this.#lose(ChatError.from(reason)),
      onLost: () => this.#lose(),
      onEvent: (name, payload) => {
        this.#silentAt &&= Date.now() + ACK_TIMEOUT_MS;
        this.#tabs?.relay(name, payload);
        if (name === SERVER_FRAMES.hello && payload) this.#welcome(payload as Hello, token);
        if (name === SERVER_FRAMES.event) onEvent(payload);
        else if (name === SERVER_FRAMES.signal) this.#hearSignal(payload as Signal | null);
      },
    });
  }

  /** The first frame of a connection. Another one means: look again, something may have been missed. */
  #welcome(hello: Hello, token: AccessToken | undefined): void {
    const wasOnline = this.isOnline;
    this.#clockSkewMs = Date.parse(hello.serverTime) - Date.now() || 0;
    if (!this.#isGreeted) {
      this.#isGreeted = true;
      // Not from the very beginning: a server that drops whom it greets must not be asked twice a second by everyone.
      this.#attempt = Math.min(this.#attempt, 1);
      // On HTTP it goes on with HTTP, until a socket has said hello.
      if (this.#failures < MAX_FAILURES) this.#failures = 0;
      this.#isTokenRefused = false;
      this.#silentAt = Date.now() + ACK_TIMEOUT_MS;
      clearTimeout(this.#timer);
      if (token) this.#renewBefore(token.accessExpiresAt);
    }
    this.#status = 'online';
    this.#options.onHello(hello);
    if (this.isOnline && !wasOnline) this.#tell({ status: 'online' });
  }

  #hearSignal(signal: Signal | null): void {
    if (signal?.type === 'server.drain') this.#drainMs = signal.afterMs;
    else if (signal?.type === 'session.ended') {
      this.#lose(new ChatError('unauthenticated', signal.message));
    } else if (signal) this.#options.onSignal(signal);
  }

  #lose(error?: unknown): void {
    const isNetworkThere = page.navigator?.onLine !== false;
    // A refusal is an answer, and so is a token that could not be had: nothing is wrong with sockets.
    if (!error && this.#socket && !this.#isGreeted && !this.#isFollowing && isNetworkThere) {
      // HTTP has failed, too: then nothing is wrong with sockets in particular.
      this.#failures = (this.#failures + 1) % (MAX_FAILURES + 1);
    }
    this.#drop();
    this.#tabs?.relay();
    let askedMs = this.#drainMs;
    let delayMs = backoffMs(this.#attempt++);
    this.#drainMs = 0;
    if (error instanceof ChatError) {
      if (error.code === 'unauthenticated' && !this.#isTokenRefused) {
        // Once more at once, with a new token.
        this.#isTokenRefused = true;
        delayMs = 0;
      } else if (!error.isRetryable) {
        this.#isTokenRefused = false;
        this.#refusal = error;
        this.#tell({ status: 'refused', reason: error.message, code: error.code });
        return;
      }
      askedMs = error.retryAfterMs ?? askedMs;
    }
    delayMs = askedMs || delayMs;
    this.#mayNotComeBefore = Date.now() + askedMs;
    this.#isWaiting = true;
    this.#schedule(() => void this.#open(), delayMs);
    this.#tell(
      isNetworkThere
        ? { status: 'reconnecting', retryAt: Date.now() + delayMs }
        : { status: 'offline' },
    );
  }

  /** The token is replaced on the open connection, somewhere in the last quarter of its life but not at its end. */
  #renewBefore(expiresAt: string): void {
    const lifeMs = Date.parse(expiresAt) - Date.now() - this.#clockSkewMs || 0;
    this.#schedule(() => void this.#renew(), Math.max(1_000, lifeMs * (0.75 + Math.random() / 8)));
  }

  async #renew(): Promise<void> {
    const run = this.#run;
    try {
      const { accessToken } = await this.#options.getToken(true);
      this.#accessToken = accessToken;
      const { expiresAt } = await this.request('session.renew', { accessToken });
      if (run === this.#run) this.#renewBefore(expiresAt);
    } catch (error) {
      if (run !== this.#run) return;
      if (error instanceof ChatError && !error.isRetryable) this.#lose(error);
      else this.#schedule(() => void this.#renew(), 5_000 + backoffMs(3));
    }
  }

  #schedule(work: () => void, delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, delayMs);
  }

  #drop(): void {
    this.#run++;
    clearTimeout(this.#timer);
    this.#isWaiting = this.#isGreeted = false;
    this.#refusal = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #tell(state: ConnectionState): void {
    this.#status = state.status;
    this.#options.onState(state);
  }

  readonly #hearPage = ({ type, persisted }: Event & { persisted?: boolean }) => {
    if (type === 'pagehide') {
      if (this.#accessToken) this.#options.onLeave(this.#accessToken);
      this.#tabs?.leave();
    } else if (page.document?.visibilityState === 'hidden') return;
    // The browser knows before any heartbeat does.
    else if (type === 'offline') {
      if (this.isOnline) this.#lose();
    } else if (persisted) {
      // Out of the back/forward cache: whatever was connected died meanwhile.
      this.#tabs?.enter();
      if (!this.#isIdle) void this.#open();
    } else if (this.isOnline) this.#options.onWake();
    else this.#hurry();
  };

  /** Tries now what would be tried later, unless the server asked for the wait. */
  #hurry(): void {
    if (!this.#isWaiting || Date.now() < this.#mayNotComeBefore) return;
    this.#attempt = 0;
    void this.#open();
  }

  #leaveTabs(): void {
    this.#scope = undefined;
    this.#tabs?.leave();
    this.#tabs = undefined;
  }
}
