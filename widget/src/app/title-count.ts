/** Puts a number before the page's title: "(2) A shop". */
export interface TitleCount {
  /** 0 gives the page its title back, to the letter. */
  show(count: number): void;
}

/** The page's own changes win: a title that is not ours any more is taken as it is, and only the next number stands before it. */
export function createTitleCount(page: Document): TitleCount {
  const read = () => page.querySelector('head > title')?.textContent ?? '';
  let shown = 0;
  let original = '';
  let ours: string | undefined;
  return {
    show(count) {
      if (count === shown) return;
      shown = count;
      const title = read();
      if (title !== ours) original = title;
      const next = count > 0 ? `(${count}) ${original}` : original;
      if (next !== title) page.title = next;
      ours = count > 0 ? next : undefined;
    },
  };
}
