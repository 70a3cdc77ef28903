import { describe, expect, it } from 'vitest';
import { type AlcoveGlobal, type AlcovePage, claimGlobal } from './page-global.ts';

const command = () => (() => undefined) as AlcoveGlobal;

describe('the global', () => {
  it('is taken, and given back without a trace', () => {
    const page: AlcovePage = {};
    const own = command();
    const release = claimGlobal(page, 'wk_a', own);
    expect(page.Alcove).toBe(own);
    release?.();
    expect('Alcove' in page).toBe(false);
  });

  it('takes the place of the stub', () => {
    const page: AlcovePage = { Alcove: Object.assign(command(), { q: [['open']] }) };
    const own = command();
    claimGlobal(page, 'wk_a', own);
    expect(page.Alcove).toBe(own);
  });

  it('is taken once for each workspace, however often the tag stands there', () => {
    const page: AlcovePage = {};
    claimGlobal(page, 'wk_a', command());
    expect(claimGlobal(page, 'wk_a', command())).toBeUndefined();
  });

  it('keeps a second workspace apart', () => {
    const page: AlcovePage = {};
    const [first, second] = [command(), command()];
    claimGlobal(page, 'wk_a', first);
    const release = claimGlobal(page, 'wk_b', second);
    expect(page.Alcove).toBe(first);
    expect(page.Alcove?.wk_b).toBe(second);
    release?.();
    expect(page.Alcove?.wk_b).toBeUndefined();
    expect(page.Alcove).toBe(first);
  });

  it('is not fooled by an element with that id', () => {
    const page: AlcovePage = { Alcove: { tagName: 'A' } as unknown as AlcoveGlobal };
    const own = command();
    claimGlobal(page, 'wk_a', own);
    expect(page.Alcove).toBe(own);
  });
});
