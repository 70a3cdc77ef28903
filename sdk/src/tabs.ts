import { SERVER_FRAMES } from '@alcove/protocol';
import type { ChatError } from './chat-error.ts';
import type { OpenSocket, SocketOptions } from './socket.ts';

export interface TabsOptions {
  /** Asks the server by this tab's own socket. Rejects with a ChatError when there is no acknowledgement. */
  ask(name: string, payload: unknown): Promise<unknown>;
  /** This tab leads from now on, or follows. */
  onRole(): void;
  /** Something unsent may have been left by a tab that is gone. */
  onTabLeft(): void;
  /** The tab that leads has connected. */
  onLeaderOnline(): void;
}

/** Tabs of one person, one of which, elected by a lock, has the socket for all. */
export interface Tabs {
  readonly isLeader: boolean;
  /** Resolves once it is known who leads; anew after each `enter`. */
  readonly settled: Promise<void>;
  /** A socket by way of the tab that leads. */
  readonly openSocket: OpenSocket;
  /** Passes on what the server said to this tab if it leads; without arguments, that the connection was lost. */
  relay(name?: string, payload?: unknown): void;
  /** Takes part, also again after `leave`. */
  enter(): void;
  /** A page that is gone, or kept for the way back, must not keep the others waiting. */
  leave(): void;
}

/** Sent to the tab that leads and to those that follow. */
type Message =
  | { kind: 'ask'; id: string; name: string; payload: unknown }
  /** Without an `ack` nobody knows what became of the command. */
  | { kind: 'answer'; id: string; ack?: unknown }
  | { kind: 'frame'; name: string; payload: unknown }
  | { kind: 'lost' | 'ping' | 'pong' | 'left' };

/** How often a tab that follows looks whether the one that leads still answers. */
const PING_MS = 1_500;
/** A tab that has not been heard for this long is frozen: its lock is taken away, at the next look. */
const SILENCE_MS = 3_000;

/**
 * Joins the tabs of this scope (server, workspace and identity); nothing where a browser cannot tell tabs apart, such as on
 * pages served by plain http, where each has its own socket. Whatever goes wrong between them costs nothing but a second socket for a while: each tab
 * has its own log and outbox, and the server knows what was sent before.
 *
 * Whoever can run a script on this page's origin can speak on the channel, so that nothing heard there is believed: it
 * could do no more than the page can anyway.
 */
export function joinTabs(scope: string, options: TabsOptions): Tabs | undefined {
  const canTellApart = 'locks' in navigator && 'BroadcastChannel' in globalThis;
  return canTellApart ? new LockedTabs(scope, options) : undefined;
}

interface Question {
  resolve(ack: unknown): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

class LockedTabs implements Tabs {
  isLeader = false;
  settled: Promise<void> = Promise.resolve();
  readonly #scope: string;
  readonly #options: TabsOptions;
  #settle: () => void = () => {};
  #channel: BroadcastChannel | undefined;
  /** Gives the lock back. */
  #release: (() => void) | undefined;
  /** Ends the wait for the lock. */
  #queue: AbortController | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #isAnswered = true;
  /** The socket of this tab while it follows. */
  #socket: SocketOptions | undefined;
  readonly #questions = new Map<string, Question>();
  readonly #tabId = crypto.getRandomValues(new Uint32Array(2)).join('-');
  #lastId = 0;

  constructor(scope: string, options: TabsOptions) {
    this.#scope = scope;
    this.#options = options;
  }

