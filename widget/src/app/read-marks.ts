/** A message counts as read when it was in view for this long. */
const READ_MS = 1000;

/** Decides when messages were read. */
export interface ReadMarks {
  /** This `seq` is in view, and everything before it was. Call it again whenever the view may have changed. */
  see(seq: number): void;
  /** Nothing is in view any more. */
  stop(): void;
}

/** @param mark Called once for each further `seq` that stayed in view long enough. */
export function createReadMarks(mark: (seq: number) => void): ReadMarks {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let marked = 0;
  let newest = 0;
  const start = () => {
    const seen = newest;
    timer = setTimeout(() => {
      timer = undefined;
      marked = seen;
      mark(seen);
      if (newest > marked) start();
    }, READ_MS);
  };
  return {
    see(seq) {
      newest = Math.max(newest, seq);
      if (newest > marked && timer === undefined) start();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      newest = marked;
    },
  };
}
