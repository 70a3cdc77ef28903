import { type RefObject, useCallback, useEffect, useEffectEvent, useRef } from 'react';
import { createReadTimer, type ReadTimer } from './read-timer.ts';

interface Watch {
  observer: IntersectionObserver;
  timer: ReadTimer;
}

/**
 * Watches the ends of messages (elements with `data-read-seq`) in a scroller, and reports those that were honestly read.
 *
 * @returns a ref for each such element
 */
export function useReadMark(
  scroller: RefObject<HTMLElement | null>,
  onRead: (seq: number) => void,
): (end: HTMLElement | null) => (() => void) | undefined {
  const report = useEffectEvent(onRead);
  const watch = useRef<Watch | null>(null);
  const ends = useRef(new Set<HTMLElement>());

  useEffect(() => {
    if (!scroller.current) return;
    const timer = createReadTimer({ onRead: (seq) => report(seq) });
    const observer = new IntersectionObserver(
      (entries) => {
        const seqsOf = (isInView: boolean) =>
          entries
            .filter((entry) => entry.isIntersecting === isInView)
            .map(({ target }) => seqOf(target));
        timer.lost(seqsOf(false));
        timer.seen(seqsOf(true));
      },
      { root: scroller.current },
    );
    const onVisibility = () => timer.setPageVisible(document.visibilityState === 'visible');
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
    for (const end of ends.current) observer.observe(end);
    watch.current = { observer, timer };
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      observer.disconnect();
      timer.close();
      watch.current = null;
    };
  }, [scroller]);

  return useCallback((end) => {
    if (!end) return undefined;
    ends.current.add(end);
    watch.current?.observer.observe(end);
    return () => {
      ends.current.delete(end);
      watch.current?.observer.unobserve(end);
      watch.current?.timer.lost([seqOf(end)]);
    };
  }, []);
}

function seqOf(end: Element): number {
  return Number((end as HTMLElement).dataset['readSeq']);
}
