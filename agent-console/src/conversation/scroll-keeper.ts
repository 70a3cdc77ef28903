export interface ScrollKeeperOptions {
  box: HTMLElement;
  /** Its children are the rows. Those with a `data-key` stay where they are among the others. */
  list: HTMLElement;
  /** Told after each move how much is hidden above and below, in px. Answers whether the reader is at the end. */
  onMove(above: number, below: number): boolean;
}

/** Keeps what is read where it is. */
export interface ScrollKeeper {
  /** To be called when rows have changed, before they are painted. */
  settle(): void;
  /** Looks again where the reader is: rows may have come or gone without a scroll. */
  check(): void;
  /** Goes to the end and stays there. */
  stick(): void;
  /** Brings the row with this key into sight, now or as soon as it is in the list. */
  reveal(key: string): void;
  close(): void;
}

/** A row and how far its head is below the box's. */
interface Anchor {
  key: string;
  offset: number;
}

/** What stays visible above the row at which a conversation opens, in px. */
const CONTEXT_PX = 16;

/**
 * Builds the keeper: while rows come in above, grow or leave, the first visible one stays put; and whoever is at the end
 * stays at the end. Browsers do this too (scroll anchoring), but Safari does not, and none does it at the very top.
 *
 * It opens at the row with `data-start`, else at the end.
 */
export function createScrollKeeper({ box, list, onMove }: ScrollKeeperOptions): ScrollKeeper {
  let isStuck = true;
  let anchor: Anchor | null = null;
  // Where to go as soon as that row is in the list. Scrolls of before may still be told until then, and mean nothing.
  let wanted: Anchor | null = null;

  const start = list.querySelector<HTMLElement>(':scope > [data-start]');
  if (start) {
    isStuck = false;
    box.scrollTop = start.offsetTop - CONTEXT_PX;
    anchor = firstVisible(list, box);
  }

  function settle(): void {
    if (wanted && rowOf(list, wanted.key)) {
      isStuck = false;
      anchor = wanted;
      wanted = null;
    }
    if (isStuck) box.scrollTop = box.scrollHeight;
    else if (anchor) box.scrollTop += drift(list, box, anchor);
  }

  function check(): void {
    if (wanted) return;
    isStuck = onMove(box.scrollTop, box.scrollHeight - box.scrollTop - box.clientHeight);
    anchor = firstVisible(list, box);
  }

  // The composer grows, fonts come in, a state line appears: all of it moves rows.
  const observer = new ResizeObserver(settle);
  observer.observe(box);
  observer.observe(list);
  box.addEventListener('scroll', check, { passive: true });

  return {
    settle,
    check,
    stick() {
      wanted = null;
      isStuck = true;
      settle();
    },
    reveal(key) {
      wanted = { key, offset: box.clientHeight / 3 };
      settle();
    },
    close() {
      observer.disconnect();
      box.removeEventListener('scroll', check);
    },
  };
}

function firstVisible(list: HTMLElement, box: HTMLElement): Anchor | null {
  const rows = list.children;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle] as HTMLElement;
    if (row.offsetTop + row.offsetHeight > box.scrollTop) high = middle;
    else low = middle + 1;
  }
  // Marks without a key may be somewhere else after the next change.
  while (low < rows.length && !(rows[low] as HTMLElement).dataset['key']) low++;
  const row = rows[low] as HTMLElement | undefined;
  const key = row?.dataset['key'];
  return row && key !== undefined ? { key, offset: row.offsetTop - box.scrollTop } : null;
}

function drift(list: HTMLElement, box: HTMLElement, { key, offset }: Anchor): number {
  const row = rowOf(list, key);
  return row ? row.offsetTop - box.scrollTop - offset : 0;
}

function rowOf(list: HTMLElement, key: string): HTMLElement | null {
  return list.querySelector(`:scope > [data-key="${CSS.escape(key)}"]`);
}
