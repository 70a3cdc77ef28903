import type { OpenSocket, Socket, SocketOptions } from './socket.ts';

interface Question {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** The type (`0` opens, `42` is an event, `43` an acknowledgement), a namespace, an acknowledgement's id, JSON. */
const PACKET = /^(0|4\d)(?:\/[^,]*,)?(\d*)(.*)$/s;

/**
 * Socket.IO in about a hundred lines: one namespace over one WebSocket, JSON, acknowledgements. Visitors get this one,
 * because socket.io-client alone is larger than all the rest of their client, and because its reconnection, send buffer,
 * retries, recovery and polling would have to be off: the outbox and the log do that work, with a guarantee.
 *
 * @see https://socket.io/docs/v4/engine-io-protocol/ version 4
 * @see https://socket.io/docs/v4/socket-io-protocol/ version 5
 */
export const openSlimSocket: OpenSocket = (options) => new SlimSocket(options);

class SlimSocket implements Socket {
  readonly #options: SocketOptions;
  readonly #socket: WebSocket;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  #patienceMs = 0;
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    const { serverUrl, origin } = options;
    const url = `${serverUrl.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;
    // Browsers know no such argument; Node's WebSocket takes headers here.
    const init = origin && ({ headers: { origin } } as unknown as string);
    this.#socket = new WebSocket(url, init || undefined);
    this.#socket.onmessage = ({ data }) => this.#hear(String(data));
    this.#socket.onclose = () => this.#lose();
  }

  ask(name: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    const id = this.#lastId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id)?.reject(new Error('silence')), timeoutMs);
      this.#questions.set(id, { resolve, reject, timer });
      this.#send('2', id + JSON.stringify([name, payload]));
    });
  }

  close(): void {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    clearTimeout(this.#watchdog);
    for (const id of this.#questions.keys()) this.#settle(id)?.reject(new Error('closed'));
  }

  #hear(frame: string): void {
    if (this.#patienceMs) this.#watch();
    const [, type, id, json = ''] = PACKET.exec(frame) ?? [];
    let body: unknown;
    try {
      body = JSON.parse(json || '[]') ?? [];
    } catch {
      // A server that cannot be understood is no connection. What it meant to say shows in the log.
      this.#lose();
      return;
    }
    if (frame === '2') this.#socket.send('3');
    else if (type === '0') this.#join(body as Record<string, number>);
    else if (type) this.#hearPacket(type, Number(id), body);
  }

  #join({ pingInterval = 0, pingTimeout = 0 }: Record<string, number>): void {
    this.#patienceMs = pingInterval + pingTimeout;
    this.#watch();
    this.#send('0', JSON.stringify(this.#options.auth));
  }

  #hearPacket(type: string, id: number, body: unknown): void {
    if (type === '42') {
      // Not as an array, which it may not be.
      const { 0: name, 1: payload } = body as [string, unknown];
      this.#options.onEvent(name, payload);
    } else if (type === '43') this.#settle(id)?.resolve((body as unknown[])[0]);
    else if (type === '44') {
      this.close();
      this.#options.onRefused((body as { data?: unknown }).data);
    } else if (type === '41') this.#lose();
  }

  #send(type: string, rest: string): void {
    this.#socket.send(`4${type}${this.#options.namespace},${rest}`);
  }

  /** A server that has not pinged for this long is gone, whatever TCP believes. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lose(), this.#patienceMs);
  }

  #settle(id: number): Question | undefined {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    clearTimeout(question?.timer);
    return question;
  }

  #lose(): void {
    this.close();
    this.#options.onLost();
  }
}
