/** A part of a client that is loaded when it is first needed: a first open may not carry it. */
export interface Lazy<Part> {
  /** The part, once it is there. */
  readonly part: Part | undefined;
  /** Rejects when it cannot be loaded; the next call tries again. */
  load(): Promise<Part>;
  /** Does this at once when the part is there, else as soon as it is. What cannot be loaded is not done. */
  use(work: (part: Part) => void): void;
}

export function lazily<Part>(create: () => Promise<Part>): Lazy<Part> {
  let loading: Promise<Part> | undefined;
  const lazy = {
    part: undefined as Part | undefined,
    async load() {
      try {
        lazy.part = await (loading ??= create());
        return lazy.part;
      } catch (error) {
        loading = undefined;
        throw error;
      }
    },
    use(work: (part: Part) => void) {
      if (lazy.part) work(lazy.part);
      else lazy.load().then(work, () => {});
    },
  };
  return lazy;
}
