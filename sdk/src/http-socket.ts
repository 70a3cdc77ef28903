import { type Refusal, SERVER_FRAMES } from '@alcove/protocol';
import { postCommand } from './post-command.ts';
import type { OpenSocket, Socket, SocketOptions } from './socket.ts';

/** Milliseconds between two polls, and how much they vary, so that clients cut off together do not ask together. */
const POLL = [3_000, 2_000] as const;
/** Somebody is talking: an answer may come soon. */
const LIVELY_POLL = [1_000, 1_000] as const;
const LIVELY_FOR_MS = 15_000;
/** Then only heads are looked at in between, which costs the server a fifth of a hello. */
const LIVELY_HELLO_MS = 8_000;
/** Nobody is looking. */
const HIDDEN_POLL = [10_000, 5_000] as const;
const POLL_TIMEOUT_MS = 8_000;
/** So long a real socket is tried before HTTP: an outage that hit both may be over, and then HTTP need not be asked. */
const HEAD_START_MS = 1_500;
const PROBE = [30_000, 30_000] as const;
const PROBE_TIMEOUT_MS = 15_000;

/**
 * A socket by HTTP, for networks that block WebSocket: the same commands, and a fresh `hello` every few seconds in place of
 * being told. Beside it a real one is tried now and then, and takes over as soon as it says hello.
 *
 * @param openReal opens the real one; @param onReal it works again.
 */
export function httpBeside(openReal: OpenSocket, onReal: () => void): OpenSocket {
  return (options) => new HttpSocket(options, openReal, onReal);
}

class HttpSocket implements Socket {
  readonly #options: SocketOptions;
  readonly #openReal: OpenSocket;
  readonly #onReal: () => void;
  readonly #requests = new Set<AbortController>();
  #accessToken: string;
  #real: Socket | undefined;
  #probe: Socket | undefined;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #probeTimer: ReturnType<typeof setTimeout> | undefined;
  /** Counts answers: a hello that another answer overtook may know less than that one. */
  #answered = 0;
  #sentAt = 0;
  #greetedAt = 0;
  #hasPolled = false;
  #isGreeted = false;
  #failures = 0;
  #isClosed = false;

  constructor(options: SocketOptions, openReal: OpenSocket, onReal: () => void) {
    this.#options = options;
    this.#openReal = openReal;
    this.#onReal = onReal;
    ({ accessToken: this.#accessToken } = options.auth as { accessToken: string });
    this.#pollTimer = setTimeout(() => void this.#poll(), HEAD_START_MS);
    this.#tryReal();
  }

  async ask(name: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#real) return this.#real.ask(name, payload, timeoutMs);
    if (name === 'session.renew') ({ accessToken: this.#accessToken } = payload as never);
    try {
      return await this.#post(name, payload, timeoutMs);
    } finally {
      this.#answered++;
      if (name === 'message.send') {
        const wasLively = this.#isLively;
        this.#sentAt = Date.now();
        if (!wasLively) this.#pollLater();
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#probeTimer);
    for (const request of this.#requests) request.abort();
    this.#probe?.close();
    this.#real?.close();
  }

  async #poll(): Promise<void> {
    this.#hasPolled = true;
    if (this.#isLively && Date.now() - this.#greetedAt < LIVELY_HELLO_MS) {
      // An event that says nothing: then heads are looked at. Not behind questions that a slow server has not answered yet.
      if (this.#requests.size === 0) this.#options.onEvent(SERVER_FRAMES.event, undefined);
      this.#pollLater();
      return;
    }
    const answered = this.#answered;
    try {
      const hello = await this.#post('hello.get', {}, POLL_TIMEOUT_MS);
      if (hello.ok && !('serverTime' in hello)) throw notOurs();
      if (this.#isClosed || this.#real) return;
      if (!hello.ok && !(this.#isGreeted && hello.retryable)) {
        this.close();
        this.#options.onRefused(hello);
        return;
      }
      this.#failures = 0;
      if (hello.ok && answered === this.#answered) {
        this.#isGreeted = true;
        this.#greetedAt = Date.now();
        this.#options.onEvent(SERVER_FRAMES.hello, hello);
      }
    } catch {
      if (this.#isClosed || this.#real) return;
      if (!this.#isGreeted || ++this.#failures > 1) {
        this.#lose();
        return;
      }
    }
    this.#pollLater();
  }

  #pollLater(): void {
    if (this.#isClosed || this.#real) return;
    const isHidden = globalThis.document?.visibilityState === 'hidden';
    clearTimeout(this.#pollTimer);
    const wait = this.#isLively ? LIVELY_POLL : isHidden ? HIDDEN_POLL : POLL;
    this.#pollTimer = setTimeout(() => void this.#poll(), jittered(wait));
  }

  get #isLively(): boolean {
    return Date.now() - this.#sentAt < LIVELY_FOR_MS;
  }

  /** Everything that a real socket says is passed on at once: the log knows what it has already. */
  #tryReal(): void {
    const giveUp = () => {
      if (this.#real) return this.#lose();
      this.#probe?.close();
      clearTimeout(this.#probeTimer);
      this.#probeTimer = setTimeout(() => this.#tryReal(), jittered(PROBE));
      if (this.#hasPolled) return;
      clearTimeout(this.#pollTimer);
      void this.#poll();
    };
    this.#probeTimer = setTimeout(giveUp, PROBE_TIMEOUT_MS);
    this.#probe = this.#openReal({
      ...this.#options,
      auth: { ...this.#options.auth, accessToken: this.#accessToken },
      onEvent: (name, payload) => {
        if (name === SERVER_FRAMES.hello) this.#goOver();
        this.#options.onEvent(name, payload);
      },
      onRefused: (reason) => {
        if (this.#real || this.#isGreeted) return giveUp();
        // Whoever refuses can be reached: HTTP would be told the same.
        this.close();
        this.#options.onRefused(reason);
      },
      onLost: giveUp,
    });
  }

  #goOver(): void {
    if (this.#real) return;
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#probeTimer);
    this.#real = this.#probe;
    this.#onReal();
  }

  async #post(name: string, payload: unknown, timeoutMs: number): Promise<{ ok: true } | Refusal> {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), timeoutMs);
    this.#requests.add(request);
    try {
      const target = { ...this.#options, accessToken: this.#accessToken };
      const response = await postCommand(target, name, payload, { signal: request.signal });
      const ack: unknown = await response.json();
      if (isAck(ack)) return ack;
    } finally {
      clearTimeout(timer);
      this.#requests.delete(request);
    }
    throw notOurs();
  }

  #lose(): void {
    this.close();
    this.#options.onLost();
  }
}

/** A captive portal answers everything, and most kindly. */
function notOurs(): Error {
  return new Error('Somebody else answers for the server.');
}

function isAck(value: unknown): value is { ok: true } | Refusal {
  const { ok, code } = (value ?? {}) as Record<string, unknown>;
  return ok === true || typeof code === 'string';
}

function jittered([ms, moreMs]: readonly [number, number]): number {
  return ms + Math.random() * moreMs;
}
