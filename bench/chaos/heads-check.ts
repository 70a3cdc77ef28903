import type { Random } from './random.ts';

/** What docs/protocol.md asks for: while all is well, and while the server says that it may not hear of everything. */
const CALM_MS = { least: 20_000, most: 30_000 };
const DEGRADED_MS = { least: 3_000, most: 5_000 };

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
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), this.#waitMs());
  }

  /** `server.degraded` came. */
  degrade(): void {
    this.#isDegraded = true;
    this.later();
  }

  /** A hello came: all is well until the server says otherwise. */
  calm(): void {
    this.#isDegraded = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #waitMs(): number {
    if (!this.#isDegraded && this.#calmMs !== undefined) return this.#calmMs;
    const { least, most } = this.#isDegraded ? DEGRADED_MS : CALM_MS;
    return least + (most - least) * this.#random.next();
  }
}
