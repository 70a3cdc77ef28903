/** What the page measures; times are of the page's own clock. */
interface BenchClock {
  /** When the page's button, or the launcher, had a size on the screen. */
  visible: Promise<{ visibleMs: number; blockingMs: number }>;
  /** From the click until a field has the focus. */
  typing: Promise<number>;
}

declare global {
  var benchClock: BenchClock;
}

/** Runs in the page before anything else; knows nothing but what is inside of it. */
export function startClock(): void {
  let blockingMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) blockingMs += Math.max(0, duration - 50);
  }).observe({ type: 'longtask', buffered: true });

  /** Looks once for every picture that the browser draws. */
  const whenTrue = (isTrue: () => boolean) =>
    new Promise<number>((resolve) => {
      const look = () => {
        if (isTrue()) resolve(performance.now());
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  const widget = () => document.querySelector('alcove-chat')?.shadowRoot;
  const hasButton = () => {
    const button = document.querySelector('button') ?? widget()?.querySelector('button');
    return (button?.getBoundingClientRect().width ?? 0) > 0;
  };
  const isTyping = () => widget()?.activeElement?.matches('textarea, input') ?? false;

  globalThis.benchClock = {
    visible: whenTrue(hasButton).then((visibleMs) => ({ visibleMs, blockingMs })),
    typing: new Promise((resolve) => {
      const onClick = (event: MouseEvent) => {
        void whenTrue(isTyping).then((at) => resolve(at - event.timeStamp));
      };
      addEventListener('click', onClick, { capture: true, once: true });
    }),
  };
}
