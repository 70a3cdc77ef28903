export interface ReadTimerOptions {
  onRead(seq: number): void;
  delayMs?: number;
}

/** Decides when a message counts as read. */
export interface ReadTimer {
  /** The ends of these messages came into view. */
  seen(seqs: readonly number[]): void;
  /** They left the view again. */
  lost(seqs: readonly number[]): void;
  /** Whether the page itself is in front of somebody. */
  setPageVisible(isVisible: boolean): void;
  close(): void;
}

/** A message is read when it was in view, on a visible page, for this long. */
const READ_AFTER_MS = 1_000;

/** Builds the timer. It marks the newest message in view, and never one that has only flashed by. */
export function createReadTimer({ onRead, delayMs = READ_AFTER_MS }: ReadTimerOptions): ReadTimer {
  const inView = new Set<number>();
  let isPageVisible = true;
  let marked = 0;
  let candidate = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function arm(): void {
    if (timer !== undefined || !isPageVisible) return;
    candidate = Math.max(0, ...inView);
    if (candidate > marked) timer = setTimeout(fire, delayMs);
  }

  function fire(): void {
    timer = undefined;
    if (inView.has(candidate)) {
      marked = candidate;
      onRead(candidate);
    }
    // What came into view meanwhile gets its own second.
    arm();
  }

  function disarm(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    seen(seqs) {
      for (const seq of seqs) inView.add(seq);
      arm();
    },
    lost(seqs) {
      for (const seq of seqs) inView.delete(seq);
    },
    setPageVisible(isVisible) {
      isPageVisible = isVisible;
      if (isVisible) arm();
      else disarm();
    },
    close: disarm,
  };
}
