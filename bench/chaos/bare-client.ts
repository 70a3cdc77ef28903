import {
  type Ack,
  type Appended,
  type ConversationEvent,
  createId,
  type HeadsResult,
  type Refusal,
  SERVER_FRAMES,
  type Signal,
} from '@alcove/protocol';
import type { Socket } from 'socket.io-client';
import { openSocket } from '../people.ts';
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
import { FollowedLog } from './followed-log.ts';
import { HeadsCheck } from './heads-check.ts';
import { now, type Record } from './history.ts';
import { reachHeads, sendBurst } from './pace.ts';
import type { Random } from './random.ts';
import { createTokens } from './session-tokens.ts';

/** The server answers within 5 s. */
const ACK_TIMEOUT_MS = 8_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** A command that was refused for good. */
export class RefusedError extends Error {
  readonly code: string;

  constructor({ code, message }: Pick<Refusal, 'code' | 'message'>) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** A client on socket.io-client, written from docs/protocol.md alone: what passes with it passes with anybody's. */
export class BareClient implements ChaosClient {
  readonly #spec: ClientSpec;
  readonly #record: Record;
  readonly #random: Random;
  readonly #getToken: ReturnType<typeof createTokens>;
  readonly #logs = new Map<string, FollowedLog>();
  readonly #counts = { retries: 0, pending: 0 };
  readonly #times = createTimes();
  /** One message at a time is on its way in each conversation. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  #socket: Socket | undefined;
  #isWanted = false;
  /** Somebody may leave and be back before the loop that keeps up the connection noticed: there is only one. */
  #isStaying = false;
  #isOnline = false;
  /** Replaced only once it was resolved: who waits for it would wait forever. */
  #online = Promise.withResolvers<void>();
  readonly #heads: HeadsCheck;

  constructor(spec: ClientSpec, record: Record, random: Random) {
    this.#spec = spec;
    this.#record = record;
    this.#random = random;
    this.#getToken = createTokens(spec);
    const check = () => this.#checkHeads(this.#socket);
    this.#heads = new HeadsCheck({ random, calmMs: spec.headsMs, check });
  }

  async connect(): Promise<void> {
    this.#isWanted = true;
    this.#times.begunAt ??= now();
    if (!this.#isStaying) void this.#stayConnected();
    await this.#online.promise;
  }

  async disconnect(): Promise<void> {
    this.#isWanted = false;
    this.#heads.stop();
    this.#goOffline();
    this.#socket?.disconnect();
    this.#socket = undefined;
  }

  send({ text, id = createId('cl'), isRepeat, ...reference }: ToSend): Promise<Sent> {
    const lane = reference.conversationId ?? reference.clientConversationId ?? '';
    this.#record({ type: 'invoke', id, conversation: reference.conversationId, isRepeat });
    const invokedAt = now();
    this.#counts.pending++;
    const before = this.#lanes.get(lane);
    const sending = (async () => {
      await before?.catch(() => undefined);
      try {
        const content = { kind: 'text', text };
        const payload = { ...reference, clientMessageId: id, content };
        const { conversationId, eventId, seq, duplicate } = (await this.#persist(
          'message.send',
          payload,
          (why) => this.#record({ type: 'info', id, why }),
        )) as Appended;
        this.#record({ type: 'ok', id, conversation: conversationId, seq });
        this.#logs.get(conversationId)?.hear(seq);
        const ackMs = now() - invokedAt;
        return { id, conversationId, eventId, seq, ackMs, isDuplicate: duplicate };
      } catch (error) {
        const code = error instanceof RefusedError ? error.code : String(error);
        this.#record({ type: 'fail', id, code });
        throw error;
      } finally {
        this.#counts.pending--;
      }
    })();
    this.#lanes.set(lane, sending);
    return sending;
  }

