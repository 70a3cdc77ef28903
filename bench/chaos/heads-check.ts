import type { Random } from './random.ts';

/** What docs/protocol.md asks for: while all is well, and while the server says that it may not hear of everything. */
const CALM_MS = { least: 20_000, most: 30_000 };
const DEGRADED_MS = { least: 3_000, most: 5_000 };
const SOON_MS = { least: 0, most: 3_000 };

/** When a client asks for heads: nothing else reveals that the last event was lost. */
export class HeadsCheck {
  readonly #random: Random;
  readonly #calmMs: number | undefined;
  readonly #check: () => unknown;
  #timer: NodeJS.Timeout | undefined;
  #isDegraded = false;

  /** @param options.calmMs in place of 20 to 30 s. */
  constructor(options: { random: Random; calmMs?: number; check(): unknown }) {
    this.#random = options.random;
    this.#calmMs = options.calmMs;
    this.#check = options.check;
  }

  /** Heads are known for now. */
  later(): void {
    const calm = this.#calmMs === undefined ? CALM_MS : { least: this.#calmMs, most: this.#calmMs };
    this.#checkWithin(this.#isDegraded ? DEGRADED_MS : calm);
  }

  /** `server.degraded` came. */
  degrade(): void {
    this.#isDegraded = true;
    this.#checkWithin(SOON_MS);
  }

  /** A hello came: all is well until the server says otherwise. */
  calm(): void {
    this.#isDegraded = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #checkWithin({ least, most }: { least: number; most: number }): void {
    clearTimeout(this.#timer);
    const waitMs = least + (most - least) * this.#random.next();
    this.#timer = setTimeout(() => void this.#check(), waitMs);
  }
}
