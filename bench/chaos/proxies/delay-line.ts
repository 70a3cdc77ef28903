import type { Socket } from 'node:net';
import type { Conditions } from './conditions.ts';

/** So much is on its way in one direction; above it the sender is held back, as by a router's full buffer. */
const MOST_IN_FLIGHT_BYTES = 64 * 1024;
/** A slow link holds what it carries in a second, but not less than a frame or two. */
const LEAST_IN_FLIGHT_BYTES = 2 * 1024;
/** A limited link delivers this often, so that it is slow and not bursty. */
const DELIVERIES_PER_SECOND = 20;

interface DelayLineOptions {
  from: Socket;
  to: Socket;
  network: { readonly conditions: Conditions; readonly random: () => number };
  /** Ends the connection on both sides. */
  reset(): void;
}

interface Piece {
  /** Absent: the sender has ended. */
  bytes?: Buffer;
  dueAt: number;
}

/** One direction of a connection: what `from` sends reaches `to` later and in order, under the conditions of the moment. */
export class DelayLine {
  readonly #options: DelayLineOptions;
  readonly #pieces: Piece[] = [];
  #inFlight = 0;
  #lastDueAt = 0;
  #freeAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #isStopped = false;

  constructor(options: DelayLineOptions) {
    this.#options = options;
    options.from.on('data', (bytes: Buffer) => this.#take(bytes));
    options.from.once('end', () => this.#push({ dueAt: this.#lastDueAt }));
    options.to.on('drain', () => this.wake());
  }

  /** The conditions have changed, or there is something to carry. */
  wake(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    const { to, network } = this.#options;
    if (this.#isStopped || network.conditions.link !== 'open') return;
    for (let piece = this.#pieces[0]; piece && !to.writableNeedDrain; piece = this.#pieces[0]) {
      const waitMs = Math.max(piece.dueAt, this.#freeAt) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.wake(), Math.ceil(waitMs));
        return;
      }
      this.#pieces.shift();
      this.#deliver(piece);
      // Pieces sent in one turn would arrive as one.
      if (Number.isFinite(network.conditions.sliceBytes)) {
        this.#turn = setImmediate(() => this.wake());
        return;
      }
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  #take(bytes: Buffer): void {
    const { network, from, reset } = this.#options;
    const { sliceBytes, bytesPerSecond, resetRate } = network.conditions;
    if (network.random() < resetRate) {
      reset();
      return;
    }
    const perDelivery = Math.max(1, Math.floor(bytesPerSecond / DELIVERIES_PER_SECOND));
    const size = Math.min(sliceBytes, perDelivery, bytes.length);
    this.#inFlight += bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      this.#push({ bytes: bytes.subarray(at, at + size), dueAt: this.#nextDueAt() });
    }
    if (this.#inFlight > this.#room) from.pause();
  }

  get #room(): number {
    const { bytesPerSecond } = this.#options.network.conditions;
    return Math.min(MOST_IN_FLIGHT_BYTES, Math.max(LEAST_IN_FLIGHT_BYTES, bytesPerSecond));
  }

  /** Not before what was sent earlier: a late packet holds up those behind it. */
  #nextDueAt(): number {
    const { conditions, random } = this.#options.network;
    const { latencyMs, jitterMs, lossRate, retransmitMs } = conditions;
    const delayMs = latencyMs + jitterMs * random() + (random() < lossRate ? retransmitMs : 0);
    this.#lastDueAt = Math.max(this.#lastDueAt, performance.now() + delayMs);
    return this.#lastDueAt;
  }

  #push(piece: Piece): void {
    this.#pieces.push(piece);
    if (this.#pieces.length === 1) this.wake();
  }

  #deliver({ bytes }: Piece): void {
    const { from, to, network } = this.#options;
    if (!bytes) {
      to.end();
      return;
    }
    const carryMs = (bytes.length / network.conditions.bytesPerSecond) * 1000;
    this.#freeAt = performance.now() + carryMs;
    this.#inFlight -= bytes.length;
    if (this.#inFlight <= this.#room) from.resume();
    to.write(bytes);
  }
}
