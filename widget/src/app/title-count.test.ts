import { describe, expect, it } from 'vitest';
import { createTitleCount } from './title-count.ts';

/** As much of a page as a title needs: reading `title` collapses blanks, as browsers do. */
function pageTitled(text: string) {
  const element = { textContent: text };
  const page = {
    querySelector: () => element,
    get title() {
      return element.textContent.trim().replace(/\s+/g, ' ');
    },
    set title(value: string) {
      element.textContent = value;
    },
  };
  return { page: page as unknown as Document, element };
}

describe('the count in the title', () => {
  it('stands before the title, changes, and leaves it as it was to the letter', () => {
    const { page, element } = pageTitled('  A  shop\n');
    const count = createTitleCount(page);
    count.show(0);
    expect(element.textContent).toBe('  A  shop\n');
    count.show(1);
    expect(page.title).toBe('(1) A shop');
    count.show(2);
    expect(page.title).toBe('(2) A shop');
    count.show(0);
    expect(element.textContent).toBe('  A  shop\n');
  });

  it('lets the page change its own title meanwhile', () => {
    const { page, element } = pageTitled('A shop');
    const count = createTitleCount(page);
    count.show(1);
    element.textContent = 'Sold out';
    count.show(1);
    expect(page.title).toBe('Sold out');
    count.show(2);
    expect(page.title).toBe('(2) Sold out');
    element.textContent = 'Back in stock';
    count.show(0);
    expect(page.title).toBe('Back in stock');
  });

  it('comes back after it was gone', () => {
    const { page } = pageTitled('A shop');
    const count = createTitleCount(page);
    count.show(1);
    count.show(0);
    count.show(1);
    expect(page.title).toBe('(1) A shop');
  });
});
