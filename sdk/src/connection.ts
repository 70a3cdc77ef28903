import {
  type Ack,
  type AgentCommands,
  type Page,
  PROTOCOL_VERSION,
  SERVER_FRAMES,
  type Signal,
  type VisitorCommands,
} from '@alcove/protocol';
import { ChatError, unreachable } from './chat-error.ts';
import type { ConnectionState } from './conversation-state.ts';
import { backoffMs } from './retry.ts';
import type { OpenSocket, Socket } from './socket.ts';

/** The server answers within 5 s; silence for this long means that nobody knows what became of the command. */
const ACK_TIMEOUT_MS = 8_000;
/** For the token, opening, handshake and hello together. */
const CONNECT_TIMEOUT_MS = 15_000;

/** Every command that this package sends. */
export type Commands = VisitorCommands & AgentCommands;

/** Asks the server. Rejects with a ChatError: a refusal as it came; no connection, or silence, as `busy`. */
export type Request = <Name extends keyof Commands>(
  name: Name,
  payload: Commands[Name]['payload'],
) => Promise<Commands[Name]['result']>;

export interface AccessToken {
  accessToken: string;
  /** ISO 8601, on the server's clock. */
  accessExpiresAt: string;
}

export interface ConnectionOptions<Hello> {
  openSocket: OpenSocket;
  /** The server's address without a slash at its end. */
  serverUrl: string;
  origin: string | undefined;
  namespace: string;
  /** `isRefused`: the token given last is not good any more, or soon will not be. */
  getToken(isRefused: boolean): Promise<AccessToken>;
  getPage?(): Page | undefined;
  onState(state: ConnectionState): void;
  /** The connection may be used from now on. */
  onHello(hello: Hello): void;
  onEvent(event: unknown): void;
  onSignal(signal: Signal): void;
  /** The person came back to the page, and the connection seems to live. */
  onWake(): void;
}

const WAKE_EVENTS = ['online', 'offline', 'focus', 'pageshow', 'visibilitychange'] as const;
/** Absent in Node. */
const page = globalThis as Partial<
  Pick<Window, 'addEventListener' | 'removeEventListener' | 'document' | 'navigator'>
>;

/** One connection to one namespace, and the loop that makes it again, with full jitter up to half a minute. */
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
  #silences = 0;
  #clockSkewMs = 0;

  constructor(options: ConnectionOptions<Hello>) {
    this.#options = options;
    for (const name of WAKE_EVENTS) page.addEventListener?.(name, this.#wake);
  }

  get isOnline(): boolean {
    return this.#status === 'online';
  }

  get #isIdle(): boolean {
    return this.#status === 'idle' || this.#status === 'refused';
  }

  /** Connects, and stays at it. Cuts a backoff short, and tries once more after a refusal. */
  start(): void {
    if (this.#isIdle) void this.#open();
    else this.#hurry();
  }

  /** Disconnects until the next start. */
  stop(): void {
    this.#drop();
    if (this.#status !== 'idle') this.#tell({ status: 'idle' });
  }

  close(): void {
    this.#drop();
    // Not idle: nothing starts it any more.
    this.#status = 'offline';
    for (const name of WAKE_EVENTS) page.removeEventListener?.(name, this.#wake);
  }

  readonly request: Request = async (name, payload) => {
    const socket = this.#socket;
    if (!this.isOnline || !socket) throw unreachable();
    let ack: Ack<Commands[typeof name]['result']>;
    try {
      ack = (await socket.ask(name, payload, ACK_TIMEOUT_MS)) as typeof ack;
    } catch {
      const error = unreachable();
      // One lost answer is a lost answer; two in a row are a connection that only looks alive.
      if (socket === this.#socket && ++this.#silences > 1) this.#lose(error);
      throw error;
    }
    this.#silences = 0;
    if (ack?.ok === true) return ack;
    const error = ChatError.from(ack);
    if (socket === this.#socket && error.code === 'unauthenticated') this.#lose(error);
    throw error;
  };

  async #open(): Promise<void> {
    this.#drop();
    const run = this.#run;
    this.#schedule(() => this.#lose(), CONNECT_TIMEOUT_MS);
    if (this.#isIdle) this.#tell({ status: 'connecting' });
    try {
      const token = await this.#options.getToken(this.#isTokenRefused);
      if (run === this.#run) this.#connect(token);
    } catch (error) {
      if (run === this.#run) this.#lose(error);
    }
  }

  #connect({ accessToken, accessExpiresAt }: AccessToken): void {
    const { serverUrl, namespace, origin, getPage, onEvent } = this.#options;
    this.#socket = this.#options.openSocket({
      serverUrl,
      namespace,
      origin,
      auth: { protocol: PROTOCOL_VERSION, accessToken, page: getPage?.() },
      onRefused: (reason) => this.#lose(ChatError.from(reason)),
      onLost: () => this.#lose(),
      onEvent: (name, payload) => {
        if (name === SERVER_FRAMES.hello && payload) {
          this.#welcome(payload as Hello, accessExpiresAt);
        }
        if (name === SERVER_FRAMES.event) onEvent(payload);
        else if (name === SERVER_FRAMES.signal) this.#hearSignal(payload as Signal | null);
      },
    });
  }

  #welcome(hello: Hello, accessExpiresAt: string): void {
    // Not from the very beginning: a server that drops whom it greets must not be asked twice a second by everyone.
    this.#attempt = Math.min(this.#attempt, 1);
    this.#clockSkewMs = Date.parse(hello.serverTime) - Date.now() || 0;
    this.#isTokenRefused = false;
    this.#silences = 0;
    this.#renewBefore(accessExpiresAt);
    this.#status = 'online';
    this.#options.onHello(hello);
    if (this.isOnline) this.#tell({ status: 'online' });
  }

  #hearSignal(signal: Signal | null): void {
    if (signal?.type === 'server.drain') this.#drainMs = signal.afterMs;
    else if (signal?.type === 'session.ended') {
      this.#lose(new ChatError('unauthenticated', signal.message));
    } else if (signal) this.#options.onSignal(signal);
  }

  #lose(error?: unknown): void {
    this.#drop();
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
      page.navigator?.onLine === false
        ? { status: 'offline' }
        : { status: 'reconnecting', retryAt: Date.now() + delayMs },
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
    this.#isWaiting = false;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #tell(state: ConnectionState): void {
    this.#status = state.status;
    this.#options.onState(state);
  }

  readonly #wake = ({ type }: Event) => {
    if (page.document?.visibilityState === 'hidden') return;
    // The browser knows before any heartbeat does.
    if (type === 'offline') {
      if (this.isOnline) this.#lose();
    } else if (this.isOnline) this.#options.onWake();
    else this.#hurry();
  };

  /** Tries now what would be tried later, unless the server asked for the wait. */
  #hurry(): void {
    if (!this.#isWaiting || Date.now() < this.#mayNotComeBefore) return;
    this.#attempt = 0;
    void this.#open();
  }
}