  readonly openSocket: OpenSocket = (options) => {
    this.#socket = options;
    const { page } = options.auth as { page?: unknown };
    const greet = (hello: unknown) => {
      const { ok, code } = (hello ?? {}) as { ok?: unknown; code?: unknown };
      if (this.#socket !== options) return;
      if (ok === true) this.#tellSocket(SERVER_FRAMES.hello, hello);
      else if (typeof code === 'string') options.onRefused(hello);
      if (ok === true && page) this.#ask('page.visit', page, SILENCE_MS).catch(ignore);
    };
    // No answer: the tab that leads is not connected itself. Its own hello is passed on.
    this.#ask('hello.get', {}, SILENCE_MS).then(greet).catch(ignore);
    return {
      ask: (name, payload, timeoutMs) => this.#ask(name, payload, timeoutMs),
      close: () => {
        if (this.#socket !== options) return;
        this.#socket = undefined;
        for (const id of this.#questions.keys()) this.#answer(id)?.reject(new Error('closed'));
      },
    };
  };

  relay(name?: string, payload?: unknown): void {
    if (!this.isLeader) return;
    this.#post(name ? { kind: 'frame', name, payload } : { kind: 'lost' });
  }

  enter(): void {
    if (this.#channel) return;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#channel = new BroadcastChannel(this.#scope);
    this.#channel.onmessage = ({ data }) => {
      try {
        if (isMessage(data)) this.#hear(data);
      } catch {
        // A stranger on the channel, or a tab with another build.
      }
    };
    this.#elect({ ifAvailable: true });
  }

  leave(): void {
    clearInterval(this.#pings);
    this.#post({ kind: 'left' });
    this.#channel?.close();
    this.#channel = undefined;
    this.#queue?.abort();
    this.#release?.();
    this.isLeader = false;
    this.#settle();
  }

  #elect(how: LockOptions): void {
    const channel = this.#channel;
    let isHeld = false;
    navigator.locks
      .request(this.#scope, how, (lock) => {
        if (channel !== this.#channel) return undefined;
        if (!lock) {
          this.#follow();
          return undefined;
        }
        isHeld = true;
        this.#lead();
        return new Promise<void>((resolve) => {
          this.#release = resolve;
        });
      })
      .catch(() => {
        if (channel !== this.#channel) return;
        // Taken away, because this tab was frozen; or there are no locks here, and everybody leads.
        if (isHeld) this.#follow();
        else if (!how.signal?.aborted) this.#lead();
      });
  }

  #lead(): void {
    clearInterval(this.#pings);
    this.isLeader = true;
    this.#options.onRole();
    this.#settle();
  }

  #follow(): void {
    this.isLeader = false;
    this.#heardAt = Date.now();
    this.#isAnswered = true;
    clearInterval(this.#pings);
    this.#pings = setInterval(() => this.#ping(), PING_MS);
    this.#queue = new AbortController();
    this.#elect({ signal: this.#queue.signal });
    this.#options.onRole();
    this.#settle();
  }

  #ping(): void {
    // Only what was asked can stay without an answer: a background tab's own timers may rest for a minute.
    if (this.#isAnswered || Date.now() - this.#heardAt < SILENCE_MS) {
      this.#isAnswered = false;
      this.#post({ kind: 'ping' });
      return;
    }
    this.#queue?.abort();
    this.#elect({ steal: true });
  }

  #hear(message: Message): void {
    const { kind } = message;
    if (this.isLeader) {
      if (kind === 'ping') this.#post({ kind: 'pong' });
      else if (kind === 'ask') void this.#serve(message);
      else if (kind === 'left') this.#options.onTabLeft();
      return;
    }
    if (kind === 'ask' || kind === 'ping' || kind === 'left') return;
    this.#heardAt = Date.now();
    this.#isAnswered = true;
    if (kind === 'answer') {
      const question = this.#answer(message.id);
      if ('ack' in message) question?.resolve(message.ack);
      else question?.reject(new Error('unknown'));
    } else if (kind === 'lost') this.#socket?.onLost();
    else if (kind === 'frame') {
      if (this.#socket) this.#tellSocket(message.name, message.payload);
      else if (message.name === SERVER_FRAMES.hello) this.#options.onLeaderOnline();
    }
  }

  #tellSocket(name: string, payload: unknown): void {
    this.#socket?.onEvent(name, payload);
  }

  /** Asks the server for another tab. Tokens are each tab's own. */
  async #serve({ id, name, payload }: Message & { kind: 'ask' }): Promise<void> {
    if (name === 'session.renew') return;
    try {
      const ack = await this.#options.ask(name, payload);
      this.#post({ kind: 'answer', id, ack });
    } catch (error) {
      const { code, message, isRetryable } = error as ChatError;
      const ack = { ok: false, code, message, retryable: false };
      this.#post(isRetryable ? { kind: 'answer', id } : { kind: 'answer', id, ack });
    }
  }

  #ask(name: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    const id = `${this.#tabId} ${this.#lastId++}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#answer(id)?.reject(new Error('silence')), timeoutMs);
      this.#questions.set(id, { resolve, reject, timer });
      this.#post({ kind: 'ask', id, name, payload });
    });
  }

  #answer(id: string): Question | undefined {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    clearTimeout(question?.timer);
    return question;
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message);
  }
}

function isMessage(value: unknown): value is Message {
  const { kind, id, name } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'ask') return typeof id === 'string' && typeof name === 'string';
  if (kind === 'answer') return typeof id === 'string';
  if (kind === 'frame') return typeof name === 'string';
  return kind === 'lost' || kind === 'ping' || kind === 'pong' || kind === 'left';
}

function ignore(): void {}