  burst(burst: Burst): Promise<number[]> {
    return sendBurst((message) => this.send(message), burst, this.#random);
  }

  async follow(conversationId: string): Promise<void> {
    const log = new FollowedLog({
      conversation: conversationId,
      side: this.#spec.side,
      record: this.#record,
      random: this.#random,
      ask: (command, payload) => this.ask(command, payload),
    });
    this.#logs.set(conversationId, log);
    await log.load();
  }

  /** Every event of a followed conversation as it came. */
  appliedOf(conversationId: string): readonly ConversationEvent[] {
    return this.#logs.get(conversationId)?.applied ?? [];
  }

  ask(command: string, payload: object): Promise<unknown> {
    return this.#persist(command, payload);
  }

  async standing(): Promise<Standing> {
    return this.#stand();
  }

  reach(heads: Heads, timeoutMs: number): Promise<{ isThere: boolean; ms: number }> {
    return reachHeads(() => this.#stand(), { heads, side: this.#spec.side, timeoutMs });
  }

  async close(): Promise<void> {
    for (const log of this.#logs.values()) this.#record({ type: 'final', ...log.final() });
    await this.disconnect();
  }

  #stand(): Standing {
    const logs = [...this.#logs];
    return {
      isOnline: this.#socket?.connected ?? false,
      ...this.#counts,
      ...copyTimes(this.#times),
      connects: this.#times.onlineAt.length,
      have: Object.fromEntries(logs.map(([id, { have }]) => [id, have])),
      syncs: logs.reduce((sum, [, { syncs }]) => sum + syncs, 0),
    };
  }

  /** Asks again and again, the same thing each time, until there is an answer that counts. */
  async #persist(
    command: string,
    payload: object,
    onUnknown?: (why: string) => void,
  ): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      await this.#online.promise;
      const socket = this.#socket;
      let refusal: Partial<Refusal> = {};
      try {
        if (!socket?.connected) throw new Error('no connection');
        const ack = (await socket
          .timeout(ACK_TIMEOUT_MS)
          .emitWithAck(command, payload)) as Ack<object>;
        if (ack.ok) return ack;
        refusal = ack;
      } catch (error) {
        onUnknown?.(error instanceof Error ? error.message : String(error));
      }
      const isExpired = refusal.code === 'unauthenticated';
      if (isExpired) socket?.disconnect();
      if (refusal.code && !refusal.retryable && !isExpired) {
        throw new RefusedError(refusal as Refusal);
      }
      this.#counts.retries++;
      await sleep(refusal.retryAfterMs ?? this.#backoffMs(attempt));
    }
  }

  async #stayConnected(): Promise<void> {
    this.#isStaying = true;
    let isRefused = false;
    for (let attempt = 0; this.#isWanted; attempt++) {
      try {
        const { ended } = await this.#open(isRefused);
        attempt = 0;
        isRefused = false;
        const { drainMs } = await ended;
        this.#goOffline();
        if (!this.#isWanted) break;
        this.#times.lostAt.push(now());
        await this.#wait(drainMs ?? this.#backoffMs(0));
      } catch (error) {
        const { code, retryAfterMs } = (error as { data?: Partial<Refusal> }).data ?? {};
        isRefused = code === 'unauthenticated';
        if (this.#isWanted) await this.#wait(retryAfterMs ?? this.#backoffMs(attempt));
      }
    }
    // In the turn in which nobody wanted it: a turn later somebody may want it again, and must not be taken for served.
    this.#isStaying = false;
  }

  #goOffline(): void {
    if (!this.#isOnline) return;
    this.#isOnline = false;
    this.#online = Promise.withResolvers();
  }

  async #wait(ms: number): Promise<void> {
    this.#times.waits.push({ at: now(), ms });
    await sleep(ms);
  }

  /** Resolves after the hello. */
  async #open(isRefused: boolean): Promise<{ ended: Promise<{ drainMs?: number }> }> {
    const { url, origin, side } = this.#spec;
    const { accessToken } = await this.#getToken(isRefused);
    if (!this.#isWanted) throw new Error('left meanwhile');
    const namespace = side === 'visitor' ? 'visitor' : 'agent';
    const socket = openSocket({ url, origin }, namespace, accessToken);
    this.#socket = socket;
    socket.on(SERVER_FRAMES.event, (event) =>
      this.#logs.get(event?.conversationId)?.receive(event),
    );
    let drainMs: number | undefined;
    socket.on(SERVER_FRAMES.signal, (signal: Signal) => {
      if (signal.type === 'server.drain') drainMs = signal.afterMs;
      if (signal.type === 'server.degraded') this.#heads.degrade();
    });
    const ended = new Promise<{ drainMs?: number }>((resolve) => {
      socket.once('disconnect', () => resolve({ drainMs }));
    });
    const hello = Promise.withResolvers<void>();
    // Comes again when the server had not told this connection everything.
    socket.on(SERVER_FRAMES.hello, () => {
      hello.resolve();
      this.#heads.calm();
      void this.#checkHeads(socket);
    });
    socket.once('connect_error', hello.reject);
    socket.once('disconnect', () => hello.reject(new Error('gone before the hello')));
    const timer = setTimeout(() => hello.reject(new Error('no hello')), CONNECT_TIMEOUT_MS);
    try {
      await hello.promise;
    } catch (error) {
      socket.disconnect();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    this.#times.onlineAt.push(now());
    this.#isOnline = true;
    this.#online.resolve();
    return { ended };
  }

  async #checkHeads(socket: Socket | undefined): Promise<void> {
    const conversationIds = [...this.#logs.keys()].slice(-200);
    if (conversationIds.length) {
      const { heads } = (await this.ask('heads', { conversationIds })) as HeadsResult;
      for (const [id, head] of Object.entries(heads)) this.#logs.get(id)?.hear(head);
    }
    if (socket?.connected && socket === this.#socket) this.#heads.later();
  }

  #backoffMs(attempt: number): number {
    return this.#random.next() * Math.min(30_000, 500 * 2 ** attempt);
  }
}

/** By the timer that short forms hurry. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
