/** A part of the widget in a chunk of its own. */
export interface Part<Module> {
  /** There once it has come. */
  readonly module: Module | undefined;
  /** Brings it in: what fails is tried again after a while, each time a longer one, and when the network comes back. */
  need(): void;
  /** Tries no more. */
  close(): void;
}

/** @param onCome Called when it is there. */
export function createPart<Module>(
  load: () => Promise<Module>,
  onCome: (module: Module) => void,
): Part<Module> {
  let isNeeded = false;
  let isClosed = false;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    if (!timer) return;
    clearTimeout(timer);
    removeEventListener('online', bring);
  };
  const bring = () => {
    rest();
    load().then(
      (module) => {
        part.module = module;
        onCome(module);
      },
      () => {
        if (isClosed) return;
        // At most half a minute, and spread: whoever missed it with a server that was away would come back at once.
        const delayMs = Math.random() * Math.min(30_000, 1000 * 2 ** attempt++);
        timer = setTimeout(bring, delayMs);
        addEventListener('online', bring);
      },
    );
  };
  const part = {
    module: undefined as Module | undefined,
    need() {
      if (isNeeded) return;
      isNeeded = true;
      bring();
    },
    close() {
      isClosed = true;
      rest();
    },
  };
  return part;
}
